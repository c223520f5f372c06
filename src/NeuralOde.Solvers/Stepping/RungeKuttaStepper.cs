using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>The step of an explicit Runge–Kutta method.</summary>
internal partial class RungeKuttaStepper<T> : Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ButcherTableau _tableau;
    private readonly int _stages;

    // Stages that belong to this step alone: a shared last stage is the next step's first.
    private readonly int _ownStages;
    private readonly double[] _weights;
    private readonly int[] _allStages;
    private readonly StepCombinations<T> _combinations;

    // Whole vectors, padding included, unless quadratures lie there.
    private readonly int _combinedLength;

    // What the last attempt got to, for finding the culprit of a failure.
    private int _evaluatedStages;
    private int _lastRow;
    private double _lastRowTime;

    public RungeKuttaStepper(ButcherTableau tableau, int stateLength, int quadratureLength)
        : this(tableau, stateLength, quadratureLength, extraRows: 0, nodeRing: 2)
    {
    }

    protected RungeKuttaStepper(ButcherTableau tableau, int stateLength, int quadratureLength, int extraRows, int nodeRing)
        : base(stateLength, quadratureLength)
    {
        _tableau = tableau;
        _stages = tableau.StageCount;
        _ownStages = tableau.IsFirstSameAsLast ? _stages - 1 : _stages;
        _weights = new double[_stages];
        _allStages = [.. Enumerable.Range(0, _stages)];
        _nodeRing = nodeRing;
        ExtraRow = _stages + 3;
        Rows = new RowMemory<T>(ExtraRow + extraRows, Length);
        _combinations = new StepCombinations<T>(tableau, Rows);
        _combinedLength = quadratureLength == 0 ? Rows.PaddedLength : stateLength;
    }

    public override ReadOnlySpan<T> State => Rows.Row(StateRow, Length);

    public override ReadOnlySpan<T> First => Rows.Row(0, Length);

    public override bool SharesLastStage => _tableau.IsFirstSameAsLast;

    public override int DenseTermCount => _stages;

    // Rows: the stages' derivatives from 0, the state before and after the step, the input of a stage, then what a derived method adds.
    protected RowMemory<T> Rows { get; }

    protected int StateRow => _stages;

    protected int NewStateRow => _stages + 1;

    protected int InputRow => _stages + 2;

    protected int ExtraRow { get; }

    protected bool FirstIsKnown { get; set; }

    public override void Start(ReadOnlySpan<T> z0)
    {
        z0.CopyTo(Rows.Row(StateRow, Length));
        FirstIsKnown = false;
        _evaluatedStages = 0;
        Evaluations = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvaluateFirst(IVectorField<T> field, double t)
    {
        _lastRow = StateRow;
        _lastRowTime = t;
        if (!FirstIsKnown)
        {
            Evaluate(field, t, StateRow, 0);
            FirstIsKnown = true;
        }

        _evaluatedStages = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Attempt(IVectorField<T> field, double t, double next, double h, bool evaluateLast)
    {
        EvaluateFirst(field, t);
        ReadOnlySpan<double> c = _tableau.C;
        _combinations.Scale(h);
        for (int i = 1; i < _ownStages; i++)
        {
            double time = StageTime(t, next, h, c[i]);
            if (!Combine(i, InputRow, time))
            {
                return false;
            }

            Evaluate(field, time, InputRow, i);
            _evaluatedStages = i + 1;
        }

        if (!Combine(_combinations.StepIndex, NewStateRow, next))
        {
            return false;
        }

        if (evaluateLast && _ownStages < _stages)
        {
            Evaluate(field, next, NewStateRow, _stages - 1);
            _evaluatedStages = _stages;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double ErrorNorm(double h, AdaptiveSteps control, ErrorNorm norm)
    {
        _combinations.Scale(h);
        return ScaledNorm(_combinations[_combinations.ErrorIndex], StateRow, NewStateRow, control, norm);
    }

    public override int FindNotFinite(double t, double next, double h, out double time)
    {
        for (int i = 0; i < _evaluatedStages; i++)
        {
            int component = Reductions.FirstNotFinite<T>(Rows.Row(i, Length));
            if (component >= 0)
            {
                time = StageTime(t, next, h, _tableau.C[i]);
                return component;
            }
        }

        time = _lastRowTime;
        return Reductions.FirstNotFinite<T>(Rows.Row(_lastRow, _lastRow == InputRow ? StateLength : Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool CombineQuadrature(double h)
    {
        LinearCombination row = _tableau.StepRow;
        return CombineQuadrature(row.Indices, row.Weights, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        _tableau.DenseWeights(theta, _weights);
        CombineKernel.Run(ref Rows.Start, Rows.Offsets, _allStages, _weights, h, ref Rows[StateRow], ref MemoryMarshal.GetReference(destination), Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, double h) => Record(recording, t, h, StepKind.RungeKutta, _ownStages);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, double next)
    {
        Rows.Swap(StateRow, NewStateRow);

        // The last stage, where it was evaluated at the end state, is the next step's first.
        FirstIsKnown = _ownStages < _stages && _evaluatedStages == _stages;
        if (FirstIsKnown)
        {
            Rows.Swap(0, _stages - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int DenseTerms(SolveRecording<T> recording, int step, double theta, bool derivative, Span<nint> rows, Span<double> weights)
    {
        if (derivative)
        {
            _tableau.DenseDerivativeWeights(theta, weights);
        }
        else
        {
            _tableau.DenseWeights(theta, weights);
        }

        for (int i = 0; i < _stages; i++)
        {
            rows[i] = RecordedStage(recording, step, i);
        }

        return _stages;
    }

    public override double InitialStep(IVectorField<T> field, double t, double end, AdaptiveSteps control, ErrorNorm norm, int order)
    {
        EvaluateFirst(field, t);
        double interval = Math.Abs(end - t);
        double d0 = ScaledNorm([StateRow], [1], 1, control, norm);
        double d1 = ScaledNorm([0], [1], 1, control, norm);
        double h0 = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1;
        h0 = Math.Min(h0, interval);
        double signed = end > t ? h0 : -h0;
        CombineKernel.Run(ref Rows.Start, Rows.Offsets, [0], [1], signed, ref Rows[StateRow], ref Rows[InputRow], _combinedLength);
        Evaluate(field, h0 == interval ? end : t + signed, InputRow, 1);
        double d2 = ScaledNorm([1, 0], [1, -1], 1 / h0, control, norm);
        double curvature = Math.Max(d1, d2);
        double h1 = curvature <= 1e-15 ? Math.Max(1e-6, h0 * 1e-3) : Math.Pow(0.01 / curvature, 1.0 / (order + 1));
        double h = Math.Min(100 * h0, h1);

        // Where the probe met a value that is not finite, the cautious guess must do; the loop shrinks it further if it has to.
        return h > 0 && double.IsFinite(h) ? Math.Min(h, interval) : h0 > 0 && double.IsFinite(h0) ? h0 : 1e-6 * interval;
    }

    protected void EvaluateStage(IVectorField<T> field, double t, int inputRow, int stage) => Evaluate(field, t, inputRow, stage);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected bool CombineRows(ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double h, int destination, double time)
    {
        _lastRow = destination;
        _lastRowTime = time;
        return CombineKernel.Run(ref Rows.Start, Rows.Offsets, indices, weights, h, ref Rows[StateRow], ref Rows[destination], _combinedLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected bool CombineQuadrature(ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double h)
    {
        if (Length == StateLength)
        {
            return true;
        }

        nint start = StateLength;
        return CombineKernel.Run(
            ref Unsafe.Add(ref Rows.Start, start), Rows.Offsets, indices, weights, h, ref Unsafe.Add(ref Rows[StateRow], start), ref Unsafe.Add(ref Rows[NewStateRow], start), Length - StateLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void Record(SolveRecording<T> recording, double t, double h, StepKind kind, int stages)
    {
        recording.AddStep(t, h, kind, 1 + stages);
        int step = recording.StepCount - 1;
        Rows.Row(StateRow, StateLength).CopyTo(recording.Row(step, 0));
        for (int i = 0; i < stages; i++)
        {
            Rows.Row(i, StateLength).CopyTo(recording.Row(step, 1 + i));
        }
    }

    // Round-off must not carry a stage outside the step, and so outside the interval.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double StageTime(double t, double next, double h, double c)
    {
        double time = t + (c * h);
        return h > 0 ? Math.Min(time, next) : Math.Max(time, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe bool Combine(int combination, int destination, double time)
    {
        _lastRow = destination;
        _lastRowTime = time;
        return CombineKernel.Run(_combinations[combination], Rows.AddressOf(StateRow), Rows.AddressOf(destination), _combinedLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Evaluate(IVectorField<T> field, double t, int inputRow, int stage)
    {
        Evaluations++;
        field.Evaluate(t, Rows.Row(inputRow, StateLength), Rows.Row(stage, Length));
    }

    /// <summary>The norm of a combination of few rows, scaled by the state before the step.</summary>
    private unsafe double ScaledNorm(ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double scale, AdaptiveSteps control, ErrorNorm norm)
    {
        T* scaled = stackalloc T[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            scaled[i] = T.CreateTruncating(scale * weights[i]);
        }

        fixed (int* index = indices)
        {
            return ScaledNorm(new BoundTerms<T>(Rows.Address, Rows.OffsetsAddress, index, scaled, weights.Length), StateRow, StateRow, control, norm);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe double ScaledNorm(in BoundTerms<T> terms, int before, int after, AdaptiveSteps control, ErrorNorm norm)
    {
        nint start = norm.Start;
        double sum = ErrorKernel.SumOfSquares(
            terms.From(start),
            Rows.AddressOf(before) + start,
            Rows.AddressOf(after) + start,
            T.CreateTruncating(control.AbsoluteTolerance),
            T.CreateTruncating(control.RelativeTolerance),
            norm.Length);
        return Math.Sqrt(sum / norm.Count);
    }

    private nint RecordedStage(SolveRecording<T> recording, int step, int stage)
        => stage < _ownStages ? recording.RowOffset(step, 1 + stage) : recording.RowOffset(step + 1, 1);
}
