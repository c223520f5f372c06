namespace NeuralOde.Tensors.Operations;

/// <summary>The same value, through which no gradient flows.</summary>
internal sealed record Detach : Operation
{
    public override string Name => "detach";

    public override bool PassesGradient => false;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new CopyKernel<T>();

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [null];
}
