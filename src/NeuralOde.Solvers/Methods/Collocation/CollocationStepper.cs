using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The step of a collocation method: <c>M k_i = f(t + c_i h, z + Z_i)</c>, <c>Z_i = h Σ a_ij k_j</c>, <c>z⁺ = z + Σ d_i Z_i</c>.</summary>
internal sealed partial class CollocationStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Below this rate of convergence the Jacobian serves the next step too (RADAU5).
    private const double GoodRate = 1e-3;

    private readonly CollocationTableau _tableau;
    private readonly int _stages;
    private readonly CollocationSystem<T> _system;
    private readonly RowMemory<T> _rows;
    private readonly double[] _weights;
    private readonly Complex[] _complex;
    private IVectorField<T> _field = null!;
    private bool _firstIsKnown;
    private bool _jacobianIsKnown;
    private bool _jacobianIsOfThisStep;
    private bool _lastWasRejected;
    private double _lastSize;

    // What the last attempt got to, for finding the culprit of a failure.
    private int _lastRow;
    private double _lastTime;

    public CollocationStepper(CollocationTableau tableau, int stateLength, int quadratureLength)
        : base(stateLength, quadratureLength)
    {
        _tableau = tableau;
        _stages = tableau.StageCount;
        _rows = new RowMemory<T>(Values + _stages, Length);
        _system = new CollocationSystem<T>(tableau, stateLength, Length);
        _weights = new double[_stages + 1];
        _complex = new Complex[stateLength];
    }

    public override ReadOnlySpan<T> State => _rows.Row(Old, Length);

    public override ReadOnlySpan<T> Derivative => _rows.Row(First, Length);

    public override int RecordedRows => 2 + _stages;

    internal CollocationTableau Tableau => _tableau;

    internal ErrorMeasure ErrorMeasure => Scale;

    // Rows: Z of each stage from 0, those of the step before, then the state before and after, the derivative at the start, a stage's state, the error,
    // the real system's vector, a product with the mass matrix, Newton's corrections of the stages, their derivatives.
    private int Previous => _stages;

    private int Old => 2 * _stages;

    private int New => Old + 1;

    private int First => Old + 2;

    private int Input => Old + 3;

    private int Error => Old + 4;

    private int RealPart => Old + 5;

    private int Product => Old + 6;

    private int Corrections => Old + 7;

    private int Values => Corrections + _stages;

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        _field = start.Problem.Field;
        _system.Start(start.Problem);
        StartNewton();
        start.State.CopyTo(_rows.Row(Old, Length));
        _firstIsKnown = _jacobianIsKnown = _lastWasRejected = false;
        _lastSize = 0;
        _badQuadrature = -1;
        (_lastRow, _lastTime) = (Old, start.Time);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvaluateDerivative(double t)
    {
        if (!_firstIsKnown)
        {
            Evaluate(t, Old, First);
            _firstIsKnown = true;
        }

        (_lastRow, _lastTime) = (First, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        double h = plan.Size;
        EvaluateDerivative(t);
        (_stepStart, _badQuadrature) = (t, -1);
        if (Reductions.FirstNotFinite<T>(_rows.Row(First, StateLength)) >= 0)
        {
            return Failed(StepOutcome.NotFinite);
        }

        StepOutcome outcome;
        do
        {
            if (!_jacobianIsKnown)
            {
                _system.EvaluateJacobian(t, _rows.Row(Old, StateLength), _rows.Row(First, StateLength), h, Scale.Tolerances, ref Counts);
                _jacobianIsKnown = _jacobianIsOfThisStep = true;
            }

            GuessStages(h);
            outcome = _system.Prepare(h, ref Counts) ? Iterate(t, plan) : StepOutcome.NewtonFailed;
        }
        while (outcome == StepOutcome.NewtonFailed && !(_jacobianIsKnown = _jacobianIsOfThisStep));

        if (outcome != StepOutcome.Complete)
        {
            _lastWasRejected = true;
            return Failed(outcome);
        }

        FormEnd();
        if (Length > StateLength)
        {
            EvaluateIntegrands(t, plan);
        }

        double error = NeedsError ? EstimateError(t, h) : 0;
        _lastWasRejected = error >= 1;
        return new StepAttempt(StepOutcome.Complete, error, _stages + 1);
    }

    public override double SpectralRadius() => _system.Jacobian.SpectralBound();

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        time = _lastTime;
        int component = Reductions.FirstNotFinite<T>(_rows.Row(_lastRow, _lastRow == Old ? Length : StateLength));
        if (component < 0 && _badQuadrature >= 0)
        {
            time = _badTime;
            return StateLength + _badQuadrature;
        }

        return component < 0 && _lastRow == First ? Reductions.FirstNotFinite<T>(_rows.Row(First, Length)) : component;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        _tableau.DenseWeights(theta, derivative: false, _weights);
        Span<T> to = destination[..StateLength];
        _rows.Row(Old, StateLength).CopyTo(to);
        for (int i = 0; i < _stages; i++)
        {
            AddScaled(to, _weights[i], _rows.Row(i, StateLength));
        }

        if (_weights[_stages] != 0)
        {
            AddScaled(to, _weights[_stages] * h, _rows.Row(First, StateLength));
        }

        if (Length > StateLength)
        {
            InterpolateQuadratures(theta, h, destination[StateLength..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, in StepPlan plan)
    {
        _rows.Swap(Old, New);
        for (int i = 0; i < _stages; i++)
        {
            _rows.Swap(i, Previous + i);
        }

        _lastSize = plan.Size;
        _lastWasRejected = _firstIsKnown = false;
        _jacobianIsKnown &= _rate <= GoodRate;
        _jacobianIsOfThisStep = false;
        (_lastRow, _lastTime) = (Old, plan.End);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        recording.AddStep(t, plan.End, plan.Size, 0, RecordedRows);
        int step = recording.StepCount - 1;
        _rows.Row(Old, StateLength).CopyTo(recording.Row(step, 0));
        _rows.Row(First, StateLength).CopyTo(recording.Row(step, 1));
        for (int i = 0; i < _stages; i++)
        {
            _rows.Row(i, StateLength).CopyTo(recording.Row(step, 2 + i));
        }
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        Span<double> weights = stackalloc double[_stages + 1];
        _tableau.DenseWeights(theta, derivative, weights);
        double h = recording.StepSize(step), scale = derivative ? 1 / h : 1;
        destination.Clear();
        if (!derivative)
        {
            recording.Row(step, 0).CopyTo(destination);
        }

        for (int i = 0; i < _stages; i++)
        {
            AddScaled(destination, scale * weights[i], recording.Row(step, 2 + i));
        }

        if (weights[_stages] != 0)
        {
            AddScaled(destination, scale * weights[_stages] * h, recording.Row(step, 1));
        }
    }

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        snapshot.Row(_rows.Row(Old, Length));
        for (int i = 0; i < _stages; i++)
        {
            snapshot.Row(_rows.Row(Previous + i, StateLength));
        }

        snapshot.Value(ref _lastSize);
        snapshot.Value(ref _lastWasRejected);
        snapshot.Value(ref _remaining);
        snapshot.Value(ref _jacobianIsKnown);
        snapshot.Value(ref _jacobianIsOfThisStep);
        _system.Transfer(ref snapshot, _jacobianIsKnown, Scale, ref Counts);
        return true;
    }

    public override StepTranspose<T> CreateTranspose() => new CollocationTranspose<T>(this);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddScaled(Span<T> to, double weight, ReadOnlySpan<T> from)
    {
        T factor = T.CreateTruncating(weight);
        from = from[..to.Length];
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += factor * from[i];
        }
    }

    /// <summary>The stages of the step before, extrapolated; zero where there was none.</summary>
    private void GuessStages(double h)
    {
        Span<double> at = stackalloc double[_stages + 1], end = stackalloc double[_stages + 1];
        int s = _stages;
        for (int i = 0; i < s; i++)
        {
            Span<T> row = _rows.Row(i, StateLength);
            row.Clear();
            if (_lastSize == 0)
            {
                continue;
            }

            // By the collocation polynomial, whatever dense output is made of.
            Extrapolate(1 + (_tableau.C[i] * h / _lastSize), at);
            Extrapolate(1, end);
            for (int j = 0; j < s; j++)
            {
                AddScaled(row, at[j] - end[j], _rows.Row(Previous + j, StateLength));
            }
        }
    }

    private void Extrapolate(double theta, Span<double> weights)
    {
        for (int i = 0; i < _stages; i++)
        {
            double value = theta / _tableau.C[i];
            for (int j = 0; j < _stages; j++)
            {
                value *= j == i ? 1 : (theta - _tableau.C[j]) / (_tableau.C[i] - _tableau.C[j]);
            }

            weights[i] = value;
        }
    }

    private void FormEnd()
    {
        Span<T> end = _rows.Row(New, StateLength);
        _rows.Row(Old, StateLength).CopyTo(end);
        for (int i = 0; i < _stages; i++)
        {
            if (_tableau.StepWeights[i] != 0)
            {
                AddScaled(end, _tableau.StepWeights[i], _rows.Row(i, StateLength));
            }
        }
    }

    /// <summary>
    /// <c>(M − (h/λ) J)⁻¹ ((h/λ) f(t, z) + M Σ e_i Z_i)</c>; at a first step or after a rejection, where it is too large, once more with f at the state that
    /// it leads to (Hairer and Wanner II, equation IV.8.20).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double EstimateError(double t, double h)
    {
        Span<T> error = _rows.Row(Error, StateLength), sum = _rows.Row(Product, StateLength);
        Span<T> weighed = _rows.Row(RealPart, StateLength);
        sum.Clear();
        for (int i = 0; i < _stages; i++)
        {
            AddScaled(sum, _tableau.ErrorWeights[i], _rows.Row(i, StateLength));
        }

        if (Problem.MassMatrix is { } mass)
        {
            mass.Multiply(sum, weighed);
            weighed.CopyTo(sum);
        }

        sum.CopyTo(error);
        AddScaled(error, h / _tableau.Real, _rows.Row(First, StateLength));
        _system.SolveReal(error);
        double norm = Scale.Measure(_rows, [Error], [1.0], 1, Old, New);
        if (norm >= 1 && (_lastSize == 0 || _lastWasRejected))
        {
            Span<T> state = _rows.Row(Input, StateLength), value = _rows.Row(Values, StateLength);
            ReadOnlySpan<T> old = _rows.Row(Old, StateLength);
            for (int i = 0; i < state.Length; i++)
            {
                state[i] = old[i] + error[i];
            }

            Evaluate(t, Input, Values);
            sum.CopyTo(error);
            AddScaled(error, h / _tableau.Real, value);
            _system.SolveReal(error);
            norm = Scale.Measure(_rows, [Error], [1.0], 1, Old, New);
        }

        return norm;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Evaluate(double t, int input, int destination)
    {
        Counts.Evaluations++;
        _field.Evaluate(t, _rows.Row(input, StateLength), _rows.Row(destination, Length));
    }

    private StepAttempt Failed(StepOutcome outcome) => new(outcome, double.NaN, _stages + 1);
}
