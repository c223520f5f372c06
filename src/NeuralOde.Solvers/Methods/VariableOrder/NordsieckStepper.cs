using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The step of a multistep method of variable order: predict by the polynomial of the last steps, correct until the equations hold, estimate the error from the correction.
/// </summary>
/// <remarks>
/// The polynomial at the start and the one at the end lie in two arrays, so that a step that is discarded leaves no trace. Quadratures are further columns of both,
/// corrected once the state is known.
/// </remarks>
internal sealed unsafe partial class NordsieckStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The kernels read six rows up to order 5.
    private const int FewestRows = 6;

    // Attempts at one step after which the history is not trusted at order 1 either.
    private const int AttemptsBeforeRestart = 4;

    private readonly NordsieckFormula _formula;
    private readonly bool _isFunctional;
    private readonly int _maxOrder;
    private readonly RowMemory<T> _rows;
    private readonly T[] _coefficientMemory;
    private readonly int _powerCount;
    private readonly T* _memory;
    private readonly nint _stride;
    private readonly int _length;
    private readonly double[] _past;
    private readonly double[] _orderWeights;
    private readonly T* _powers;
    private readonly T* _correction;
    private readonly int _value, _derivative, _z, _weights, _residual, _scratch, _zero;
    private int _saved, _change;
    private int _start, _end;

    private IVectorField<T> _field = null!;
    private int _order, _preferredOrder, _wait, _attempts;
    private double _size, _savedDerivativeFactor;
    private int _equalSteps;
    private bool _hasHistory, _derivativeIsKnown, _canRaise, _weightsAreKnown, _coefficientsAreUniform, _hasEvaluated;
    private double _ratio;
    private double _time;
    private int _lastRow;
    private HistoryChanges _changes;

    public NordsieckStepper(NordsieckFormula formula, bool isFunctional, int stateLength, int quadratureLength)
        : base(stateLength, quadratureLength)
    {
        _formula = formula;
        _isFunctional = isFunctional;
        _maxOrder = formula.MaxOrder;
        int rows = Math.Max(FewestRows, _maxOrder + 1);
        _end = rows;
        _saved = 2 * rows;
        _change = _saved + 1;
        _value = _saved + 2;
        _derivative = _saved + 3;
        _z = _saved + 4;
        _weights = _saved + 5;
        _residual = _saved + 6;
        _scratch = _saved + 7;
        _zero = _saved + 8;
        _rows = new RowMemory<T>(_zero + 1, Length);
        _memory = _rows.AddressOf(0);
        _stride = _rows.Offsets[1] - _rows.Offsets[0];
        int width = NordsieckKernel.Width<T>();
        _length = (Length + width - 1) / width * width;
        _past = new double[_maxOrder + 1];
        _orderWeights = new double[_maxOrder + 3];
        _coefficientMemory = GC.AllocateArray<T>(2 * rows, pinned: true);
        _powers = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_coefficientMemory));
        _correction = _powers + rows;
        _powerCount = rows;
        _newton = isFunctional ? null : new MultistepNewton<T>(stateLength, quadratureLength);
    }

    public override ReadOnlySpan<T> State => new(Row(_start), Length);

    public override ReadOnlySpan<T> Derivative => new(Row(_derivative), Length);

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        _field = start.Problem.Field;
        ClearHistory();
        start.State.CopyTo(new Span<T>(Row(_start), Length));
        _hasHistory = _derivativeIsKnown = _canRaise = _weightsAreKnown = _coefficientsAreUniform = _hasEvaluated = false;
        _order = _preferredOrder = 1;
        _wait = 2;
        _attempts = 0;
        _changes = default;
        _equalSteps = 0;
        _savedDerivativeFactor = 0;
        _rate = 1;
        _lastRow = _start;
        _roundOff = Scale.Tolerances.Relative > 0 ? 4 * double.CreateTruncating(T.BitIncrement(T.One) - T.One) / Scale.Tolerances.Relative : 0;
        _newton?.Start(start.Problem, Scale);
    }

    public override void EvaluateDerivative(double t)
    {
        if (!_derivativeIsKnown)
        {
            EvaluateField(t, _start, _derivative);
            _derivativeIsKnown = true;
        }
    }

    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        if (!Prepare(t, plan))
        {
            return new StepAttempt(StepOutcome.NotFinite, double.NaN, 2);
        }

        int order = _order;
        bool isDue = _wait == 1 && _attempts == 0;
        _attempts++;
        SetCoefficients(plan.Size, isDue);
        NordsieckKernel.Predict(Row(_start), Row(_end), _stride, order, _powers, _length);

        StepOutcome outcome = _isFunctional ? Iterate(plan.End, plan.Size) : SolveNewton(plan.End, plan.Size);
        if (outcome != StepOutcome.Complete)
        {
            return new StepAttempt(outcome, double.NaN, order + 1);
        }

        double error = _norm * _formula.ErrorFactor;
        if (!isDue || !(error <= 1))
        {
            return new StepAttempt(StepOutcome.Complete, error, order + 1);
        }

        StepAttempt attempt = new(StepOutcome.Complete, error, order + 1) { ErrorBelow = ErrorBelow(), ErrorAbove = ErrorAbove(plan.Size) };
        if (plan.Order == 0)
        {
            OrderController.Choose(attempt, out int change);
            _preferredOrder = order + change;
        }

        return attempt;
    }

    public override bool CombineQuadratures(double h)
    {
        if (Length == StateLength)
        {
            return true;
        }

        // At the corrected state: the iterations evaluated the one before.
        EvaluateField(_time, _z, _value);
        T* change = Row(_change), value = Row(_value), slope = Row(_end) + _stride, z = Row(_z), predicted = Row(_end);
        T gamma = T.CreateTruncating(h / _formula.Correction[1]), rho = T.CreateTruncating(1 / _formula.Correction[1]);
        for (int i = StateLength; i < Length; i++)
        {
            change[i] = (gamma * value[i]) - (rho * slope[i]);
            z[i] = predicted[i] + change[i];
        }

        return Reductions.FirstNotFinite(new ReadOnlySpan<T>(z + StateLength, Length - StateLength)) < 0;
    }

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        time = _hasEvaluated ? _time : t;
        int component = _hasEvaluated ? Reductions.FirstNotFinite(new ReadOnlySpan<T>(Row(_lastRow == _start ? _derivative : _value), Length)) : -1;
        return component >= 0 ? component : Reductions.FirstNotFinite(new ReadOnlySpan<T>(Row(_lastRow), StateLength));
    }

    public override void Accept(double t, in StepPlan plan)
    {
        double h = plan.Size;
        NordsieckKernel.AddToRows(Row(_end), _stride, _order + 1, _correction, Row(_change), _length);

        (_start, _end) = (_end, _start);
        _equalSteps = _hasHistory && h == _past[0] ? _equalSteps + 1 : 1;
        for (int i = Math.Min(_maxOrder, _order + 1); i > 0; i--)
        {
            _past[i] = _past[i - 1];
        }

        _past[0] = h;
        _size = h;
        _hasHistory = true;
        _derivativeIsKnown = _weightsAreKnown = false;
        _wait = Math.Max(_wait - 1, _attempts > 1 ? 2 : 0);
        _canRaise = _wait == 0 && _order < _maxOrder;
        if (_wait == 0)
        {
            _wait = 2;
        }
        else if (_wait == 1)
        {
            // For the error of the order above, which the next step decides about.
            (_saved, _change) = (_change, _saved);
            _savedDerivativeFactor = _formula.DerivativeFactor;
        }

        _attempts = 0;
        _changes = default;
        _lastRow = _start;
        _newton?.OnAccepted();
    }

    public override StepTranspose<T> CreateTranspose() => new NordsieckTranspose<T>(this, _formula, _isFunctional);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T* Row(int row) => _memory + (row * _stride);

    private void EvaluateField(double t, int input, int output)
    {
        Counts.Evaluations++;
        (_time, _lastRow, _hasEvaluated) = (t, input, true);
        _field.Evaluate(t, new ReadOnlySpan<T>(Row(input), StateLength), new Span<T>(Row(output), Length));
    }

    private double ErrorBelow()
    {
        if (_order == 1)
        {
            return double.NaN;
        }

        return Measure(Row(_end) + (_order * _stride), Row(_change), _correction[_order]) * _formula.ErrorFactorBelow;
    }

    private double ErrorAbove(double h)
    {
        if (_order == _maxOrder || _savedDerivativeFactor == 0)
        {
            return double.NaN;
        }

        double quotient = _formula.DerivativeFactor / _savedDerivativeFactor, ratio = h / _past[0];
        for (int j = 0; ratio != 1 && j <= _order; j++)
        {
            quotient *= ratio;
        }

        return Measure(Row(_change), Row(_saved), T.CreateTruncating(-quotient)) * _formula.ErrorFactorAbove;
    }
}
