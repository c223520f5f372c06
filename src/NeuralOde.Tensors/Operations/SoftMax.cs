namespace NeuralOde.Tensors.Operations;

/// <summary>Exponentials along the last axis, divided by their sum; shifted by the largest value, so large inputs do not overflow.</summary>
internal sealed record SoftMax : Operation
{
    public override string Name => "softmax";

    public override bool AllowsInPlace => true;

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => output.Rank > 1;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new SoftMaxKernel<T>(output.Slice(..^1).ElementCount, output[-1]);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [output * (cotangent - (cotangent * output).Sum([-1], keepAxes: true))];

    private sealed class SoftMaxKernel<T>(int rows, int columns) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => SoftMaxKernels.Invoke(inputs[0].Span, rows, columns, output);

        public override Division Divide(int length) => new(rows, 1, CostModel.Function<T>(length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            SoftMaxKernels.Invoke(inputs[0].Span.Slice(first * columns, count * columns), count, columns, output.Slice(first * columns, count * columns));
    }
}

/// <summary>The logarithm of the sum of exponentials along the last axis, which is removed; shifted by the largest value.</summary>
internal sealed record LogSumExp : Operation
{
    public override string Name => "logsumexp";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => output.Rank > 0;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0].Slice(..^1);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new LogSumExpKernel<T>(output.ElementCount, inputs[0][-1]);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [inputs[0].SoftMax(-1) * cotangent.Reshape(cotangent.Shape.Append([1]))];

    private sealed class LogSumExpKernel<T>(int rows, int columns) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => SoftMaxKernels.LogSumExp(inputs[0].Span, rows, columns, output);

        public override Division Divide(int length) => new(rows, 1, CostModel.Function<T>((long)rows * columns));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            SoftMaxKernels.LogSumExp(inputs[0].Span.Slice(first * columns, count * columns), count, columns, output.Slice(first, count));
    }
}
