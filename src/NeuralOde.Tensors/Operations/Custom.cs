namespace NeuralOde.Tensors.Operations;

/// <summary>An operation that a user has defined, as the engine sees it.</summary>
internal sealed record Custom(CustomOperation Definition) : Operation
{
    public override string Name => Definition.Name;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Definition.ShapeOf(inputs);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new CustomKernel<T>(Definition, inputs.ToArray());

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        Tensor?[] gradients = Definition.CotangentsOf(inputs, output, cotangent);
        if (gradients is null || gradients.Length != inputs.Length)
        {
            throw new InvalidOperationException(
                $"The gradient of '{Name}' gave {(gradients is null ? "null" : $"{gradients.Length} cotangents")} for {inputs.Length} inputs. "
                + "It returns one for each, null where there is none.");
        }

        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient && (gradient.Shape != inputs[i].Shape || gradient.DType != inputs[i].DType))
            {
                throw new InvalidOperationException(
                    $"The gradient of '{Name}' gave {gradient.DType.Name()} {gradient.Shape} for input {i}, which is {inputs[i].DType.Name()} {inputs[i].Shape}. "
                    + "A cotangent has the shape and the element type of its input.");
            }
        }

        return gradients;
    }

    private sealed class CustomKernel<T>(CustomOperation definition, Shape[] shapes) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => definition.Run(new CustomInputs<T>(inputs, shapes), output);
    }
}
