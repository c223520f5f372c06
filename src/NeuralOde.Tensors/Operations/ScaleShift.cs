namespace NeuralOde.Tensors.Operations;

/// <summary>Each element times a scale plus a shift, one of each for each index of the last axis.</summary>
internal sealed record ScaleShift : Operation
{
    public override string Name => "scale_shift";

    public override bool AllowsInPlace => true;

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => input == 0 && output.Rank > 1;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0];
        return x.Rank > 0 && inputs[1].Rank == 1 && inputs[1] == inputs[2] && inputs[1][0] == x[-1]
            ? x
            : throw new ArgumentException($"A scale and a shift of [..., channels] have the shape [channels]; got {x}, {inputs[1]} and {inputs[2]}.");
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new ScaleShiftKernel<T>(output[-1]);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
    [
        needed[0] ? cotangent * inputs[1] : null,
        needed[1] ? (cotangent * inputs[0]).SumTo(inputs[1].Shape) : null,
        needed[2] ? cotangent.SumTo(inputs[2].Shape) : null,
    ];

    private sealed class ScaleShiftKernel<T>(int channels) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Normalization.ScaleShift<T>(inputs[0].Span, inputs[1].Span, inputs[2].Span, channels, output);

        public override Division Divide(int length) => channels == 0 ? default : new(length / channels, (16 / channels) + 1, CostModel.Arithmetic<T>(length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => Normalization.ScaleShift<T>(
            inputs[0].Span.Slice(first * channels, count * channels), inputs[1].Span, inputs[2].Span, channels, output.Slice(first * channels, count * channels));
    }
}
