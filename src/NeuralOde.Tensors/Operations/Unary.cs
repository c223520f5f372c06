namespace NeuralOde.Tensors.Operations;

/// <summary>A function of one variable, applied element by element.</summary>
internal sealed record Unary(UnaryFunction Function) : Operation
{
    public override string Name => Function.ProgramName;

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) => true;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function.Make<T, Maker>(default);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [Function.Pullback(inputs[0], output, cotangent)];

    private readonly struct Maker : IUnaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IUnaryOperator<T> => new UnaryKernel<T, TOperator>();
    }
}

/// <summary>Runs a function of one variable over a tensor.</summary>
internal sealed class UnaryKernel<T, TOperator> : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOperator : struct, IUnaryOperator<T>
{
    public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new UnaryInstruction<T, TOperator>(this, inputs, output);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Map.Unary<T, TOperator>(inputs[0].Span, output);

    public override Division Divide(int length) => Division.OfElements(length, CostModel.Function<T>(length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        (int start, int length) = Division.Elements(first, count, output.Length);
        Map.Unary<T, TOperator>(inputs[0].Span.Slice(start, length), output.Slice(start, length));
    }
}
