using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>The step of a symplectic method: moves of velocities and positions in turn.</summary>
/// <remarks>
/// For fields that depend on time, time counts as a position for the moves of velocities and as a velocity for those of positions: the derivative at a move is taken
/// at the share of the step that the other kind has moved so far.
/// </remarks>
internal sealed class SymplecticStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StateRow = 0, NewStateRow = 1, StartSlope = 2, EndSlope = 3, MoveRows = 4;

    private readonly RowMemory<T> _rows;
    private readonly SymplecticMethod.Move[] _moves;
    private readonly bool _sharesLast;
    private readonly int[] _recorded;
    private bool _firstIsKnown;
    private bool _startIsKnown;
    private bool _endIsKnown;
    private double _end;
    private int _evaluated;
    private int _positions;
    private int _rowLength;
    private bool _isSecondOrder;

    public SymplecticStepper(SymplecticMethod.Move[] moves, int stateLength)
        : base(stateLength, 0)
    {
        _moves = moves;
        Nodes = new double[moves.Length];
        double velocities = 0, positions = 0;
        for (int i = 0; i < moves.Length; i++)
        {
            Nodes[i] = moves[i].OfVelocities ? positions : velocities;
            (velocities, positions) = moves[i].OfVelocities ? (velocities + moves[i].Share, positions) : (velocities, positions + moves[i].Share);
        }

        // Whole numbers at the ends, whatever the sums' round-off.
        _sharesLast = moves[^1].OfVelocities && moves.Length > 1;
        Nodes[^1] = 1;
        _rows = new RowMemory<T>(MoveRows + moves.Length, stateLength);
        _recorded = [.. Enumerable.Range(MoveRows, moves.Length).Prepend(StartSlope)];
    }

    public override ReadOnlySpan<T> State => _rows.Row(StateRow, StateLength);

    public override ReadOnlySpan<T> Derivative => _rows.Row(StartSlope, StateLength);

    public override int RecordedRows => 2 + _moves.Length;

    public override bool ReadsNextDerivative => true;

    /// <summary>For each move, at which share of the step its derivative is taken.</summary>
    internal double[] Nodes { get; }

    internal ReadOnlySpan<SymplecticMethod.Move> Moves => _moves;

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        start.State.CopyTo(_rows.Row(StateRow, StateLength));
        _positions = start.Problem.PositionCount!.Value;
        _rowLength = start.Problem.RowLength ?? StateLength;
        _isSecondOrder = start.Problem.IsSecondOrder;
        _firstIsKnown = _startIsKnown = false;
    }

    public override void EvaluateDerivative(double t)
    {
        if (!_startIsKnown)
        {
            Evaluate(t, _rows.Row(StateRow, StateLength), _rows.Row(StartSlope, StateLength));
            _startIsKnown = true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        _end = plan.End;
        _endIsKnown = false;
        Span<T> state = _rows.Row(NewStateRow, StateLength);
        _rows.Row(StateRow, StateLength).CopyTo(state);
        for (int i = 0; i < _moves.Length; i++)
        {
            Span<T> slope = _rows.Row(MoveRows + i, StateLength);
            if (!_moves[i].OfVelocities && _isSecondOrder)
            {
                // The derivative of the positions are the velocities: no field needs to say so.
                CopyVelocities(state, slope);
            }
            else if (i > 0 || !_firstIsKnown)
            {
                Evaluate(Time(t, plan, i), state, slope);
            }

            _evaluated = i + 1;
            MoveBy(i, plan.Size, slope, state);
        }

        return new StepAttempt(Reductions.FirstNotFinite<T>(state) < 0 ? StepOutcome.Complete : StepOutcome.NotFinite, 0, 1);
    }

    public override bool CombineQuadratures(double h) => true;

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        for (int i = 0; i < _evaluated; i++)
        {
            ReadOnlySpan<T> slope = _rows.Row(MoveRows + i, StateLength);
            for (int row = 0; row < StateLength; row += _rowLength)
            {
                Range moved = Moved(i, row);
                if (Reductions.FirstNotFinite(slope[moved]) is >= 0 and int component)
                {
                    time = Time(t, plan, i);
                    return moved.Start.Value + component;
                }
            }
        }

        time = plan.End;
        return Reductions.FirstNotFinite<T>(_rows.Row(NewStateRow, StateLength));
    }

    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        EvaluateDerivative(_end - h);
        if (!_endIsKnown)
        {
            Evaluate(_end, _rows.Row(NewStateRow, StateLength), _rows.Row(EndSlope, StateLength));
            _endIsKnown = true;
        }

        ReadOnlySpan<T> start = _rows.Row(StateRow, StateLength), end = _rows.Row(NewStateRow, StateLength);
        Hermite(theta, h, false, start, end, _rows.Row(StartSlope, StateLength), _rows.Row(EndSlope, StateLength), destination);
    }

    public override void Accept(double t, in StepPlan plan)
    {
        _rows.Swap(StateRow, NewStateRow);
        _startIsKnown = _endIsKnown;
        if (_endIsKnown)
        {
            _rows.Swap(StartSlope, EndSlope);
        }

        // The last move of the velocities has its derivative from the positions at the end, which the next step begins with.
        _firstIsKnown = _sharesLast;
        if (_sharesLast)
        {
            _rows.Swap(MoveRows, MoveRows + _moves.Length - 1);
        }
    }

    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        EvaluateDerivative(t);
        recording.AddStep(t, plan.End, plan.Size, 0, RecordedRows);
        int step = recording.StepCount - 1;
        _rows.Row(StateRow, StateLength).CopyTo(recording.Row(step, 0));
        for (int i = 0; i < _recorded.Length; i++)
        {
            _rows.Row(_recorded[i], StateLength).CopyTo(recording.Row(step, 1 + i));
        }
    }

    public override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
        => Hermite(
            theta, recording.StepSize(step), derivative, recording.Row(step, 0), recording.Row(step + 1, 0), recording.Row(step, 1), recording.Row(step + 1, 1), destination);

    public override bool RemembersRejections => false;

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        // The first derivative is evaluated again, at the same positions and the same time.
        snapshot.Row(_rows.Row(StateRow, StateLength));
        return true;
    }

    public override bool IsReversible => true;

    /// <summary>The moves from the last to the first: what a move leaves as it is gives its derivative.</summary>
    public override void Reverse(double t, in StepPlan plan, double previousSize)
    {
        Span<T> state = _rows.Row(StateRow, StateLength);
        for (int i = _moves.Length - 1; i >= 0; i--)
        {
            Span<T> slope = _rows.Row(MoveRows + i, StateLength);
            if (!_moves[i].OfVelocities && _isSecondOrder)
            {
                CopyVelocities(state, slope);
            }
            else
            {
                Evaluate(Time(t, plan, i), state, slope);
            }

            MoveBy(i, -plan.Size, slope, state);
        }

        // Only dense output reads the derivative at the start, and outputs are at ends of steps.
        _startIsKnown = true;
    }

    public override StepTranspose<T> CreateTranspose() => new SymplecticTranspose<T>(this);

    internal double Time(double t, in StepPlan plan, int move) => Nodes[move] == 1 ? plan.End : t + (Nodes[move] * plan.Size);

    /// <summary>Applies a move to a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void MoveBy(int move, double h, ReadOnlySpan<T> slope, Span<T> state)
    {
        T factor = T.CreateTruncating(h * _moves[move].Share);
        int first = _moves[move].OfVelocities ? _positions : 0, end = _moves[move].OfVelocities ? _rowLength : _positions;
        for (; first < StateLength; first += _rowLength, end += _rowLength)
        {
            for (int i = first; i < end; i++)
            {
                state[i] += factor * slope[i];
            }
        }
    }

    /// <summary>The components of a row that a move changes.</summary>
    /// <param name="move">The move.</param>
    /// <param name="row">Where the row starts: 0, <see cref="RowLength"/>, …</param>
    internal Range Moved(int move, int row) => _moves[move].OfVelocities ? (row + _positions)..(row + _rowLength) : row..(row + _positions);

    /// <summary>The length of a row, which has its positions first.</summary>
    internal int RowLength => _rowLength;

    private void CopyVelocities(ReadOnlySpan<T> state, Span<T> slope)
    {
        for (int row = 0; row < StateLength; row += _rowLength)
        {
            state.Slice(row + _positions, _positions).CopyTo(slope[row..]);
        }
    }

    /// <summary>Whether a move of the positions is by the velocities, without the field.</summary>
    internal bool IsByVelocities(int move) => !_moves[move].OfVelocities && _isSecondOrder;

    /// <summary>Weights of Hermite's cubic: of the states at the start and the end, and of the slopes there.</summary>
    internal static (double Start, double End, double StartSlope, double EndSlope) Hermite(double theta, double h, bool derivative)
    {
        double other = 1 - theta;
        return derivative
            ? (-6 * theta * other / h, 6 * theta * other / h, other * (1 - (3 * theta)), theta * ((3 * theta) - 2))
            : (other * other * (1 + (2 * theta)), theta * theta * (3 - (2 * theta)), h * theta * other * other, -h * theta * theta * other);
    }

    private static void Hermite(
        double theta, double h, bool derivative, ReadOnlySpan<T> start, ReadOnlySpan<T> end, ReadOnlySpan<T> startSlope, ReadOnlySpan<T> endSlope, Span<T> destination)
    {
        (double a, double b, double c, double d) = Hermite(theta, h, derivative);
        T wa = T.CreateTruncating(a), wb = T.CreateTruncating(b), wc = T.CreateTruncating(c), wd = T.CreateTruncating(d);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (wa * start[i]) + (wb * end[i]) + (wc * startSlope[i]) + (wd * endSlope[i]);
        }
    }
}
