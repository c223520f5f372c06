using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Solves initial value problems of one size again and again: everything is allocated at construction, and nothing after the first solve.
/// </summary>
/// <remarks>
/// Not thread-safe, and not to be used from within its own vector field: that is an <see cref="InvalidOperationException"/>.
/// Quadratures are components that are integrated along with the state, <c>dq/dt = g(t, z)</c>, but enter neither the field's input nor the error
/// norm; they follow the state in every span.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>; time is always <see cref="double"/>.</typeparam>
public sealed partial class Integrator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Stepper<T> _stepper;
    private readonly StepController _controller;
    private readonly ErrorMeasure _scale;
    private readonly StopTimes? _stops;

    // The state that a method starts afresh from: its own memory may be cleared before it is read.
    private readonly T[] _restart;
    private readonly RestGuard<T>? _restGuard;
    private InitialStep<T>? _initialStep;
    private IStatefulField<T>? _stateful;
    private StepTranspose<T>? _transpose;
    private StepReplay<T>? _replay;
    private StepReversal<T>? _reversal;
    private JumpTranspose<T>? _jumpTranspose;
    private T[]? _outputSlope;
    private OdeProblem<T>? _lastProblem;
    private OdeProblem<T>? _solvable;
    private T[]? _outputState;
    private StepOutcome _lastOutcome;
    private long _accepted;
    private long _rejected;
    private OdeProblem<T> _problem = null!;
    private EventMonitor<T>? _events;
    private EventMonitor<T>? _monitor;
    private OdeProblem<T>? _eventsOf;
    private int _isInUse;

    /// <summary>Allocates the workspace.</summary>
    /// <param name="solver">Method.</param>
    /// <param name="control">How steps are chosen.</param>
    /// <param name="stateLength">Number of components of the state, at least 1.</param>
    /// <param name="quadratureLength">Number of quadratures; 0 by default.</param>
    /// <param name="errorNorm">Which components of the state count in the error norm; all by default.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the method has no error estimate and the steps are adaptive.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither <see cref="float"/> nor <see cref="double"/>.</exception>
    public Integrator(OdeSolver solver, StepSizeControl control, int stateLength, int quadratureLength = 0, ErrorNorm? errorNorm = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(control);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(quadratureLength);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"States are float or double, not {typeof(T).Name}.");
        }

        _controller = solver.CreateController(control, nameof(control));
        if (_controller.NeedsError && !solver.IsAdaptive)
        {
            throw new ArgumentException(
                $"{solver.Name} has no error estimate, so it cannot choose its steps. Give it FixedSteps.OfLength(h) or FixedSteps.PerInterval(n), "
                + $"or take a method that has one: {string.Join(", ", AdaptiveNames())}.",
                nameof(control));
        }

        if (!_controller.NeedsError && !solver.TakesFixedSteps)
        {
            throw new ArgumentException(
                $"{solver.Name} chooses its formula by the error of its steps, so it cannot take steps that are given. Use AdaptiveSteps, or take a method of one formula.",
                nameof(control));
        }

        ErrorNorm norm = errorNorm ?? new ErrorNorm(0, stateLength);
        norm.Validate(stateLength, nameof(errorNorm));
        if (control.Tolerances.AbsoluteByComponent is { } absolute && absolute.Count != stateLength)
        {
            throw new ArgumentException($"There are {absolute.Count} absolute tolerances; the state has {stateLength} components.", nameof(control));
        }

        _scale = new ErrorMeasure(control.Tolerances, norm);
        Solver = solver;
        Control = control;
        StateLength = stateLength;
        QuadratureLength = quadratureLength;
        _stepper = solver.CreateStepper<T>(stateLength, quadratureLength);
        _stops = StopTimes.Of(control);
        _restart = _stops is null ? [] : new T[_stepper.Length];
        if (control is AdaptiveSteps { LimitsAtRest: true } steps && solver.RestLimits(steps.RelativeTolerance) is { } limits)
        {
            _restGuard = new RestGuard<T>(_stepper.Length, stateLength, control.Tolerances, limits);
        }

        PrepareInlined();
    }

    /// <summary>Method.</summary>
    public OdeSolver Solver { get; }

    /// <summary>How steps are chosen.</summary>
    public StepSizeControl Control { get; }

    /// <summary>Number of components of the state.</summary>
    public int StateLength { get; }

    /// <summary>Number of quadratures.</summary>
    public int QuadratureLength { get; }

    /// <summary>The events of the last solve, in the order in which they happened; the next solve clears them.</summary>
    public IReadOnlyList<EventOccurrence<T>> Occurrences => _events is null ? [] : _events.Occurrences;

    /// <summary>Where a method of several parts, as <see cref="Auto"/>, changed in the last solve; the next solve clears them.</summary>
    public IReadOnlyList<MethodSwitch> Switches => _stepper.Switches;

    /// <summary>Time that the last solve reached, with <see cref="ReachedState"/>.</summary>
    internal double ReachedTime { get; private set; }

    /// <summary>
    /// Length of the first step of solves to come, in units of time, where it is to be chosen and known from a solve of the same kind. It saves the evaluation that an
    /// estimate costs, and is shortened like any step whose error is too large. Methods that start at a lower order estimate it all the same.
    /// </summary>
    /// <value>Positive, or <see langword="null"/> (default) for an estimate by the scale of the problem.</value>
    public double? FirstStep
    {
        get;
        set => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A step has a positive length.");
    }

    /// <summary>State and quadratures that the last solve reached.</summary>
    internal ReadOnlySpan<T> ReachedState => _stepper.State;

    /// <inheritdoc cref="Solve(OdeProblem{T}, ReadOnlySpan{T}, ReadOnlySpan{double}, Span{T}, SolveRecording{T}?, IProgress{double}?, CancellationToken)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SolveResult Solve(
        IVectorField<T> field,
        ReadOnlySpan<T> z0,
        ReadOnlySpan<double> times,
        Span<T> states,
        SolveRecording<T>? recording = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        // A problem is a few references; the last one is kept, so that solving the same field again allocates nothing.
        ArgumentNullException.ThrowIfNull(field);
        OdeProblem<T>? problem = _lastProblem;
        if (problem is null || !ReferenceEquals(problem.Field, field))
        {
            _lastProblem = problem = new OdeProblem<T>(field);
        }

        return Solve(problem, z0, times, states, recording, progress, cancellationToken);
    }

    /// <summary>Solves from the first of the times to the last.</summary>
    /// <remarks>
    /// With <see cref="AdaptiveSteps"/> states between the first and the last time come from dense output, and a step lands on the last time only.
    /// With <see cref="FixedSteps"/> steps land on every time. The field is never evaluated outside the interval.
    /// </remarks>
    /// <param name="problem">What is solved.</param>
    /// <param name="z0">Initial state and quadratures, <c>[StateLength + QuadratureLength]</c>.</param>
    /// <param name="times">At least two finite times, strictly rising or strictly falling; the first is the initial time.</param>
    /// <param name="states">
    /// Destination, row-major <c>[times, StateLength + QuadratureLength]</c>; row 0 becomes <paramref name="z0"/>. Rows that a failed solve did not reach are filled with NaN.
    /// </param>
    /// <param name="recording">
    /// Receives the accepted steps, for <see cref="Transpose"/> and dense output, those before a failure too; none by default. Not with quadratures.
    /// </param>
    /// <param name="progress">Is told the share of the interval that is solved, at most about a hundred times; none by default.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>How the solve ended; it does not throw for a failed solve, <see cref="SolveResult.ThrowIfFailed"/> does.</returns>
    /// <exception cref="ArgumentException">
    /// A span has the wrong length, the times are not monotone, the method cannot solve with a part of the problem, or a recording is asked of a
    /// solve with quadratures.
    /// </exception>
    /// <exception cref="InvalidOperationException">The integrator is in use, by another thread or around this call.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SolveResult Solve(
        OdeProblem<T> problem,
        ReadOnlySpan<T> z0,
        ReadOnlySpan<double> times,
        Span<T> states,
        SolveRecording<T>? recording = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        RequireLength(z0.Length, _stepper.Length, nameof(z0), "StateLength + QuadratureLength");
        OutputTimes.Validate(times, nameof(times));
        RequireLength(states.Length, (long)times.Length * _stepper.Length, nameof(states), "times · (StateLength + QuadratureLength)");
        RequireSolvable(problem, recording);
        Enter();
        try
        {
            if (recording is not { KeepsEndOnly: true })
            {
                return SolveAlone(problem, z0, times, states, recording, output: null, progress, cancellationToken);
            }

            recording.BeginReversal(problem, _stepper, times, z0);
            SolveResult result = SolveAlone(problem, z0, times, states, recording: null, output: null, progress, cancellationToken);
            if (result.IsSuccess)
            {
                recording.EndReversal(_stepper, (int)Math.Min(int.MaxValue, _accepted));
            }

            return result;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Solves from the first of the times to the last, and gives out what is asked for as it goes. Nothing else is kept, however many steps there are.</summary>
    /// <param name="problem">What is solved.</param>
    /// <param name="z0">Initial state and quadratures, <c>[StateLength + QuadratureLength]</c>.</param>
    /// <param name="times">At least two finite times, strictly rising or strictly falling; the first is the initial time.</param>
    /// <param name="output">What is given out.</param>
    /// <param name="progress">Is told the share of the interval that is solved, at most about a hundred times; none by default.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>How the solve ended; it does not throw for a failed solve, <see cref="SolveResult.ThrowIfFailed"/> does.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length, the times are not monotone, or the method cannot solve with a part of the problem.</exception>
    /// <exception cref="InvalidOperationException">The integrator is in use, by another thread or around this call.</exception>
    public SolveResult Solve(
        OdeProblem<T> problem,
        ReadOnlySpan<T> z0,
        ReadOnlySpan<double> times,
        OdeOutput<T> output,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(output);
        RequireLength(z0.Length, _stepper.Length, nameof(z0), "StateLength + QuadratureLength");
        OutputTimes.Validate(times, nameof(times));
        RequireSolvable(problem, recording: null);
        Enter();
        try
        {
            _outputState ??= new T[_stepper.Length];
            return SolveAlone(problem, z0, times, _outputState, recording: null, output, progress, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult SolveAlone(
        OdeProblem<T> problem,
        ReadOnlySpan<T> z0,
        ReadOnlySpan<double> times,
        Span<T> states,
        SolveRecording<T>? recording,
        OdeOutput<T>? output,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        _accepted = 0;
        _rejected = 0;
        _lastOutcome = StepOutcome.Complete;
        ReachedTime = times[0];
        _stepper.Counts = default;
        _problem = problem;
        _stateful = problem.Field is IStatefulField<T> { IsStateful: true } stateful ? stateful : null;
        _stateful?.Commit();
        _stops?.Start(times[0], times[^1]);
        _restGuard?.Start();
        int component = Reductions.FirstNotFinite(z0);
        _events = problem.Events.Count == 0 || component >= 0 ? null : Monitor(problem);
        if (_events is not null)
        {
            _events.Begin(times[0], times[^1], z0);
            z0 = _events.State;
        }

        _stepper.Start(new StepperStart<T>(problem, _scale, _controller.NeedsError, times[0], z0, _events is not null));
        z0.CopyTo(states);
        output?.Begin(times[0], z0);
        recording?.Begin(problem, _stepper, Control is not FixedSteps, times.Length, (int)Math.Min(int.MaxValue, ExpectedSteps(times)));
        var outputs = new OutputPlan<T>(times, states, _stepper.Length, recording, output);
        SolveResult result = component >= 0
            ? Result(SolveStatus.InitialStateNotFinite, times[0], 0, component)
            : _events is { Status: not SolveStatus.Success }
            ? Result(_events.Status, times[0], default(StepPlan))
            : Run(times[0], ref outputs, recording, _events, new ProgressGauge(progress, times[0], times[^1]), cancellationToken);
        if (recording is not null)
        {
            result = EndRecording(recording, times[0], result);
        }

        if (!result.IsSuccess)
        {
            _stateful?.Revert();
        }

        if (result.Status != SolveStatus.Success)
        {
            outputs.FillRest();
        }

        output?.End(ReachedTime, ReachedState);

        return result;
    }

    private EventMonitor<T> Monitor(OdeProblem<T> problem)
    {
        // Kept, so that solving the same problem again allocates what happened only.
        if (!ReferenceEquals(_eventsOf, problem) || _monitor is null)
        {
            _monitor = new EventMonitor<T>(problem.Events, _stepper.Length);
            _eventsOf = problem;
        }

        return _monitor;
    }

    /// <summary>Closes a recording with the state that the solve reached.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult EndRecording(SolveRecording<T> recording, double start, in SolveResult result)
    {
        double reached = recording.StepCount == 0 ? start : recording.LastEnd;
        bool needsDerivative = recording.StepCount > 0
            && result.Status != SolveStatus.Terminated
            && (_stepper.ReadsNextDerivative || ((recording.IsAdaptive || _events is not null) && result.Status == SolveStatus.Success));
        if (needsDerivative)
        {
            // Dense output of the last step may read it, and the gradient of the last time is g·f there; a method that shares its last stage has it already.
            _stepper.EvaluateDerivative(reached);
            int component = Reductions.FirstNotFinite(_stepper.Derivative);
            if (component >= 0)
            {
                recording.EndBeforeLastStep();
                return result.Status == SolveStatus.Success ? Result(SolveStatus.NotFinite, reached, result.Step, component) : result;
            }
        }

        bool isTerminated = result.Status == SolveStatus.Terminated;
        recording.End(reached, _stepper.State, needsDerivative ? _stepper.Derivative : [], isTerminated || result.Status == SolveStatus.Success);
        recording.Occurrences = _events is null || _events.Occurrences.Count == 0 ? [] : [.. _events.Occurrences];
        return result.Status == SolveStatus.Success ? Result(SolveStatus.Success, result.Time, result.Step, -1) : result;
    }

    /// <summary>How many steps there will be; 0 where that is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double ExpectedSteps(ReadOnlySpan<double> times)
    {
        double steps = 0;
        for (int i = 1; i < times.Length && Control is FixedSteps control; i++)
        {
            steps += control.StepsOn(times[i - 1], times[i]);
        }

        return steps;
    }

    /// <summary>Whether a recording of a solve would take little memory, or it is not known how much.</summary>
    internal bool RecordingIsSmall(ReadOnlySpan<double> times) => ExpectedSteps(times) * _stepper.RecordedRows * StateLength <= SolveRecording<T>.MostReserved;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RequireSolvable(OdeProblem<T> problem, SolveRecording<T>? recording)
    {
        if (recording is not null && QuadratureLength > 0)
        {
            throw new ArgumentException("A solve with quadratures cannot be recorded: solve without them, or put them into the state.", nameof(recording));
        }

        if (recording is { KeepsEndOnly: true } && (Control is not FixedSteps || !_stepper.IsReversible || problem.Events.Count > 0))
        {
            throw new NotSupportedException(
                $"{Solver.Name} cannot take these steps back, so a recording must keep them. Steps can be taken back of reversible and symplectic methods with "
                    + $"FixedSteps, without events.");
        }

        if (recording is { Budget: not null } && !HasCheckpoints())
        {
            throw new NotSupportedException($"{Solver.Name} cannot go on from a checkpoint, so its solves cannot be recorded within a budget. Record without one.");
        }

        if (ReferenceEquals(problem, _solvable))
        {
            return;
        }

        ProblemParts missing = problem.Parts & ~Solver.SupportedParts;
        if (missing != 0)
        {
            throw new ArgumentException($"{Solver.Name} cannot solve a problem with these parts: {missing}.", nameof(problem));
        }

        if (Solver.NeedsPositions && problem.PositionCount is null)
        {
            throw new ArgumentException(
                $"{Solver.Name} moves positions and velocities in turn, and the problem does not say which components are positions. "
                + "Set OdeProblem.PositionCount, or make the problem by OdeProblem.SecondOrder.",
                nameof(problem));
        }

        problem.Validate(StateLength, nameof(problem));
        _solvable = problem;
    }

    /// <summary>Whether solves can be recorded within a <see cref="RecordingBudget"/>: the method can go on from a checkpoint.</summary>
    public bool HasCheckpoints()
    {
        var snapshot = StepperSnapshot<T>.Measure();
        return _stepper.Transfer(ref snapshot);
    }

    // One flag tells a second thread, or a field that calls back, that the workspace is taken: wrong numbers would be the alternative.
    private void Enter()
    {
        if (Interlocked.Exchange(ref _isInUse, 1) != 0)
        {
            throw new InvalidOperationException("The integrator is in use, by another thread or by the solve that called this vector field. Make an integrator for each.");
        }
    }

    private void Leave() => Volatile.Write(ref _isInUse, 0);

    private static IEnumerable<string> AdaptiveNames() => OdeSolver.Names.Where(name => OdeSolver.Parse(name).IsAdaptive);

    private static void RequireLength(long actual, long expected, string parameter, string meaning)
    {
        if (actual != expected)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Expected {expected} elements ({meaning}), got {actual}."), parameter);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SolveResult Result(SolveStatus status, double time, double step, int component)
    {
        ref readonly SolveCounts counts = ref _stepper.Counts;
        var statistics = new SolveStatistics(counts.Evaluations, _accepted, _rejected, 0)
        {
            Jacobians = counts.Jacobians,
            Factorizations = counts.Factorizations,
            NewtonIterations = counts.NewtonIterations,
        };
        return new SolveResult(status, time, step, component, statistics);
    }
}
