using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The step of a method with an explicit and a stiff half, of which one works at a time.</summary>
internal sealed class SwitchingStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What the maker of a recorded step is called.
    internal const int StiffMaker = 1;

    private readonly Auto _method;
    private readonly OdeSolver _stiffMethod;
    private readonly Stepper<T> _stiff;
    private readonly List<MethodSwitch> _switches = [];

    // Made at the first start, which tells the tolerance: an integrator has one.
    private ExplicitRungeKutta _explicitMethod = null!;
    private Stepper<T> _explicit = null!;
    private Stepper<T> _active = null!;
    private StiffnessMonitor _monitor = null!;
    private double _radius;
    private bool _hasSwitched;
    private double _startTime;
    private T[]? _padding;

    public SwitchingStepper(Auto method, int stateLength, int quadratureLength)
        : base(stateLength, quadratureLength)
    {
        _method = method;
        _stiffMethod = method.StiffFor(stateLength);
        _stiff = _stiffMethod.CreateStepper<T>(stateLength, quadratureLength);
    }

    public override ReadOnlySpan<T> State => _active.State;

    public override ReadOnlySpan<T> Derivative => _active.Derivative;

    public override IReadOnlyList<MethodSwitch> Switches => _switches;

    public override int RecordedRows => _stiff.RecordedRows;

    public override int MaxRecordedRows => Math.Max(_explicit?.MaxRecordedRows ?? 0, _stiff.MaxRecordedRows);

    public override int Maker => IsStiff ? StiffMaker : 0;

    // Both halves keep the derivative at a step's start in row 1.
    public override bool ReadsNextDerivative => _explicit.ReadsNextDerivative || _stiff.ReadsNextDerivative;

    private bool IsStiff => ReferenceEquals(_active, _stiff);

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        if (_explicit is null)
        {
            _explicitMethod = _method.ExplicitFor(Scale.Tolerances.Relative);
            _explicit = _explicitMethod.CreateStepper<T>(StateLength, Length - StateLength);
            _monitor = new StiffnessMonitor(_explicitMethod.Tableau);
        }

        _startTime = start.Time;
        if (!start.IsRestart)
        {
            if (!IsReplaying)
            {
                _switches.Clear();
            }

            _monitor.Start();
            _active = _explicit;
        }
        else if (_hasSwitched && !IsReplaying)
        {
            // The step that ended in the switch was cut short by an event.
            _switches[^1] = _switches[^1] with { Time = start.Time };
        }

        _hasSwitched = false;
        _monitor.Restart();
        _active.Start(start);
        IsStable = IsStiff;
    }

    public override void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        _active.Evaluate(t, z, dz);
        Collect();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvaluateDerivative(double t)
    {
        _active.EvaluateDerivative(t);
        Collect();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        StepAttempt attempt = _active.Attempt(t, plan);
        Collect();
        if (!attempt.IsComplete || !(attempt.Error <= 1) || (!IsStiff && !_monitor.Looks))
        {
            return attempt;
        }

        // The explicit half begins within its stability interval.
        _radius = _active.SpectralRadius();
        return IsStiff && _monitor.WouldEnd(plan.Size, _radius) ? attempt with { LongestNext = _monitor.Stable / _radius } : attempt;
    }

    public override bool CombineQuadratures(double h)
    {
        bool isFinite = _active.CombineQuadratures(h);
        Collect();
        return isFinite;
    }

    public override int FindNotFinite(double t, in StepPlan plan, out double time) => _active.FindNotFinite(t, plan, out time);

    public override int FindWorst(double t, in StepPlan plan, out double share)
    {
        int worst = _active.FindWorst(t, plan, out share);
        Collect();
        return worst;
    }

    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        _active.Interpolate(theta, h, destination);
        Collect();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, in StepPlan plan)
    {
        _active.Accept(t, plan);
        if (IsReplaying)
        {
            return;
        }

        _hasSwitched = IsStiff
            ? _monitor.IsOver(plan.Size, _radius)
            : _monitor.HasBecomeStiff(plan.Size, _radius, RelativeTolerance());
        if (_hasSwitched)
        {
            Switch(plan.End);
            _switches.Add(new MethodSwitch(plan.End, IsStiff ? _stiffMethod : _explicitMethod));
            _monitor.Restart();
        }
    }

    public override void Follow(double t, int maker)
    {
        if (maker != Maker)
        {
            Switch(t);
        }
    }

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        if (_explicit is null)
        {
            // Before the first start: both halves can.
            return true;
        }

        bool isStiff = IsStiff;
        snapshot.Value(ref isStiff);
        if (snapshot.IsRestoring && isStiff != IsStiff)
        {
            Switch(_startTime);
        }

        // As long for either half.
        int first = snapshot.Length;
        _active.Transfer(ref snapshot);
        _padding ??= new T[Math.Max(LengthOf(_explicit), LengthOf(_stiff))];
        snapshot.Row(_padding.AsSpan(snapshot.Length - first));
        return true;

        static int LengthOf(Stepper<T> half)
        {
            var measure = StepperSnapshot<T>.Measure();
            half.Transfer(ref measure);
            return measure.Length;
        }
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        recording.Maker = Maker;
        _active.Record(recording, t, plan);
        Collect();
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
        => (recording.MakerOf(step) == StiffMaker ? _stiff : _explicit).InterpolateRecorded(recording, step, theta, derivative, destination);

    public override StepTranspose<T> CreateTranspose() => new SwitchingTranspose<T>(_explicit, _stiff);

    public override void OnRestLimit(bool isAtLimit) => _monitor.CountRest(isAtLimit);

    public override double Movement() => _explicit.Movement();

    public override bool HasStillComponent() => _explicit.HasStillComponent();

    /// <summary>Lets the other half go on from the present state.</summary>
    private void Switch(double t)
    {
        Stepper<T> other = IsStiff ? _explicit : _stiff;
        other.Start(new StepperStart<T>(Problem, Scale, NeedsError, t, _active.State, NeedsInterpolation));
        _active = other;
        IsStable = IsStiff;
    }

    /// <summary>The tolerance in units of the state.</summary>
    private double RelativeTolerance()
    {
        ReadOnlySpan<T> state = State[..StateLength];
        double size = Math.Sqrt(Reductions.Dot(state, state) / StateLength);
        return Scale.Tolerances.Relative + (Scale.Tolerances.Absolute / size);
    }

    /// <summary>Takes over what the working half has counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Collect()
    {
        ref SolveCounts counts = ref Counts, part = ref _active.Counts;
        counts.Evaluations += part.Evaluations;
        counts.Jacobians += part.Jacobians;
        counts.Factorizations += part.Factorizations;
        counts.NewtonIterations += part.NewtonIterations;
        part = default;
    }
}
