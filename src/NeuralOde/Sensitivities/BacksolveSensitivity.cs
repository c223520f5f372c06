namespace NeuralOde.Sensitivities;

/// <summary>The adjoint with the state integrated backward beside it, starting anew from what was stored at each observation.</summary>
internal sealed class BacksolveSensitivity<T> : AdjointSensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AdjointField<T> _adjoint;
    private readonly StepSizeControl _steps;
    private readonly double _suspicious;
    private readonly bool _truncated;
    private readonly int _checkInterval;
    private readonly AdjointSolve<T> _usual;
    private readonly Func<AdjointSolve<T>> _makeFull;
    private readonly double _limit;
    private AdjointSolve<T>? _full;
    private T[] _initial = [];
    private T[] _parameters = [];
    private int _untilCheck;

    public BacksolveSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, BacksolveAdjoint settings, bool truncated)
        : base(
            field,
            solver,
            steps,
            new AdjointSolve<T>(settings.Solver ?? solver, settings.Steps ?? steps, settings.Norm, field.StateLength, field.StateLength, field.GradientLength),
            splits: true)
    {
        _adjoint = new AdjointField<T>(field);
        _steps = settings.Steps ?? steps;
        _suspicious = ReverseFlow.Suspicious(_steps);
        _truncated = truncated;
        _usual = Solve;
        _checkInterval = _steps is AdaptiveSteps && settings.Norm == AdjointNorm.Seminorm && !truncated ? settings.CheckInterval : 0;
        _limit = Math.Max(1e-3, 100 * _steps.Tolerances.Relative);
        _makeFull = () => new AdjointSolve<T>(
            settings.Solver ?? solver, _steps, AdjointNorm.Full, field.StateLength, field.StateLength, field.GradientLength);
    }

    internal override IReadOnlyList<Tensors.Parameter> BackwardBuffers => _adjoint.Buffers;

    internal override bool NeedsRecording => false;

    private protected override SolveStatistics BackwardCore(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        bool? isDueForAll = _checkInterval > 0 ? SharedChecks.IsDue(_checkInterval) : null;
        bool isDue = isDueForAll ?? (_checkInterval > 0 && --_untilCheck < 0);
        Solve = isDue || isDueForAll is not null ? _usual : Solve;
        SolveStatistics cost = base.BackwardCore(memory, stateGradients, initialGradient, timeGradients);
        if (!isDue)
        {
            return cost;
        }

        // With the full norm once more. Where that makes a difference, it is taken until the next check.
        _untilCheck = _checkInterval - 1;
        _full ??= _makeFull();
        _full.Magnitude = 0;
        _initial = _initial.Length == 0 ? new T[initialGradient.Length] : _initial;
        _parameters = _parameters.Length == 0 ? new T[Gradient.Length] : _parameters;
        initialGradient.CopyTo(_initial);
        Gradient.CopyTo(_parameters, 0);
        Solve = _full;
        cost = AdjointSolve<T>.Sum(cost, base.BackwardCore(memory, stateGradients, initialGradient, timeGradients));
        double error = Math.Max(
            GradientDifference.Relative<T>(_initial, initialGradient, LargestAdjoint),
            GradientDifference.Relative<T>(_parameters, Gradient, 3 * _steps.Tolerances.Relative / _limit * _full.Magnitude));
        Measured(error);
        if (error > _limit)
        {
            SharedChecks.Fail();
        }
        else
        {
            _initial.CopyTo(initialGradient);
            _parameters.CopyTo(Gradient, 0);
            Solve = _usual;
        }

        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void StartInterval(SolveMemory<T> memory, int observation, Span<T> adjoint)
    {
        memory.State(observation).CopyTo(Solve.Carried);
        if (_truncated)
        {
            adjoint.Clear();
        }
    }

    private protected override SolveResult Interval(double from, double to) => Solve.Run(_adjoint, from, to, Gradient);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void EndInterval(SolveMemory<T> memory, int observation)
    {
        double drift = ReverseFlow.Drift<T>(Solve.Carried, memory.State(observation - 1), memory.State(observation));
        if (drift <= _suspicious)
        {
            return;
        }

        double from = memory.Times[observation], to = memory.Times[observation - 1];
        if (ReverseFlow.IsWorthless(drift, _steps))
        {
            throw new GradientException(ReverseFlow.Warning(drift, from, to, Advice));
        }

        if (!WarnAgain(GradientWarningReason.ReverseFlow))
        {
            Warn(ReverseFlow.Warning(drift, from, to, Advice));
        }
    }
}
