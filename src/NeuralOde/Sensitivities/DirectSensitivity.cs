namespace NeuralOde.Sensitivities;

/// <summary>Discretize, then optimize: the reverse of the solver's own steps.</summary>
internal sealed class DirectSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CompiledVectorJacobianProduct<T> _product;
    private readonly DirectCheck<T>? _check;
    private readonly KeepingField<T> _solved;
    private readonly SplitProgram<T>? _split;
    private readonly long? _budget;
    private readonly KeptShares _shares;
    private readonly bool _takesStepsBack;
    private SecondOrderSolve<T>? _secondOrder;

    /// <summary>Takes fixed steps of a reversible method back instead of keeping them.</summary>
    public DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps)
        : this(field, solver, steps, new DirectGradient { MemoryBudget = null }) => _takesStepsBack = true;

    /// <param name="field">The dynamics.</param>
    /// <param name="solver">The method.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="integrator">What solves, where another solves with it too.</param>
    public DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, DirectGradient settings, Integrator<T>? integrator = null)
        : this(field, solver, steps, settings, solver.TransposesAtEvaluations ? field.CompileSplit() : null, integrator)
    {
    }

    /// <summary>With all of the steps kept, and without checks.</summary>
    public DirectSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, CompiledVectorJacobianProduct<T> product)
        : this(field, solver, steps, new DirectGradient { MemoryBudget = null, CheckInterval = 0 }, null, product, integrator: null)
    {
    }

    private DirectSensitivity(
        CompiledField<T> field, OdeSolver solver, StepSizeControl steps, DirectGradient settings, SplitProgram<T>? split, Integrator<T>? integrator)
        : this(field, solver, steps, settings, split, new CompiledVectorJacobianProduct<T>(field, split), integrator)
    {
    }

    private DirectSensitivity(
        CompiledField<T> field,
        OdeSolver solver,
        StepSizeControl steps,
        DirectGradient settings,
        SplitProgram<T>? split,
        CompiledVectorJacobianProduct<T> product,
        Integrator<T>? integrator)
        : base(field, solver, steps, product.Gradient, integrator)
    {
        _product = product;
        _split = split;
        _solved = new KeepingField<T>(field, split);

        // A method that cannot go on from a checkpoint keeps all of its steps.
        _budget = Integrator.HasCheckpoints() ? settings.MemoryBudget : null;
        _shares = new KeptShares(_budget, solver.StageCount, (long)field.StateLength * Unsafe.SizeOf<T>(), split is null ? 0 : KeptEvaluations<T>.BytesOf(split.KeptLength));
        _check = steps is AdaptiveSteps adaptive && settings.CheckInterval > 0
            ? new DirectCheck<T>(field, solver, adaptive, () => product.Program, settings.CheckInterval)
            : null;
    }

    internal override IReadOnlyList<Tensors.Parameter> BackwardBuffers => _product.Buffers;

    internal override bool NeedsRecording => true;

    internal override string? WhyNoSecondOrder => Integrator.Solver.TakesFixedSteps
        ? null
        : $"{Integrator.Solver.Name} chooses its formula by the error of its steps, so the steps of a solve cannot be taken again. Take a method of one formula.";

    internal override SecondOrderSolve<T> SecondOrder => _secondOrder ??= new SecondOrderSolve<T>(Field, Integrator.Solver, Integrator.Control);

    internal override bool KeepsEndOnly => _takesStepsBack;

    /// <summary>The recording's share of the budget, unless a solve fits into it in any case: then nothing needs to be kept for computing steps again.</summary>
    internal override long? BudgetFor(ReadOnlySpan<double> times)
    {
        if (_shares.Recording is not { } budget)
        {
            return null;
        }

        double steps = 0;
        switch (Integrator.Control)
        {
            case AdaptiveSteps adaptive:
                steps = adaptive.MaxSteps;
                break;
            case FixedSteps fixedSteps:
                for (int i = 1; i < times.Length; i++)
                {
                    steps += fixedSteps.StepsOn(times[i - 1], times[i]);
                }

                break;
            default:
                return budget;
        }

        // A block has the state and all stages, those of dense output too, of which there are as many at most. Memory that grows doubles.
        double rows = 2 * (Integrator.Solver.StageCount + 2);
        return 2 * steps * rows * Field.StateLength * Unsafe.SizeOf<T>() <= budget ? null : budget;
    }

    internal override IVectorField<T> SolvedField => _solved;

    /// <summary>Whether evaluations are kept, so that tests can compare.</summary>
    internal bool KeepsEvaluations { get; init; } = true;

    internal override void Keep(SolveMemory<T> memory, bool forGradient)
    {
        memory.Keep(_split?.KeptLength ?? 0, !forGradient || !KeepsEvaluations ? 0 : _takesStepsBack ? KeptShares.Evaluations(Integrator.Solver.StageCount) : _shares.Most);
        _solved.Kept = _takesStepsBack ? null : memory.Kept;
    }

    /// <summary>Keeps nothing from now on.</summary>
    internal void StopKeeping() => _solved.Kept = null;

    private protected override SolveStatistics BackwardCore(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        Array.Clear(_product.Gradient);
        SolveStatistics cost = Transpose(memory, _product, stateGradients, initialGradient, timeGradients);
        if (_takesStepsBack && !(memory.Recording.ReversalDrift <= ReverseFlow.MostDrift))
        {
            Doubt(memory);
        }

        if (_check?.IsDue() == true && memory.Recording.HoldsEveryStep)
        {
            double error = _check.Run(memory, stateGradients, initialGradient, timeGradients, Gradient, ref cost, out bool isReplaced);
            Measured(error);
            if (isReplaced && !WarnAgain(GradientWarningReason.StepsTooLong))
            {
                Warn(DirectCheck<T>.Warning(error));
            }
        }

        return cost;
    }

    private protected override (double Time, int Component)? FindNotFinite(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients)
    {
        var watched = new WatchedProduct<T>(_product);
        Transpose(memory, watched, stateGradients, new T[Field.StateLength], []);
        return watched.Found;
    }

    private void Doubt(SolveMemory<T> memory)
    {
        double drift = memory.Recording.ReversalDrift;
        GradientWarning warning = ReverseFlow.Warning(
            drift, memory.Times[^1], memory.Times[0], $"The direct gradient ({nameof(GradientMethod)}.{nameof(GradientMethod.Direct)}) keeps the steps.");
        if (!(drift < ReverseFlow.Worthless))
        {
            throw new GradientException(warning);
        }

        if (!WarnAgain(GradientWarningReason.ReverseFlow))
        {
            Warn(warning);
        }
    }

    private SolveStatistics Transpose(
        SolveMemory<T> memory, IVectorJacobianProduct<T> product, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        memory.Kept?.BeginTranspose();
        _product.Kept = _solved.Kept = memory.Kept;
        _solved.IsReplaying = true;
        try
        {
            return Integrator.Transpose(memory.Recording, product, stateGradients, initialGradient, timeGradients);
        }
        finally
        {
            _solved.IsReplaying = false;
            _product.Complete();
        }
    }
}
