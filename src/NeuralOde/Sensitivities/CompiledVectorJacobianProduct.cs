namespace NeuralOde.Sensitivities;

/// <summary>A compiled vector-Jacobian product as the transpose of a solve sees it; the gradients of parameters and inputs add up here.</summary>
/// <param name="dynamics">The dynamics.</param>
/// <param name="split">The field and its product in two programs, for evaluations that were kept; null where none are.</param>
internal sealed class CompiledVectorJacobianProduct<T>(CompiledField<T> dynamics, SplitProgram<T>? split = null) : ISecondDerivative<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Results before those of parameters: by the state, and by time.
    private const int Others = 2;

    private readonly T[] _gradient = new T[dynamics.GradientLength];
    private readonly StackedSums<T>? _stacked = split?.Sums;
    private OutputSums<T>? _sums;
    private OutputSums<T>? _stackedSums;
    private IReadOnlyList<Parameter>? _buffers;

    // Compiled at once where nothing is kept, so that errors come early.
    private Program<T>? _program = split is null ? dynamics.CompileVectorJacobianProduct() : null;

    // Compiled where a method asks for it.
    private Program<T>? _second;

    /// <summary>
    /// The sum of a·∂f/∂θ over all evaluations since it was cleared, parameter after parameter, then input after input. The array is one and the same, and is brought up to date
    /// when it is asked for.
    /// </summary>
    public T[] Gradient
    {
        get
        {
            Complete();
            return _gradient;
        }
    }

    /// <summary>The program <c>(t, z, a) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…</c>.</summary>
    public Program<T> Program => _program ??= dynamics.CompileVectorJacobianProduct();

    /// <summary>What evaluations left.</summary>
    public KeptEvaluations<T>? Kept { get; set; }

    /// <summary>The buffers that products read.</summary>
    public IReadOnlyList<Parameter> Buffers => _program?.Buffers ?? (_buffers ??= [.. split!.First.ReadBuffers.Union(split.Second.ReadBuffers)]);

    private OutputSums<T> StackedSums => _stackedSums ??= new OutputSums<T>(_stacked!.Program, 0, Starts(_stacked.Results));

    /// <summary>Adds to the gradient what evaluations have left for it.</summary>
    public void Complete()
    {
        if (_stacked?.Run() == true)
        {
            StackedSums.Add(_stacked.Program);
        }

        _sums?.MoveTo(_gradient);
        _stackedSums?.MoveTo(_gradient);
    }

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
        else if (_stacked is not null)
        {
            // Stacked together with the others, so that the sum's order does not depend on what was kept.
            Program<T> first = split!.First;
            first.SetWide(0, t);
            ProgramField<T>.Copy(z, first.Input(1));
            first.Run();
            program = split.Second;
            first.Kept.Span.CopyTo(program.Kept.Span);
        }
        else
        {
            program = Program;
            z.CopyTo(program.Input(1));
        }

        ProgramField<T>.Copy(a, program.Input(2));
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
        ProgramField<T>.Copy(program.Output(0), zGradient);
        (_sums ??= Sums(program)).Add(program);
        if (_stacked is not null && program == split!.Second && _stacked.Add(program))
        {
            _stacked.Run();
            StackedSums.Add(_stacked.Program);
        }

        return double.CreateTruncating(program.Output(1)[0]);
    }

    private OutputSums<T> Sums(Program<T> program) => new(program, Others, Starts(split?.Results[Others..] ?? [.. Enumerable.Range(Others, dynamics.GradientCount)]));

    /// <summary>Where the gradients of some results start.</summary>
    private int[] Starts(int[] results)
    {
        int[] lengths = [.. dynamics.Parameters.Select(static x => x.ElementCount), .. dynamics.Inputs.Where(static x => x.NeedsGradient).Select(static x => x.Shape.ElementCount)];
        return Array.ConvertAll(results, x => lengths[..(x - Others)].Sum());
    }
}
