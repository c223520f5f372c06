using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>The step of a diagonally implicit Runge–Kutta method, also of an implicit-explicit one.</summary>
/// <remarks>
/// Stage i solves <c>y_i − known_i = γ h g(t_i, y_i)</c>, and its derivative is <c>k_i = (y_i − known_i) / (γ h)</c>, which a stiff field does not
/// amplify the iteration's error in. The last stage is the step's end, and its derivative the next step's first.
/// </remarks>
internal sealed partial class DiagonallyImplicitStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tag of a recorded step whose first derivative is the last one of the step before.</summary>
    internal const int CarriedTag = 1;

    // Of a few components a new matrix costs less than an iteration at each of the stages.
    private static readonly JacobianReuse s_smallReuse = new(20, 0.05, 0.05);
    private static readonly JacobianReuse s_largeReuse = new(50, 0.2, 0.2);

    private readonly ButcherTableau _tableau;
    private readonly ButcherTableau _splitTableau;
    private readonly bool _filtersError;
    private readonly int _stages;
    private readonly double _gamma;
    private readonly int _errorOrder;
    private readonly RowMemory<T> _rows;
    private readonly StepCombinations<T> _plain;
    private readonly StepCombinations<T>? _split;
    private readonly NewtonSolver<T> _newton;
    private readonly TimeExtrapolation<T>? _extrapolation;
    private readonly double[] _weights;
    private readonly int[] _plainStages;
    private readonly int[] _splitStages;
    private readonly int _combinedLength;
    private StepCombinations<T> _combinations;
    private IVectorField<T> _field = null!;
    private bool _firstIsKnown;
    private bool _firstIsCarried;

    // What the last attempt got to, for finding the culprit of a failure.
    private int _lastStage;
    private double _lastTime;
    private int _lastRow;

    public DiagonallyImplicitStepper(DiagonallyImplicitRungeKutta method, int stateLength, int quadratureLength)
        : base(stateLength, quadratureLength)
    {
        _tableau = method.Tableau;
        _splitTableau = method.SplitTableau;
        _filtersError = method.FiltersError;
        _stages = _tableau.StageCount;
        _gamma = _tableau.A(_stages - 1)[^1];
        _errorOrder = Math.Min(_tableau.Order, _tableau.EmbeddedOrder ?? _tableau.Order) + 1;
        _rows = new RowMemory<T>(Explicit + (method.ExplicitRows is null ? 0 : _stages), Length);
        _combinedLength = quadratureLength == 0 ? _rows.PaddedLength : stateLength;
        _plain = new StepCombinations<T>(Combinations(null), _stages, _rows);
        _split = method.ExplicitRows is null ? null : new StepCombinations<T>(Combinations(method.ExplicitRows), _stages, _rows);
        _combinations = _plain;
        _newton = new NewtonSolver<T>(stateLength, stateLength <= SmallLu<T>.MaxLength ? s_smallReuse : s_largeReuse, quadratureLength);
        bool reachesBeyond = _tableau.C.ToArray().Any(static c => c > 1);
        _extrapolation = reachesBeyond ? new TimeExtrapolation<T>(Length) : null;
        _plainStages = [.. Enumerable.Range(0, _stages)];
        _splitStages = [.. _plainStages, .. _plainStages.Select(i => Explicit + i)];
        _weights = new double[2 * _stages];
        _value = new T[Length];
    }

    public override ReadOnlySpan<T> State => _rows.Row(Old, Length);

    public override ReadOnlySpan<T> Derivative => _rows.Row(IsSplit ? Total : 0, Length);

    public override int RecordedRows => 1 + _stages;

    internal ButcherTableau Tableau => _tableau;

    internal TimeExtrapolation<T>? Extrapolation => _extrapolation;

    internal ErrorMeasure ErrorMeasure => Scale;

    // Rows: the implicit derivatives of the stages from 0, the state before and after, what is known of a stage, its guess and solution, the error, the
    // whole derivative at the start of a split problem, zeros, then the explicit derivatives.
    private int Old => _stages;

    private int New => _stages + 1;

    private int Known => _stages + 2;

    private int Stage => _stages + 3;

    private int Error => _stages + 4;

    private int Total => _stages + 5;

    private int Zeros => _stages + 6;

    private int Explicit => _stages + 7;

    private bool IsSplit => ReferenceEquals(_combinations, _split);

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        _combinations = start.Problem.StiffField is null ? _plain : _split!;
        _field = start.Problem.StiffField ?? start.Problem.Field;
        if (_extrapolation is not null)
        {
            _extrapolation.Inner = _field;
            _extrapolation.SetStep(start.Time, start.Time);
            _field = _extrapolation;
        }

        _newton.Tolerance = NewtonSolver<T>.ShareOfTolerance(start.Scale.Tolerances.Relative);
        _newton.Start(start.Problem, start.Scale, isStrict: !start.NeedsError, _extrapolation);
        start.State.CopyTo(_rows.Row(Old, Length));
        _firstIsKnown = _firstIsCarried = false;
        (_lastStage, _lastRow, _lastTime) = (-1, Old, start.Time);
    }

    public override void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        base.Evaluate(t, z, dz);
        if (Problem.StiffField is { } stiff)
        {
            Counts.Evaluations++;
            Span<T> other = _rows.Row(Error, Length);
            stiff.Evaluate(t, z, other[..dz.Length]);
            for (int i = 0; i < dz.Length; i++)
            {
                dz[i] += other[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvaluateDerivative(double t)
    {
        if (!_firstIsKnown)
        {
            EvaluateStage(0, t, Old);
            _firstIsKnown = true;
        }

        (_lastStage, _lastRow, _lastTime) = (0, Old, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        EvaluateDerivative(t);
        double h = plan.Size;
        _combinations.Scale(h);
        _extrapolation?.SetStep(t, plan.End);
        StepOutcome outcome;
        do
        {
            outcome = TakeStages(t, plan);
        }
        while (outcome == StepOutcome.NewtonFailed && _newton.Discard());

        if (outcome != StepOutcome.Complete)
        {
            return new StepAttempt(outcome, double.NaN, _errorOrder);
        }

        return new StepAttempt(StepOutcome.Complete, NeedsError ? EstimateError() : 0, _errorOrder);
    }

    public override double SpectralRadius() => _newton.Jacobian.SpectralBound();

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        time = _lastTime;
        if (_lastStage >= 0)
        {
            ReadOnlySpan<T> derivative = _lastStage == 0 ? Derivative : _newton.LastValue;
            int component = Reductions.FirstNotFinite(derivative);
            if (component >= 0)
            {
                return component;
            }
        }

        if (_badQuadrature >= 0)
        {
            return StateLength + _badQuadrature;
        }

        return Reductions.FirstNotFinite<T>(_rows.Row(_lastRow, _lastRow == Old ? Length : StateLength));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        (IsSplit ? _splitTableau : _tableau).DenseWeights(theta, _weights.AsSpan(0, _stages));
        int[] stages = _plainStages;
        if (IsSplit)
        {
            _weights.AsSpan(0, _stages).CopyTo(_weights.AsSpan(_stages));
            stages = _splitStages;
        }

        CombineKernel.Run(
            ref _rows.Start, _rows.Offsets, stages, _weights.AsSpan(0, stages.Length), h, ref _rows[Old], ref MemoryMarshal.GetReference(destination), Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, in StepPlan plan)
    {
        _rows.Swap(Old, New);
        _newton.OnAccepted();
        _firstIsKnown = _firstIsCarried = !IsSplit;
        if (_firstIsCarried)
        {
            _rows.Swap(0, _stages - 1);
        }

        (_lastStage, _lastRow, _lastTime) = (-1, Old, plan.End);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        recording.AddStep(t, plan.End, plan.Size, _firstIsCarried ? CarriedTag : 0, RecordedRows);
        int step = recording.StepCount - 1;
        _rows.Row(Old, StateLength).CopyTo(recording.Row(step, 0));
        for (int i = 0; i < _stages; i++)
        {
            Span<T> row = recording.Row(step, 1 + i);
            _rows.Row(i, StateLength).CopyTo(row);
            if (IsSplit)
            {
                Add(row, _rows.Row(Explicit + i, StateLength));
            }
        }
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        Span<nint> rows = stackalloc nint[_stages];
        Span<double> weights = stackalloc double[_stages];
        DenseTerms(recording, step, theta, derivative, rows, weights);
        ref T origin = ref MemoryMarshal.GetReference(recording.Row(step, 0));
        double scale = recording.StepSize(step);
        if (derivative)
        {
            destination.Clear();
            origin = ref MemoryMarshal.GetReference(destination);
            scale = 1;
        }

        CombineKernel.Run(ref recording.Start, rows, _plainStages, weights, scale, ref origin, ref MemoryMarshal.GetReference(destination), StateLength);
    }

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        snapshot.Row(_rows.Row(Old, Length));
        snapshot.Value(ref _firstIsCarried);
        snapshot.Row(_rows.Row(0, Length));
        _firstIsKnown = snapshot.IsRestoring ? _firstIsCarried : _firstIsKnown;
        _newton.Transfer(ref snapshot, ref Counts);
        return true;
    }

    public override StepTranspose<T> CreateTranspose() => new DiagonallyImplicitTranspose<T>(this);

    /// <summary>The recorded rows and weights of dense output: <c>z_n + h Σ weights_i row_i</c>, or of its derivative <c>Σ weights_i row_i</c>.</summary>
    internal void DenseTerms(SolveRecording<T> recording, int step, double theta, bool derivative, Span<nint> rows, Span<double> weights)
    {
        ButcherTableau tableau = recording.Problem is { StiffField: not null } ? _splitTableau : _tableau;
        if (derivative)
        {
            tableau.DenseDerivativeWeights(theta, weights);
        }
        else
        {
            tableau.DenseWeights(theta, weights);
        }

        for (int i = 0; i < _stages; i++)
        {
            rows[i] = recording.RowOffset(step, 1 + i);
        }
    }

    private static void Add(Span<T> to, ReadOnlySpan<T> from)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += from[i];
        }
    }
}
