namespace NeuralOde.Sensitivities;

/// <summary>A compiled vector-Jacobian product as the transpose of a solve sees it; the gradients of parameters and inputs add up here.</summary>
internal sealed class CompiledVectorJacobianProduct<T>(CompiledField<T> field) : ISecondDerivative<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program = field.CompileVectorJacobianProduct();
    private readonly int _gradientCount = field.GradientCount;

    // Compiled where a method asks for it.
    private Program<T>? _second;

    /// <summary>The sum of a·∂f/∂θ over all evaluations since it was cleared, parameter after parameter, then input after input.</summary>
    public T[] Gradient { get; } = new T[field.GradientLength];

    /// <summary>The program <c>(t, z, a) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…</c>.</summary>
    public Program<T> Program => _program;

    /// <summary>The buffers that the program reads.</summary>
    public IReadOnlyList<Parameter> Buffers => _program.Buffers;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        a.CopyTo(_program.Input(2));
        return Run(_program, t, z, zGradient);
    }

    public double EvaluateSecond(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, ReadOnlySpan<T> v, Span<T> zGradient)
    {
        Program<T> second = _second ??= field.CompileSecondDerivative();
        a.CopyTo(second.Input(2));
        v.CopyTo(second.Input(3));
        return Run(second, t, z, zGradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Run(Program<T> program, double t, ReadOnlySpan<T> z, Span<T> zGradient)
    {
        program.SetWide(0, t);
        z.CopyTo(program.Input(1));
        program.Run();
        program.Output(0).CopyTo(zGradient);
        int start = 0;
        for (int i = 0; i < _gradientCount; i++)
        {
            ReadOnlySpan<T> part = program.Output(i + 2);
            Span<T> sum = Gradient.AsSpan(start, part.Length);
            Tensors.Kernels.Map.Binary<T, Tensors.Kernels.AddOperator<T>>(sum, part, sum);
            start += part.Length;
        }

        return double.CreateTruncating(program.Output(1)[0]);
    }
}
