using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The transpose of a symplectic method's step: its moves from the last to the first.</summary>
internal sealed class SymplecticTranspose<T>(SymplecticStepper<T> stepper) : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SymplecticStepper<T> _stepper = stepper;
    private readonly T[] _state = new T[stepper.StateLength];
    private readonly T[] _stateBar = new T[stepper.StateLength];
    private readonly T[] _originBar = new T[stepper.StateLength];
    private readonly T[] _slopeBar = new T[stepper.StateLength];
    private readonly T[] _nextSlopeBar = new T[stepper.StateLength];
    private readonly T[] _moveBar = new T[stepper.StateLength];
    private readonly T[] _product = new T[stepper.StateLength];

    public override ReadOnlySpan<T> StateCotangent => _stateBar;

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        VectorJacobianProducts = 0;
        Array.Clear(_stateBar);
        Array.Clear(_originBar);
        Array.Clear(_slopeBar);
        Array.Clear(_nextSlopeBar);
        BeginTimes(recording, differentiateTimes);
    }

    public override void ShiftTimeCotangents() => ShiftTimes();

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => Add(cotangent, 1, _stateBar);

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        (double start, double end, double startSlope, double endSlope) = SymplecticStepper<T>.Hermite(theta, recording.StepSize(step), derivative: false);
        Add(cotangent, start, _originBar);
        Add(cotangent, end, _stateBar);
        Add(cotangent, startSlope, _slopeBar);
        Add(cotangent, endSlope, _nextSlopeBar);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        FlushSlope(recording, step + 1, _nextSlopeBar, field);
        double t = recording.Node(step), h = recording.StepSize(step);
        var plan = new StepPlan(recording.EndTime(step + 1), h, false);
        for (int move = _stepper.Moves.Length - 1; move >= 0; move--)
        {
            double share = _stepper.Moves[move].Share;
            bool isNeeded = false;
            Array.Clear(_moveBar);
            for (int row = 0; row < _stateBar.Length; row += _stepper.RowLength)
            {
                Range moved = _stepper.Moved(move, row);
                ReadOnlySpan<T> bar = _stateBar.AsSpan(moved);
                if (!bar.ContainsAnyExcept(T.Zero))
                {
                    continue;
                }

                if (DifferentiatesTimes)
                {
                    double stepBar = share * Reductions.Dot(bar, recording.Row(step, 2 + move)[moved]);
                    AddTimeCotangent(step, -stepBar);
                    AddTimeCotangent(step + 1, stepBar);
                }

                if (_stepper.IsByVelocities(move))
                {
                    Add(bar, h * share, _stateBar.AsSpan(moved.End.Value));
                    continue;
                }

                Add(bar, h * share, _moveBar.AsSpan(moved));
                isNeeded = true;
            }

            if (!isNeeded)
            {
                continue;
            }

            StateBefore(recording, step, move, h);
            VectorJacobianProducts++;
            double timeBar = field.Evaluate(_stepper.Time(t, plan, move), _state, _moveBar, _product);
            Add(_product, 1, _stateBar);
            if (DifferentiatesTimes)
            {
                AddTimeCotangent(step, (1 - _stepper.Nodes[move]) * timeBar);
                AddTimeCotangent(step + 1, _stepper.Nodes[move] * timeBar);
            }
        }

        Add(_originBar, 1, _stateBar);
        Array.Clear(_originBar);
        _slopeBar.CopyTo(_nextSlopeBar, 0);
        Array.Clear(_slopeBar);
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field) => FlushSlope(recording, first, _nextSlopeBar, field);

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        _stepper.InterpolateRecorded(recording, step, theta, derivative: true, _product);
        return Reductions.Dot(cotangent, _product);
    }

    /// <summary>The state that a recorded step has before a move.</summary>
    private void StateBefore(SolveRecording<T> recording, int step, int move, double h)
    {
        recording.Row(step, 0).CopyTo(_state);
        for (int i = 0; i < move; i++)
        {
            _stepper.MoveBy(i, h, recording.Row(step, 2 + i), _state);
        }
    }

    /// <summary>The derivative at a node that dense output read.</summary>
    private void FlushSlope(SolveRecording<T> recording, int node, T[] bar, IVectorJacobianProduct<T> field)
    {
        if (!bar.AsSpan().ContainsAnyExcept(T.Zero))
        {
            return;
        }

        VectorJacobianProducts++;
        field.Evaluate(recording.EndTime(node), recording.Row(node, 0), bar, _product);
        Add(_product, 1, _stateBar);
        Array.Clear(bar);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<T> values, double weight, Span<T> to)
    {
        T factor = T.CreateTruncating(weight);
        for (int i = 0; i < values.Length; i++)
        {
            to[i] += factor * values[i];
        }
    }
}
