namespace NeuralOde.Tensors.Operations;

/// <summary>A value that its maker has computed, with a backward pass of its own, for eager code: an ODE solve is one.</summary>
internal sealed record Recorded(string Label, Func<Tensor, Tensor?[]> Backward) : Operation
{
    public override string Name => Label;

    /// <summary>The value, remembered on the tape where an input requires a gradient.</summary>
    public static Tensor Apply(string label, Tensor value, Tensor[] inputs, Func<Tensor, Tensor?[]> backward) =>
        GradientMode.IsEnabled && Array.Exists(inputs, static x => x.RequiresGradient)
            ? new Tensor(value.Shape, value.Storage, new Recorded(label, backward), inputs)
            : value;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => throw new NotSupportedException($"'{Label}' is run by its maker.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => throw new NotSupportedException($"'{Label}' is run by its maker.");

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => Backward(cotangent);
}
