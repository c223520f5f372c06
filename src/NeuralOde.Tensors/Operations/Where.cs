namespace NeuralOde.Tensors.Operations;

/// <summary>Chooses element by element: the second input where the first is not 0, the third where it is. All three broadcast.</summary>
internal sealed record Where : Operation
{
    public override string Name => "where";

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output)
    {
        foreach (Shape input in inputs)
        {
            if (input != output && input.ElementCount != 1)
            {
                return false;
            }
        }

        return true;
    }

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => HaveSameRows(inputs[input], output);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Shape.Broadcast(Shape.Broadcast(inputs[0], inputs[1]), inputs[2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new WhereKernel<T>(
        inputs[0] == output && inputs[1] == output && inputs[2] == output,
        Broadcasting.Strides(inputs[0], output), Broadcasting.Strides(inputs[1], output), Broadcasting.Strides(inputs[2], output), output.Lengths.ToArray());

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        // Chosen by Where again, not by a product: 0 · ∞ is not 0.
        var zero = Tensor.Full(Shape.Scalar, 0, cotangent.DType);
        return
        [
            null,
            needed[1] ? Tensor.Where(inputs[0], cotangent, zero).SumTo(inputs[1].Shape) : null,
            needed[2] ? Tensor.Where(inputs[0], zero, cotangent).SumTo(inputs[2].Shape) : null,
        ];
    }

    private sealed class WhereKernel<T>(bool sameShape, int[] conditionStrides, int[] trueStrides, int[] falseStrides, int[] lengths) : Kernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => sameShape ? BindElementwise(inputs, output) : base.Bind(inputs, output);

        public override ElementwiseInstruction<T> BindElementwise(Buffer<T>[] inputs, Buffer<T> output) => new TernaryInstruction<T, WhereOperator<T>>(this, inputs, output);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Map.BroadcastTernary<T, WhereOperator<T>>(
            inputs[0].Span, conditionStrides, inputs[1].Span, trueStrides, inputs[2].Span, falseStrides, lengths, output);

        public override Division Divide(int length) => Broadcasting.Divide(lengths, CostModel.Arithmetic<T>(length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
        {
            Span<int> share = stackalloc int[lengths.Length];
            Map.BroadcastTernary<T, WhereOperator<T>>(
                inputs[0].Span[(first * conditionStrides[0])..], conditionStrides, inputs[1].Span[(first * trueStrides[0])..], trueStrides,
                inputs[2].Span[(first * falseStrides[0])..], falseStrides, Broadcasting.Share(lengths, count, share), Broadcasting.Share(output, lengths, first, count));
        }
    }
}
