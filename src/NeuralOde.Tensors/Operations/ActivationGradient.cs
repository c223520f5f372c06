namespace NeuralOde.Tensors.Operations;

/// <summary>
/// The cotangent times an activation's derivative, in one pass: <c>(g, v) ↦ g·σ'(v)</c>, where <c>v</c> is the activation's output or argument
/// (<see cref="ActivationFunction.GradientReadsOutput"/>). Linear in <c>g</c>; differentiable in both, so that gradients of gradients exist.
/// </summary>
internal sealed record ActivationGradient(ActivationFunction Function) : Operation
{
    public override string Name => $"{Function.ProgramName}_gradient";

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) => true;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0] == inputs[1]
        ? inputs[0]
        : throw new ArgumentException($"An activation's cotangent {inputs[0]} and value {inputs[1]} must have one shape.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function.MakeGradient<T, Maker>(default);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
    [needed[0] ? Apply(cotangent, inputs[1]) : null, needed[1] ? Function.GradientPullback(inputs[0], inputs[1], cotangent) : null];

    private readonly struct Maker : IBinaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IBinaryOperator<T> => new BinaryKernel<T, TOperator, StreamedOperand, StreamedOperand>();
    }
}
