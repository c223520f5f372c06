namespace NeuralOde.Tensors.Operations;

/// <summary>What the poolings and their gradients have in common: images [n, h, w, c], pooled images [n, h', w', c].</summary>
internal abstract record Pool(PoolWindows Windows) : Operation
{
    /// <summary>The sizes for images of a shape.</summary>
    /// <exception cref="ArgumentException">A window does not fit.</exception>
    protected PoolSizes Sizes(Shape images)
    {
        ArgumentException.ThrowIf(images.Rank != 4, $"Pooling takes images of shape [images, height, width, channels]; got {images}.");
        (int rows, int columns) = Windows.Count(images[1], images[2]);
        ArgumentException.ThrowIf(
            rows < 1 || columns < 1 || images[1] < 1 || images[2] < 1,
            $"A window of {Windows.Size}x{Windows.Size} does not fit images of {images[1]}x{images[2]} with padding {Windows.Padding}.");
        return new PoolSizes(images[0], images[1], images[2], images[3], rows, columns);
    }

    /// <summary>The shape after pooling.</summary>
    protected static Shape Pooled(in PoolSizes sizes) => new(sizes.Images, sizes.Rows, sizes.Columns, sizes.Channels);
}

/// <summary>The largest value of each window and channel.</summary>
internal sealed record MaxPool(PoolWindows Windows) : Pool(Windows)
{
    public override string Name => "max_pool";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Pooled(Sizes(inputs[0]));

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new MaxPoolKernel<T>(Windows, Sizes(inputs[0]));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [new MaxPoolScatter(Windows).Apply(inputs[0], output, cotangent)];

    private sealed class MaxPoolKernel<T>(PoolWindows windows, PoolSizes sizes) : PoolKernel<T>(sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => Pooling.Max(windows, Sizes, inputs[0].Span, output, first, count);
    }
}

/// <summary>(x, y, g) to the images' gradient: each value of g goes to the pixel of x that has its window's largest value y, in equal parts where several have it.</summary>
internal sealed record MaxPoolScatter(PoolWindows Windows) : Pool(Windows)
{
    public override string Name => "max_pool_scatter";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[1] == inputs[2] && inputs[1] == Pooled(Sizes(inputs[0]))
        ? inputs[0]
        : throw new ArgumentException($"The pooled values and their cotangent have shape {Pooled(Sizes(inputs[0]))}; got {inputs[1]} and {inputs[2]}.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new ScatterKernel<T>(Windows, Sizes(inputs[0]));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [null, null, needed[2] ? new MaxPoolGather(Windows).Apply(inputs[0], inputs[1], cotangent) : null];

    private sealed class ScatterKernel<T>(PoolWindows windows, PoolSizes sizes) : PoolKernel<T>(sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Pooling.ScatterToLargest(windows, Sizes, inputs[0].Span, inputs[1].Span, inputs[2].Span, output, first, count);
    }
}

/// <summary>(x, y, h) to pooled images: the mean of h over the pixels of x that have their window's largest value y. The transpose of <see cref="MaxPoolScatter"/>.</summary>
internal sealed record MaxPoolGather(PoolWindows Windows) : Pool(Windows)
{
    public override string Name => "max_pool_gather";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0] == inputs[2] && inputs[1] == Pooled(Sizes(inputs[0]))
        ? inputs[1]
        : throw new ArgumentException($"What is gathered has the images' shape {inputs[0]}, the pooled values shape {Pooled(Sizes(inputs[0]))}; got {inputs[2]} and {inputs[1]}.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new GatherKernel<T>(Windows, Sizes(inputs[0]));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [null, null, needed[2] ? new MaxPoolScatter(Windows).Apply(inputs[0], inputs[1], cotangent) : null];

    private sealed class GatherKernel<T>(PoolWindows windows, PoolSizes sizes) : PoolKernel<T>(sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Pooling.GatherFromLargest(windows, Sizes, inputs[0].Span, inputs[1].Span, inputs[2].Span, output, first, count);
    }
}

/// <summary>The mean of each window and channel.</summary>
internal sealed record AveragePool(PoolWindows Windows) : Pool(Windows)
{
    public override string Name => "average_pool";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Pooled(Sizes(inputs[0]));

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new AveragePoolKernel<T>(Windows, Sizes(inputs[0]));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [new AveragePoolGradient(Windows, inputs[0].Shape[1], inputs[0].Shape[2]).Apply(cotangent)];

    private sealed class AveragePoolKernel<T>(PoolWindows windows, PoolSizes sizes) : PoolKernel<T>(sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => Pooling.Average(windows, Sizes, inputs[0].Span, output, first, count);
    }
}

/// <summary>The transpose of <see cref="AveragePool"/>: pooled images to images.</summary>
internal sealed record AveragePoolGradient(PoolWindows Windows, int Height, int Width) : Pool(Windows)
{
    public override string Name => "average_pool_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        var images = new Shape(inputs[0][0], Height, Width, inputs[0][-1]);
        return inputs[0] == Pooled(Sizes(images))
            ? images
            : throw new ArgumentException($"The cotangent of a pooling of {images} has shape {Pooled(Sizes(images))}, not {inputs[0]}.");
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new SpreadKernel<T>(Windows, Sizes(output));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [new AveragePool(Windows).Apply(cotangent)];

    private sealed class SpreadKernel<T>(PoolWindows windows, PoolSizes sizes) : PoolKernel<T>(sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => Pooling.Spread(windows, Sizes, inputs[0].Span, output, first, count);
    }
}

/// <summary>A kernel whose work is shared out image by image.</summary>
internal abstract class PoolKernel<T>(PoolSizes sizes) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected PoolSizes Sizes { get; } = sizes;

    public override Division Divide(int length) => new(Sizes.Images, 1, CostModel.Arithmetic<T>((long)Sizes.Images * Sizes.ImageLength));

    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, Sizes.Images);
}
