namespace NeuralOde.Tensors.Operations;

/// <summary>The negative logarithm of the probability that softmax gives to each row's label: logits [rows, classes] and labels [rows], whole numbers, to [rows].</summary>
internal sealed record CrossEntropy : Operation
{
    public override string Name => "cross_entropy";

    public static void RequireShapes(Shape logits, Shape labels) => ArgumentException.ThrowIf(
        logits.Rank != 2 || logits[1] < 1 || labels != logits.Slice(..1), $"Cross entropy takes logits [batch, classes] and labels [batch]; got {logits} and {labels}.");

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        RequireShapes(inputs[0], inputs[1]);
        return inputs[1];
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new CrossEntropyKernel<T>(inputs[0][0], inputs[0][1]);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [needed[0] ? new CrossEntropyGradient().Apply(cotangent, inputs[0], inputs[1]) : null, null];

    private sealed class CrossEntropyKernel<T>(int rows, int columns) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => SoftMaxKernels.CrossEntropy<T>(inputs[0].Span, inputs[1].Span, rows, columns, output);

        public override Division Divide(int length) => new(rows, 1, CostModel.Function<T>((long)rows * columns));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => SoftMaxKernels.CrossEntropy<T>(
            inputs[0].Span.Slice(first * columns, count * columns), inputs[1].Span.Slice(first, count), count, columns, output.Slice(first, count));
    }
}

/// <summary>The pullback of <see cref="CrossEntropy"/>: the cotangents [rows], the logits and the labels to the logits' shape.</summary>
internal sealed record CrossEntropyGradient : Operation
{
    public override string Name => "cross_entropy_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        CrossEntropy.RequireShapes(inputs[1], inputs[2]);
        return inputs[1];
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new GradientKernel<T>(output[0], output[1]);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor g, Tensor logits, Tensor labels) = (inputs[0], inputs[1], inputs[2]);
        Tensor? toG = needed[0] ? (cotangent * new CrossEntropyGradient().Apply(Tensor.Ones(g.Shape, g.DType), logits, labels)).Sum([1]) : null;
        Tensor? toLogits = null;
        if (needed[1])
        {
            // The label's unit vector is constant: what is left is the pullback of g·softmax.
            Tensor p = logits.SoftMax();
            toLogits = g.Unsqueeze(1) * (p * (cotangent - (p * cotangent).Sum([1], keepAxes: true)));
        }

        return [toG, toLogits, null];
    }

    private sealed class GradientKernel<T>(int rows, int columns) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) =>
            SoftMaxKernels.CrossEntropyGradient<T>(inputs[0].Span, inputs[1].Span, inputs[2].Span, rows, columns, output);

        public override Division Divide(int length) => new(rows, 1, CostModel.Function<T>(length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => SoftMaxKernels.CrossEntropyGradient<T>(
            inputs[0].Span.Slice(first, count), inputs[1].Span.Slice(first * columns, count * columns), inputs[2].Span.Slice(first, count), count,
            columns, output.Slice(first * columns, count * columns));
    }
}
