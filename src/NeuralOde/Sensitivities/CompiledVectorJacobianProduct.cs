namespace NeuralOde.Sensitivities;

/// <summary>A compiled vector-Jacobian product as the transpose of a solve sees it; the gradients of parameters and inputs add up here.</summary>
internal sealed class CompiledVectorJacobianProduct<T>(CompiledField<T> field) : IVectorJacobianProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program = field.CompileVectorJacobianProduct();
    private readonly int _gradientCount = field.GradientCount;

    /// <summary>The sum of a·∂f/∂θ over all evaluations since it was cleared, parameter after parameter, then input after input.</summary>
    public T[] Gradient { get; } = new T[field.GradientLength];

    /// <summary>The program <c>(t, z, a) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…</c>.</summary>
    public Program<T> Program => _program;

    /// <summary>The buffers that the program reads.</summary>
    public IReadOnlyList<Parameter> Buffers => _program.Buffers;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        _program.SetWide(0, t);
        z.CopyTo(_program.Input(1));
        a.CopyTo(_program.Input(2));
        _program.Run();
        _program.Output(0).CopyTo(zGradient);
        int start = 0;
        for (int i = 0; i < _gradientCount; i++)
        {
            ReadOnlySpan<T> part = _program.Output(i + 2);
            Span<T> sum = Gradient.AsSpan(start, part.Length);
            Tensors.Kernels.Map.Binary<T, Tensors.Kernels.AddOperator<T>>(sum, part, sum);
            start += part.Length;
        }

        return double.CreateTruncating(_program.Output(1)[0]);
    }
}
