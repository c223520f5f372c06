namespace NeuralOde.Tensors.Operations;

/// <summary>Some indices of the first axis, in any order and any number of times.</summary>
internal sealed record Gather(int[] Indices) : Operation
{
    public override string Name => "gather";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        ArgumentException.ThrowIf(inputs[0].Rank == 0, "A scalar has no axis to gather along.");
        foreach (int index in Indices)
        {
            ArgumentException.ThrowIf(
                (uint)index >= (uint)inputs[0][0], $"Index {index} is not in the first axis of shape {inputs[0]}, which has the indices 0 to {inputs[0][0] - 1}.");
        }

        return inputs[0].With(0, Indices.Length);
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new GatherKernel<T>(Indices, inputs[0].Slice(1..).ElementCount);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [new ScatterAdd(Indices, inputs[0].Shape[0]).Apply(cotangent)];

    private sealed class GatherKernel<T>(int[] indices, int width) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output)
        {
            ReadOnlySpan<T> x = inputs[0].Span;
            for (int i = 0; i < indices.Length; i++)
            {
                x.Slice(indices[i] * width, width).CopyTo(output.Slice(i * width, width));
            }
        }
    }
}

/// <summary>The transpose of <see cref="Gather"/>: adds each index of the first axis to where it came from, in order, so that the sums have the same bits each time.</summary>
internal sealed record ScatterAdd(int[] Indices, int Length) : Operation
{
    public override string Name => "scatter_add";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0].With(0, Length);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new ScatterAddKernel<T>(Indices, output.Slice(1..).ElementCount);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [new Gather(Indices).Apply(cotangent)];

    private sealed class ScatterAddKernel<T>(int[] indices, int width) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output)
        {
            ReadOnlySpan<T> x = inputs[0].Span;
            output.Clear();
            for (int i = 0; i < indices.Length; i++)
            {
                Span<T> sum = output.Slice(indices[i] * width, width);
                Map.Binary<T, AddOperator<T>>(sum, x.Slice(i * width, width), sum);
            }
        }
    }
}
