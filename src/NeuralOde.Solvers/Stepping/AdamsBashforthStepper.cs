using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The step of an Adams–Bashforth method; classic Runge–Kutta steps where its history does not serve.</summary>
internal sealed class AdamsBashforthStepper<T> : RungeKuttaStepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A step may be at most this many times as long as any step of the history that its formula reads.
    // The slack keeps round-off from deciding about a step that is exactly twice as long.
    private const double MaxGrowth = 2 * (1 + 1e-9);

    private readonly int _order;
    private readonly double[] _historyTimes;
    private readonly double[] _weights;
    private readonly double[] _nodes;
    private readonly double[] _projections;
    private readonly int[] _rowIndices;
    private int _historyCount;
    private StepKind _kind;

    // The history of one step fewer than the order lies in extra rows; the newest derivative is row 0.
    public AdamsBashforthStepper(int order, int stateLength, int quadratureLength)
        : base(RungeKutta4.Coefficients, stateLength, quadratureLength, extraRows: order - 1, nodeRing: order)
    {
        _order = order;
        _historyTimes = new double[order - 1];
        _weights = new double[order];
        _nodes = new double[order];
        _projections = new double[order];
        _rowIndices = [0, .. Enumerable.Range(ExtraRow, order - 1)];
    }

    public override void Start(ReadOnlySpan<T> z0)
    {
        base.Start(z0);
        _historyCount = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Attempt(IVectorField<T> field, double t, double next, double h, bool evaluateLast)
    {
        if (!HistoryServes(t, h))
        {
            _kind = StepKind.RungeKutta;
            return base.Attempt(field, t, next, h, evaluateLast);
        }

        _kind = StepKind.Multistep;
        EvaluateFirst(field, t);
        _nodes[0] = 0;
        for (int j = 1; j < _order; j++)
        {
            _nodes[j] = (_historyTimes[j - 1] - t) / h;
        }

        AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
        return CombineRows(_rowIndices, _weights, h, NewStateRow, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool CombineQuadrature(double h)
        => _kind == StepKind.RungeKutta ? base.CombineQuadrature(h) : CombineQuadrature(_rowIndices, _weights, h);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, double h)
    {
        if (_kind == StepKind.RungeKutta)
        {
            base.Record(recording, t, h);
        }
        else
        {
            Record(recording, t, h, StepKind.Multistep, stages: 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, double next)
    {
        base.Accept(t, next);

        // Rename rows: the newest derivative enters the history, the oldest one's row is free for the next.
        for (int j = _order - 1; j > 0; j--)
        {
            Rows.Swap(_rowIndices[j], _rowIndices[j - 1]);
            if (j > 1)
            {
                _historyTimes[j - 1] = _historyTimes[j - 2];
            }
        }

        _historyTimes[0] = t;
        _historyCount = Math.Min(_historyCount + 1, _order - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int DenseTerms(SolveRecording<T> recording, int step, double theta, bool derivative, Span<nint> rows, Span<double> weights)
    {
        if (recording.Kind(step) == StepKind.RungeKutta)
        {
            return base.DenseTerms(recording, step, theta, derivative, rows, weights);
        }

        Span<double> nodes = stackalloc double[_order];
        RecordedNodes(recording, step, nodes);
        AdamsWeights.Compute(nodes, theta, derivative, weights);
        for (int j = 0; j < _order; j++)
        {
            rows[j] = recording.RowOffset(step - j, 1);
        }

        return _order;
    }

    /// <summary>
    /// <c>z_{n+1} = z_n + h Σ w_j f_{n−j}</c> transposed. The increment is the integral of the polynomial p through (s_j, f_j); moving a node alone changes it by
    /// −p′(s_j) ∫ ℓ_j, moving the ends of the integral by p(t_{n+1}) and −p(t_n).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        if (recording.Kind(step) == StepKind.RungeKutta)
        {
            base.TransposeStep(recording, step, field);
            return;
        }

        FlushNode(recording, step + 1, field);
        if (IsZero(StateBar))
        {
            return;
        }

        double h = recording.StepSize(step);
        RecordedNodes(recording, step, _nodes);
        AdamsWeights.Compute(_nodes, 1, derivative: false, _weights);
        for (int j = 0; j < _order; j++)
        {
            AddToNode(step - j, StateBar, h * _weights[j]);
        }

        if (!DifferentiatesTimes)
        {
            return;
        }

        for (int j = 0; j < _order; j++)
        {
            _projections[j] = Reductions.Dot(recording.Row(step - j, 1), StateCotangent);
        }

        AddTimeCotangent(step, -_projections[0]);
        for (int j = 0; j < _order; j++)
        {
            AddTimeCotangent(step - j, -_weights[j] * AdamsWeights.SlopeAtNode(_nodes, _projections, j));
        }

        AdamsWeights.Compute(_nodes, 1, derivative: true, _weights);
        for (int j = 0; j < _order; j++)
        {
            AddTimeCotangent(step + 1, _weights[j] * _projections[j]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RecordedNodes(SolveRecording<T> recording, int step, Span<double> nodes)
    {
        double t = recording.Node(step), h = recording.StepSize(step);
        nodes[0] = 0;
        for (int j = 1; j < _order; j++)
        {
            nodes[j] = (recording.Node(step - j) - t) / h;
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
