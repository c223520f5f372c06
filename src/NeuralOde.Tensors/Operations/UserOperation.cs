namespace NeuralOde.Tensors.Operations;

/// <summary>A <see cref="CustomOperation"/> as the engine sees it. Two are equal where they are of one instance.</summary>
internal sealed record UserOperation(CustomOperation User) : Operation
{
    public override string Name => User.Name;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => User.OutputShape(inputs);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new UserKernel<T>(User, inputs.ToArray());

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        Tensor?[] parts = [.. User.Gradient(inputs, output, cotangent)];
        if (parts.Length != inputs.Length)
        {
            throw new InvalidOperationException($"The gradient of '{Name}' has {parts.Length} parts for {inputs.Length} inputs; it has one for each, null where it is zero.");
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is { } part && (part.Shape != inputs[i].Shape || part.DType != inputs[i].DType))
            {
                throw new InvalidOperationException($"The gradient of '{Name}' for input {i} is {part.DType.Name()} {part.Shape}, and that input {inputs[i].DType.Name()} {inputs[i].Shape}; they must be the same.");
            }
        }

        return parts;
    }

    private sealed class UserKernel<T>(CustomOperation user, Shape[] shapes) : Kernel<T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => user.Compute(new OperationInputs<T>(inputs, shapes), output);
    }
}
