using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The step of an Adams–Bashforth method, or of one with a Moulton corrector after it; classic Runge–Kutta steps where its history does not serve.
/// </summary>
internal sealed class AdamsBashforthStepper<T> : RungeKuttaStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A step may be at most this many times as long as any step of the history that its formula reads.
    // The slack keeps round-off from deciding about a step that is exactly twice as long.
    private const double MaxGrowth = 2 * (1 + 1e-9);

    /// <summary>Tag of a recorded step by the multistep formula.</summary>
    internal const int MultistepTag = 1;

    private readonly int _order;
    private readonly bool _corrects;
    private readonly double[] _historyTimes;
    private readonly double[] _weights;
    private readonly double[] _denseWeights;
    private readonly double[] _nodes;
    private readonly int[] _rowIndices;
    private readonly int[] _correctorRows;
    private readonly int _predictedRow;
    private int _historyCount;
    private bool _isMultistep;

    // The history of one step fewer than the order lies in extra rows; the newest derivative is row 0. The derivative at the predicted state comes last.
    public AdamsBashforthStepper(int order, int stateLength, int quadratureLength, bool corrects)
        : base(RungeKutta4.Coefficients, stateLength, quadratureLength, extraRows: corrects ? order : order - 1)
    {
        _corrects = corrects;
        _predictedRow = ExtraRow + order - 1;
        _correctorRows = new int[order];
        _order = order;
        _historyTimes = new double[order - 1];
        _weights = new double[order];
        _denseWeights = new double[order];
        _nodes = new double[order];
        _rowIndices = [0, .. Enumerable.Range(ExtraRow, order - 1)];
    }

    public override int RecordedRows => _corrects ? 3 : 2;

    internal override int DenseTermCount => Math.Max(_order, base.DenseTermCount);

    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        _historyCount = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        double h = plan.Size;
        _isMultistep = HistoryServes(t, h);
        if (!_isMultistep)
        {
            return base.Attempt(t, plan);
        }

        EvaluateDerivative(t);
        _nodes[0] = 0;
        for (int j = 1; j < _order; j++)
        {
            _nodes[j] = (_historyTimes[j - 1] - t) / h;
        }

        AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
        bool isFinite = CombineRows(_rowIndices, _weights, h, _corrects ? InputRow : NewStateRow, plan.End);
        if (isFinite && _corrects)
        {
            EvaluateStage(plan.End, InputRow, _predictedRow);
            _correctorRows[0] = _predictedRow;
            _rowIndices.AsSpan(0, _order - 1).CopyTo(_correctorRows.AsSpan(1));
            ToCorrector(_nodes);
            AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
            isFinite = CombineRows(_correctorRows, _weights, h, NewStateRow, plan.End);
        }

        return isFinite ? new StepAttempt(StepOutcome.Complete, 0, _order + 1) : NotFinite;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool CombineQuadratures(double h)
        => _isMultistep ? CombineQuadratures(_corrects ? _correctorRows : _rowIndices, _weights, h) : base.CombineQuadratures(h);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        if (!_isMultistep)
        {
            base.Interpolate(theta, h, destination);
            return;
        }

        AdamsWeights.Compute(_nodes, theta, derivative: false, _denseWeights);
        int[] rows = _corrects ? _correctorRows : _rowIndices;
        CombineKernel.Run(ref Rows.Start, Rows.Offsets, rows, _denseWeights, h, ref Rows[StateRow], ref MemoryMarshal.GetReference(destination), Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        if (_isMultistep)
        {
            Record(recording, t, plan, MultistepTag, _corrects ? [0, _predictedRow] : [0]);
        }
        else
        {
            base.Record(recording, t, plan);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, in StepPlan plan)
    {
        base.Accept(t, plan);

        // Rename rows: the newest derivative enters the history, the oldest one's row is free for the next.
        for (int j = _order - 1; j > 0; j--)
        {
            Rows.Swap(_rowIndices[j], _rowIndices[j - 1]);
            if (j > 1)
            {
                _historyTimes[j - 1] = _historyTimes[j - 2];
            }
        }

        if (_order > 1)
        {
            _historyTimes[0] = t;
        }

        _historyCount = Math.Min(_historyCount + 1, _order - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override int DenseTerms(SolveRecording<T> recording, int step, double theta, bool derivative, Span<nint> rows, Span<double> weights)
    {
        if (recording.Tag(step) != MultistepTag)
        {
            return base.DenseTerms(recording, step, theta, derivative, rows, weights);
        }

        Span<double> nodes = stackalloc double[_order];
        RecordedNodes(recording, step, _corrects, nodes);
        AdamsWeights.Compute(nodes, theta, derivative, weights);
        for (int j = 0; j < _order; j++)
        {
            rows[j] = RecordedRow(recording, step, j, _corrects);
        }

        return _order;
    }

    public override int MaxRecordedRows => Math.Max(RecordedRows, base.RecordedRows);

    public override int HistoryBlocks => _order - 1;

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        base.Transfer(ref snapshot);
        snapshot.Value(ref _historyCount);
        snapshot.Values(_historyTimes);
        for (int j = 1; j < _order; j++)
        {
            snapshot.Row(Rows.Row(_rowIndices[j], Length));
        }

        return true;
    }

    public override void RecordHistory(SolveRecording<T> recording, int step)
    {
        for (int j = 1; j <= _historyCount; j++)
        {
            Rows.Row(_rowIndices[j], StateLength).CopyTo(recording.AddHistory(step - j, 1));
        }
    }

    public override StepTranspose<T> CreateTranspose() => new AdamsBashforthTranspose<T>(this, _order, _corrects);

    /// <summary>Where the derivative at a formula's node is recorded.</summary>
    internal static nint RecordedRow(SolveRecording<T> recording, int step, int node, bool corrects)
        => !corrects ? recording.RowOffset(step - node, 1) : node == 0 ? recording.RowOffset(step, 2) : recording.RowOffset(step - node + 1, 1);

    /// <summary>Makes a predictor's nodes those of the corrector, which begin with the end of the step and leave out the oldest.</summary>
    private static void ToCorrector(Span<double> nodes)
    {
        nodes[..^1].CopyTo(nodes[1..]);
        nodes[0] = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void RecordedNodes(SolveRecording<T> recording, int step, bool corrects, Span<double> nodes)
    {
        double t = recording.Node(step), h = recording.StepSize(step);
        nodes[0] = 0;
        for (int j = 1; j < _order; j++)
        {
            nodes[j] = (recording.Node(step - j) - t) / h;
        }

        if (corrects)
        {
            ToCorrector(nodes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool HistoryServes(double t, double h)
    {
        if (_historyCount < _order - 1)
        {
            return false;
        }

        double limit = Math.Abs(h) / MaxGrowth;
        double later = t;
        for (int j = 0; j < _order - 1; j++)
        {
            if (!(Math.Abs(later - _historyTimes[j]) >= limit))
            {
                return false;
            }

            later = _historyTimes[j];
        }

        return true;
    }
}
