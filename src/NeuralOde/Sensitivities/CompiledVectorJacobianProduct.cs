namespace NeuralOde.Sensitivities;

/// <summary>A compiled vector-Jacobian product as the transpose of a solve sees it; the gradients of parameters and inputs add up here.</summary>
/// <param name="dynamics">The dynamics.</param>
/// <param name="split">The field and its product in two programs, for evaluations that were kept; null where none are.</param>
internal sealed class CompiledVectorJacobianProduct<T>(CompiledField<T> dynamics, SplitProgram<T>? split = null) : ISecondDerivative<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _gradientCount = dynamics.GradientCount;

    private IReadOnlyList<Parameter>? _buffers;

    // Compiled at once where nothing is kept, so that errors come early.
    private Program<T>? _program = split is null ? dynamics.CompileVectorJacobianProduct() : null;

    // Compiled where a method asks for it.
    private Program<T>? _second;

    /// <summary>The sum of a·∂f/∂θ over all evaluations since it was cleared, parameter after parameter, then input after input.</summary>
    public T[] Gradient { get; } = new T[dynamics.GradientLength];

    /// <summary>The program <c>(t, z, a) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…</c>.</summary>
    public Program<T> Program => _program ??= dynamics.CompileVectorJacobianProduct();

    /// <summary>What evaluations left.</summary>
    public KeptEvaluations<T>? Kept { get; set; }

    /// <summary>The buffers that products read.</summary>
    public IReadOnlyList<Parameter> Buffers => _program?.Buffers ?? (_buffers ??= [.. split!.First.ReadBuffers.Union(split.Second.ReadBuffers)]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        Program<T> program;
        if (Kept is { } kept && kept.TryFind(t, z, out Buffer<T> place))
        {
            program = split!.Second;
            if (KeepingField<T>.Copies(split))
            {
                place.Span.CopyTo(program.Kept.Span);
            }
            else
            {
                program.KeepAt(place);
            }
        }
        else
        {
            program = Program;
            z.CopyTo(program.Input(1));
        }

        a.CopyTo(program.Input(2));
        return Run(program, t, zGradient);
    }

    public double EvaluateSecond(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, ReadOnlySpan<T> v, Span<T> zGradient)
    {
        Program<T> second = _second ??= dynamics.CompileSecondDerivative();
        z.CopyTo(second.Input(1));
        a.CopyTo(second.Input(2));
        v.CopyTo(second.Input(3));
        return Run(second, t, zGradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Run(Program<T> program, double t, Span<T> zGradient)
    {
        program.SetWide(0, t);
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
