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

/// <summary>A function with a backward pass of its own, for eager code: an ODE solve is one.</summary>
internal sealed record Custom(string Label, Func<Tensor, Tensor?[]> Backward) : Operation
{
    public override string Name => Label;

    public static Tensor Apply(string label, Tensor value, Tensor[] inputs, Func<Tensor, Tensor?[]> backward) =>
        GradientMode.IsEnabled && Array.Exists(inputs, static x => x.RequiresGradient)
            ? new Tensor(value.Shape, value.Storage, new Custom(label, backward), inputs)
            : value;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => throw new NotSupportedException($"'{Label}' is run by its maker.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => throw new NotSupportedException($"'{Label}' is run by its maker.");

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => Backward(cotangent);
}
