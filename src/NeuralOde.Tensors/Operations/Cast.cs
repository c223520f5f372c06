namespace NeuralOde.Tensors.Operations;

/// <summary>The values in the other element type, for eager code: a program has one element type.</summary>
internal sealed record Cast(DType Target) : Operation
{
    public override string Name => Target == DType.Float32 ? "to_single" : "to_double";

    /// <summary>A tensor's values in an element type: the tensor itself where it has it.</summary>
    /// <exception cref="InvalidOperationException">The tensor is part of a function that is being compiled.</exception>
    public static Tensor To(Tensor x, DType target)
    {
        if (x.DType == target)
        {
            return x;
        }

        InvalidOperationException.ThrowIf(
            x.IsSymbolic || (Tensors.Trace.Current is not null && (x is Parameter || x.RequiresGradient)),
            $"A {(x.IsSymbolic ? "symbolic " : "")}{x.DType.Name()} tensor of shape {x.Shape} is converted to {target.Name()} while a function is being compiled, "
                + $"but a program has one element type. "
                + $"Convert inputs before they enter and results after they leave, or keep parameters in the program's type.");
        Storage storage = target == DType.Float32 ? Convert<double, float>(x) : Convert<float, double>(x);
        return GradientMode.IsEnabled && x.RequiresGradient ? new Tensor(x.Shape, storage, new Cast(target), [x]) : new Tensor(x.Shape, storage);
    }

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => throw new NotSupportedException("A conversion has two element types and no kernel.");

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [To(cotangent, inputs[0].DType)];

    private static Storage<TTo> Convert<TFrom, TTo>(Tensor x)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
    {
        ReadOnlySpan<TFrom> from = x.AsSpan<TFrom>();
        var storage = Storage<TTo>.Allocate(from.Length);
        Span<TTo> to = storage.Span;
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = TTo.CreateTruncating(from[i]);
        }

        return storage;
    }
}
