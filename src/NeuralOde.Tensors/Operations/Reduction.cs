namespace NeuralOde.Tensors.Operations;

/// <summary>How a reduction combines values.</summary>
internal enum ReductionFunction
{
    Sum,
    Max,
}

/// <summary>Sums, or takes the largest, over some neighboring axes, which are removed.</summary>
internal sealed record Reduction(ReductionFunction Function, int FirstAxis, int AxisCount) : Operation
{
    public override string Name => Function.ToString().ToLowerInvariant();

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => FirstAxis > 0;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        (int outer, int axis, int inner) = Split(inputs[0]);
        return Function == ReductionFunction.Max && axis == 0 && outer * inner > 0
            ? throw new ArgumentException($"There is no largest of no elements: shape {inputs[0]}.")
            : inputs[0].Slice(..FirstAxis).Append(inputs[0].Slice((FirstAxis + AxisCount)..));
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        (int outer, int axis, int inner) = Split(inputs[0]);
        return Function == ReductionFunction.Sum ? new SumKernel<T>(outer, axis, inner) : new MaxKernel<T>(outer, axis, inner);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        Tensor x = inputs[0];
        Shape kept = KeptShape(x.Shape);
        Tensor wide = cotangent.Reshape(kept);
        if (Function == ReductionFunction.Sum)
        {
            return [wide.BroadcastTo(x.Shape)];
        }

        // Equal largest values share the gradient evenly.
        Tensor isLargest = x.EqualTo(output.Reshape(kept));
        Tensor count = new Reduction(ReductionFunction.Sum, FirstAxis, AxisCount).Apply(isLargest).Reshape(kept);
        return [isLargest * (wide / count)];
    }

    private (int Outer, int Axis, int Inner) Split(Shape shape) => (
        shape.Slice(..FirstAxis).ElementCount,
        shape.Slice(FirstAxis..(FirstAxis + AxisCount)).ElementCount,
        shape.Slice((FirstAxis + AxisCount)..).ElementCount);

    private Shape KeptShape(Shape shape)
    {
        int[] lengths = shape.Lengths.ToArray();
        Array.Fill(lengths, 1, FirstAxis, AxisCount);
        return new Shape(lengths);
    }

    private sealed class SumKernel<T>(int outer, int axis, int inner) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new SumInstruction(Divide(output.Length), outer, axis, inner, inputs[0], output);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Reduce.Sum(inputs[0].Span, outer, axis, inner, output);

        public override Division Divide(int length) => new(outer, 1, CostModel.Arithmetic<T>((long)outer * axis * inner));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Reduce.Sum(inputs[0].Span.Slice(first * axis * inner, count * axis * inner), count, axis, inner, output.Slice(first * inner, count * inner));

        /// <summary>The sum over memory that never moves: on a bias's gradient in a small batch, checks and pinning would take as long as the additions.</summary>
        private sealed unsafe class SumInstruction(Division division, int outer, int axis, int inner, Buffer<T> x, Buffer<T> output) : Instruction
        {
            private T* _x = x.Pointer;
            private T* _output = output.Pointer;

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override bool Follow(in MemoryMove move)
            {
                bool concerns = move.Concerns(x) || move.Concerns(output);
                (x, output) = (x.After(move), output.After(move));
                _x = x.Pointer;
                _output = output.Pointer;
                return concerns;
            }

            public override Division Division => division;

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Run() => ReduceAxis.Invoke<T, SumReduction<T>>(_x, outer, axis, inner, _output, SimdWidths.Best);

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Run(int first, int count) =>
                ReduceAxis.Invoke<T, SumReduction<T>>(_x + ((long)first * axis * inner), count, axis, inner, _output + ((long)first * inner), SimdWidths.Best);
        }
    }

    private sealed class MaxKernel<T>(int outer, int axis, int inner) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Reduce.Max(inputs[0].Span, outer, axis, inner, output);

        public override Division Divide(int length) => new(outer, 1, CostModel.Arithmetic<T>((long)outer * axis * inner));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Reduce.Max(inputs[0].Span.Slice(first * axis * inner, count * axis * inner), count, axis, inner, output.Slice(first * inner, count * inner));
    }
}
