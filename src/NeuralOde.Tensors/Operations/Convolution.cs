namespace NeuralOde.Tensors.Operations;

/// <summary>
/// A two-dimensional convolution (a cross-correlation, as is usual in networks): input [n, h, w, c], weight [kh, kw, c, o] to [n, h', w', o].
/// </summary>
/// <remarks>
/// It is linear in each of its inputs, and so are its two gradients: every gradient of one of the three is made of the other two. The gradient of the input reads
/// the weight in another order, <see cref="TurnWeight"/>: an operation of its own, so that a program turns a weight once for each change of the parameters.
/// </remarks>
internal sealed record Convolution(int Stride, int Padding) : Operation
{
    public override string Name => "convolution";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        ConvolutionSizes sizes = Sizes(inputs[0], inputs[1]);
        return new Shape(sizes.Images, sizes.OutputHeight, sizes.OutputWidth, sizes.Outputs);
    }

    /// <summary>The sizes for shapes that fit.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public ConvolutionSizes Sizes(Shape input, Shape weight)
    {
        ArgumentException.ThrowIf(
            input.Rank != 4 || weight.Rank != 4 || input[3] != weight[2] || weight[0] < 1 || weight[1] < 1,
            $"A convolution takes an input [images, height, width, channels] and a weight [kernel height, "
                + $"kernel width, channels, outputs] with the same number of channels; got {input} and {weight}.");
        var sizes = new ConvolutionSizes(input.Lengths, weight.Lengths, Stride, Padding);
        return sizes.OutputHeight > 0 && sizes.OutputWidth > 0
            ? sizes
            : throw new ArgumentException($"A kernel of {weight[0]}x{weight[1]} does not fit images of {input[1]}x{input[2]} with padding {Padding}.");
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new ConvolutionKernel<T, IdentityOperator<T>>(Sizes(inputs[0], inputs[1]), false);

    protected override Storage Run<T>(Tensor[] inputs, Shape[] shapes, Shape shape) =>
        WinogradChoice.TryRun(this, inputs) is { } result ? result.StorageOf<T>() : base.Run<T>(inputs, shapes, shape);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
    [
        needed[0] ? ConvolutionDataGradient.Of(this, inputs[0].Shape).Apply(cotangent, new TurnWeight(Stride, false).Apply(inputs[1])) : null,
        needed[1] ? ConvolutionWeightGradient.Of(this, inputs[1].Shape).Apply(inputs[0], cotangent) : null,
    ];
}

/// <summary>
/// The gradient of a convolution's input: cotangent [n, h', w', o] and turned weight (<see cref="TurnWeight"/>) to [n, h, w, c]. Also known as a
/// transposed convolution.
/// </summary>
internal sealed record ConvolutionDataGradient(Convolution Forward, int Height, int Width) : Operation
{
    public override string Name => "convolution_data_gradient";

    public static ConvolutionDataGradient Of(Convolution forward, Shape input) => new(forward, input[1], input[2]);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        ConvolutionSizes sizes = Sizes(inputs[0], inputs[1]);
        return new Shape(sizes.Images, sizes.Height, sizes.Width, sizes.Channels);
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) =>
        new ConvolutionDataGradientKernel<T, ReluGradientOperator<T>>(Sizes(inputs[0], inputs[1]), false);

    protected override Storage Run<T>(Tensor[] inputs, Shape[] shapes, Shape shape) =>
        WinogradChoice.TryRun(this, inputs) is { } result ? result.StorageOf<T>() : base.Run<T>(inputs, shapes, shape);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
    [
        needed[0] ? Forward.Apply(cotangent, new TurnWeight(Forward.Stride, true).Apply(inputs[1])) : null,
        needed[1] ? new TurnWeight(Forward.Stride, false).Apply(ConvolutionWeightGradient.Of(Forward, inputs[1].Shape).Apply(cotangent, inputs[0])) : null,
    ];

    /// <summary>The sizes for shapes that fit.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public ConvolutionSizes Sizes(Shape cotangent, Shape turned)
    {
        Shape weight = TurnWeight.Exchange(turned);
        ConvolutionSizes sizes = Forward.Sizes(new Shape(cotangent[0], Height, Width, weight[2]), weight);
        return cotangent == new Shape(sizes.Images, sizes.OutputHeight, sizes.OutputWidth, sizes.Outputs)
            ? sizes
            : throw new ArgumentException(
                $"The cotangent of a convolution of {Height}x{Width} images with a weight {weight} has shape [n, "
                    + $"{sizes.OutputHeight}, {sizes.OutputWidth}, {sizes.Outputs}], not {cotangent}.");
    }
}

/// <summary>
/// A convolution's weight [kh, kw, c, o] in the order in which the gradient of its input reads it, said to be [kh, kw, o, c], or back from there: a
/// permutation of the elements.
/// </summary>
internal sealed record TurnWeight(int Stride, bool Back) : Operation
{
    public override string Name => Back ? "turn_weight_back" : "turn_weight";

    /// <summary>The shape with the last two axes exchanged.</summary>
    public static Shape Exchange(Shape weight) => new(weight[0], weight[1], weight[3], weight[2]);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Exchange(inputs[0]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new TurnKernel<T>(Back ? output : inputs[0], Stride, Back);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [new TurnWeight(Stride, !Back).Apply(cotangent)];

    private sealed class TurnKernel<T>(Shape weight, int stride, bool back) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) =>
            Convolutions.Turn(weight[0], weight[1], weight[2], weight[3], stride, back, inputs[0].Span, output);
    }
}

/// <summary>The gradient of a convolution's weight: input [n, h, w, c] and cotangent [n, h', w', o] to [kh, kw, c, o].</summary>
internal sealed record ConvolutionWeightGradient(Convolution Forward, int KernelHeight, int KernelWidth) : Operation
{
    public override string Name => "convolution_weight_gradient";

    public static ConvolutionWeightGradient Of(Convolution forward, Shape weight) => new(forward, weight[0], weight[1]);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        ConvolutionSizes sizes = Sizes(inputs[0], inputs[1]);
        return new Shape(sizes.KernelHeight, sizes.KernelWidth, sizes.Channels, sizes.Outputs);
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new WeightGradientKernel<T>(Sizes(inputs[0], inputs[1]));

    protected override Storage Run<T>(Tensor[] inputs, Shape[] shapes, Shape shape) =>
        WinogradChoice.TryRun(this, inputs) is { } result ? result.StorageOf<T>() : base.Run<T>(inputs, shapes, shape);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
    [
        needed[0] ? ConvolutionDataGradient.Of(Forward, inputs[0].Shape).Apply(inputs[1], new TurnWeight(Forward.Stride, false).Apply(cotangent)) : null,
        needed[1] ? Forward.Apply(inputs[0], cotangent) : null,
    ];

    /// <summary>The sizes for shapes that fit.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public ConvolutionSizes Sizes(Shape input, Shape cotangent)
    {
        ConvolutionSizes sizes = Forward.Sizes(input, new Shape(KernelHeight, KernelWidth, input[-1], cotangent[-1]));
        return cotangent == new Shape(sizes.Images, sizes.OutputHeight, sizes.OutputWidth, sizes.Outputs)
            ? sizes
            : throw new ArgumentException(
                $"The cotangent of a convolution of {input} with a kernel of {KernelHeight}x{KernelWidth} "
                    + $"has shape [{sizes.Images}, {sizes.OutputHeight}, {sizes.OutputWidth}, o], not {cotangent}.");
    }

    private sealed class WeightGradientKernel<T>(ConvolutionSizes sizes) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _rows = sizes.KernelHeight * sizes.KernelWidth * sizes.Channels;

        public override Division Divide(int length) => new(_rows, 1, CostModel.Convolution<T>(sizes));

        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, _rows);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Convolutions.WeightGradient(sizes, inputs[0].Span, inputs[1].Span, output, first, count);
    }
}
