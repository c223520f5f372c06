using System.Diagnostics;

namespace NeuralOde.Sensitivities;

/// <summary>Tries the methods on the first solve, and then is one of them.</summary>
internal sealed class AutomaticSensitivity<T> : Sensitivity<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Runs = 2;

    private readonly long? _budget;
    private readonly double _limit;
    private readonly bool _isAdaptive;
    private readonly List<(GradientMethod Method, Sensitivity<T> Sensitivity)> _candidates = [];
    private Sensitivity<T>? _chosen;
    private string? _choice;

    public AutomaticSensitivity(CompiledField<T> field, OdeSolver solver, StepSizeControl steps, AutomaticGradient settings)
        : base(field, solver, steps)
    {
        _budget = settings.MemoryBudget;
        _isAdaptive = steps is not (FixedSteps or GivenSteps);
        _limit = _isAdaptive ? Math.Max(1e-3, 100 * steps.Tolerances.Relative) : 1e-3;
        if (solver.HasTranspose)
        {
            var direct = new DirectGradient { MemoryBudget = _budget };
            _candidates.Add((direct, new DirectSensitivity<T>(field, solver, steps, direct, Integrator)));
        }

        foreach (GradientMethod method in (GradientMethod[])[new BacksolveAdjoint(), new InterpolatedAdjoint(), new GaussAdjoint()])
        {
            if (method.Unfit(solver, steps) is null)
            {
                _candidates.Add((method, method.Create(field, solver, steps)));
            }
        }
    }

    public override string? Choice => _choice;

    public override IReadOnlyList<GradientWarning> Warnings => _chosen?.Warnings ?? [];

    internal override IReadOnlyList<Parameter> BackwardBuffers => (_chosen ?? _candidates[0].Sensitivity).BackwardBuffers;

    internal override bool NeedsRecording => _chosen?.NeedsRecording ?? true;

    private DirectSensitivity<T>? Direct => _candidates.Select(static x => x.Sensitivity as DirectSensitivity<T>).FirstOrDefault(static x => x is not null);

    internal override IVectorField<T> SolvedField => (_chosen ?? Direct)?.SolvedField ?? Field;

    internal override void Keep(SolveMemory<T> memory, bool forGradient) => (_chosen ?? Direct)?.Keep(memory, forGradient);

    internal override long? BudgetFor(ReadOnlySpan<double> times) => (_chosen ?? Direct)?.BudgetFor(times);

    private protected override SolveStatistics BackwardCore(
        SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, Span<T> initialGradient, Span<double> timeGradients)
    {
        _chosen ??= Choose(memory, stateGradients);
        SolveStatistics cost = _chosen.Backward(memory, stateGradients, initialGradient, timeGradients);
        _chosen.Gradient.CopyTo(Gradient, 0);
        if (_chosen.MeasuredError is { } error)
        {
            Measured(error);
        }

        if (!_chosen.NeedsRecording)
        {
            memory.Forget();
        }

        return cost;
    }

    private Sensitivity<T> Choose(SolveMemory<T> memory, ReadOnlySpan<T> stateGradients)
    {
        long withSteps = memory.Bytes, withoutSteps = memory.StateBytes;
        List<Trial> trials = [];
        foreach ((GradientMethod method, Sensitivity<T> sensitivity) in _candidates)
        {
            long bytes = sensitivity.NeedsRecording ? withSteps : withoutSteps;
            bool canRead = memory.Recording.HoldsEveryStep || sensitivity is DirectSensitivity<T> or BacksolveSensitivity<T>;
            if (canRead && (bytes <= _budget || _budget is null || sensitivity is DirectSensitivity<T>))
            {
                trials.Add(Try(method, sensitivity, memory, stateGradients, bytes));
            }
        }

        Trial reference = trials.Find(x => x.Failure is null && (_isAdaptive ? x.Method is GaussAdjoint : x.Method is DirectGradient))
            ?? trials.Find(static x => x.Failure is null)
            ?? throw new OdeSolveException(trials[0].Failure!.Result, "No gradient method could take the gradient through the solve. ");
        List<Trial> right = [];
        foreach (Trial x in trials.Where(static x => x.Failure is null))
        {
            x.Error = Math.Max(
                GradientDifference.Relative<T>(x.Initial, reference.Initial, reference.Scale), GradientDifference.Relative<T>(x.Parameters, reference.Parameters, 0));
            if (x.Error <= _limit)
            {
                right.Add(x);
            }
        }

        Trial best = right.MinBy(static x => x.Time) ?? reference;
        _choice = $"{best.Method.Name}, the fastest within the budget that is right: {string.Join("; ", trials)}.";
        if (best.Sensitivity is not DirectSensitivity<T>)
        {
            Direct?.StopKeeping();
        }

        _candidates.RemoveAll(x => x.Sensitivity != best.Sensitivity);
        return best.Sensitivity;
    }

    private Trial Try(GradientMethod method, Sensitivity<T> sensitivity, SolveMemory<T> memory, ReadOnlySpan<T> stateGradients, long bytes)
    {
        var trial = new Trial(method, sensitivity, bytes) { Initial = new T[Field.StateLength] };
        try
        {
            // The first run is compiled and checks itself.
            for (int i = 0; i <= Runs; i++)
            {
                long start = Stopwatch.GetTimestamp();
                sensitivity.Backward(memory, stateGradients, trial.Initial, []);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                trial.Time = i > 0 && elapsed < trial.Time ? elapsed : trial.Time;
            }

            trial.Parameters = [.. sensitivity.Gradient];
            trial.Scale = double.CreateTruncating(AdjointSolve<T>.Largest(stateGradients));
        }
        catch (OdeSolveException e)
        {
            trial.Failure = e;
        }
        catch (GradientException)
        {
            trial.Parameters = new T[sensitivity.Gradient.Length];
            Array.Fill(trial.Initial, T.NaN);
        }

        return trial;
    }

    private sealed class Trial(GradientMethod method, Sensitivity<T> sensitivity, long bytes)
    {
        public GradientMethod Method => method;

        public Sensitivity<T> Sensitivity => sensitivity;

        public T[] Initial { get; init; } = [];

        public T[] Parameters { get; set; } = [];

        public double Scale { get; set; }

        public double Error { get; set; }

        public TimeSpan Time { get; set; } = TimeSpan.MaxValue;

        public OdeSolveException? Failure { get; set; }

        public override string ToString() => Failure is not null ? $"{method.Name} failed"
            : double.IsNaN(Error) ? $"{method.Name} goes astray"
            : FormattableString.Invariant($"{method.Name} takes {Time.TotalMilliseconds:0.000} ms and {bytes / 1024.0:0.0} KiB, error {Error:0.0e+0}");
    }
}
