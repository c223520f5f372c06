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
    private readonly int[] _denseRows;
    private readonly int[] _recordedStages;
    private readonly int _firstDenseRow;
    private readonly StepCombinations<T> _combinations;
    private readonly int _errorOrder;

    // Whole vectors, padding included, unless quadratures lie there.
    private readonly int _combinedLength;

    // Length of the state where it has a path of its own, otherwise 0.
    private int _fewComponents;

    // What the last attempt got to, for finding the culprit of a failure.
    private int _evaluatedStages;
    private int _lastRow;
    private double _lastRowTime;

    // The last attempt, for the stages that dense output asks for later.
    private double _start;
    private double _end;
    private double _size;
    private bool _denseIsEvaluated;
    private IVectorField<T> _field = null!;

    public RungeKuttaStepper(ButcherTableau tableau, int stateLength, int quadratureLength)
        : this(tableau, stateLength, quadratureLength, extraRows: 0)
    {
    }

    protected RungeKuttaStepper(ButcherTableau tableau, int stateLength, int quadratureLength, int extraRows)
        : base(stateLength, quadratureLength)
    {
        _tableau = tableau;
        _stages = tableau.StageCount;
        _ownStages = tableau.IsFirstSameAsLast ? _stages - 1 : _stages;
        _errorOrder = tableau.ErrorOrder;
        _firstDenseRow = _stages + 3;
        _denseRows = [.. Enumerable.Range(0, _stages), .. Enumerable.Range(_firstDenseRow, tableau.DenseStageCount)];
        _recordedStages = [.. _denseRows[.._ownStages], .. _denseRows[_stages..]];
        _weights = new double[_denseRows.Length];
        ExtraRow = _firstDenseRow + tableau.DenseStageCount;
        Rows = new RowMemory<T>(ExtraRow + extraRows, Length);
        _combinations = new StepCombinations<T>(tableau, Rows, _firstDenseRow);
        _combinedLength = quadratureLength == 0 ? Rows.PaddedLength : stateLength;
    }

    public override ReadOnlySpan<T> State
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => Rows.Row(StateRow, Length);
    }

    public override ReadOnlySpan<T> Derivative
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => Rows.Row(0, Length);
    }

    public override int RecordedRows => 1 + _ownStages + _tableau.DenseStageCount;

    public override bool ReadsNextDerivative => _tableau.IsFirstSameAsLast;

    /// <summary>Largest number of terms of <see cref="DenseTerms"/>.</summary>
    internal virtual int DenseTermCount => _denseRows.Length;

    /// <summary>Tag of a recorded step by this formula.</summary>
    protected const int Tag = 0;

    protected StepAttempt NotFinite => new(StepOutcome.NotFinite, double.NaN, _errorOrder);

    // Rows: the stages' derivatives from 0, the state before and after the step, the input of a stage, the derivatives at the stages for dense output,
    // then what a derived method adds.
    protected RowMemory<T> Rows { get; }

    protected int StateRow => _stages;

    protected int NewStateRow => _stages + 1;

    protected int InputRow => _stages + 2;

    protected int ExtraRow { get; }

    protected bool FirstIsKnown { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Start(in StepperStart<T> start)
    {
        base.Start(start);
        _field = start.Problem.Field;
        start.State.CopyTo(Rows.Row(StateRow, Length));
        FirstIsKnown = false;
        _evaluatedStages = 0;
        bool isFew = Length == StateLength && Length <= FewComponents.Most;
        _fewComponents = isFew && (!NeedsError || Scale.CountsFirst<T>(Length)) ? Length : 0;
    }

    /// <summary>Where a loop that takes steps by itself puts the state at the start of a step.</summary>
    internal Span<T> StepStart => Rows.Row(StateRow, Length);

    /// <summary>Where a loop that takes steps by itself puts the state at the end of a step.</summary>
    internal Span<T> StepEnd => Rows.Row(NewStateRow, Length);

    /// <summary>Goes on from a state that another loop has reached, with the derivative there.</summary>
    internal void Resume(ReadOnlySpan<T> state, ReadOnlySpan<T> derivative, long evaluations)
    {
        state.CopyTo(StepStart);
        derivative.CopyTo(Rows.Row(0, Length));
        FirstIsKnown = true;
        _evaluatedStages = 1;
        _lastRow = StateRow;
        _denseIsEvaluated = false;
        Counts.Evaluations += (int)evaluations;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvaluateDerivative(double t) => EvaluateFirst(t);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override StepAttempt Attempt(double t, in StepPlan plan)
    {
        // The result is made here, where the caller has room for it: a copy of what was just written would wait for it.
        double error;
        bool isComplete = _fewComponents switch
        {
            1 => TryFew<Terms1>(t, plan, out error),
            2 => TryFew<Terms2>(t, plan, out error),
            3 => TryFew<Terms3>(t, plan, out error),
            4 => TryFew<Terms4>(t, plan, out error),
            _ => TryAny(t, plan, out error),
        };
        return new StepAttempt(isComplete ? StepOutcome.Complete : StepOutcome.NotFinite, error, _errorOrder);
    }

    /// <returns>Whether the attempt has an end state.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryAny(double t, in StepPlan plan, out double error)
    {
        error = double.NaN;
        EvaluateFirst(t);
        double next = plan.End, h = plan.Size;
        _start = t;
        _end = next;
        _size = h;
        _denseIsEvaluated = false;
        ReadOnlySpan<double> c = _tableau.C;
        _combinations.Scale(h);
        for (int i = 1; i < _ownStages; i++)
        {
            double time = StageTime(t, next, h, c[i]);
            if (!Combine(i, InputRow, time))
            {
                return false;
            }

            EvaluateStage(time, InputRow, i);
            _evaluatedStages = i + 1;
        }

        if (!Combine(_combinations.StepIndex, NewStateRow, next))
        {
            return false;
        }

        if (!NeedsError && !NeedsInterpolation)
        {
            error = 0;
            return true;
        }

        // A last stage that is shared with the next step is evaluated now: the error estimate and dense output want it.
        EvaluateSharedStage();
        if (!NeedsError)
        {
            error = 0;
            return true;
        }

        error = MeasureError<Terms0>();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double MeasureError<TComponents>()
        where TComponents : struct, ITermCount
    {
        double error = Scale.Measure<T, TComponents>(Rows, _combinations[_combinations.ErrorIndex], StateRow, NewStateRow);
        if (_tableau.LowerErrorRow is not null && error != 0)
        {
            double lower = Scale.Measure<T, TComponents>(Rows, _combinations[_combinations.LowerErrorIndex], StateRow, NewStateRow);
            error *= error / Math.Sqrt((error * error) + (0.01 * lower * lower));
        }

        return error;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double Movement()
    {
        // One component that moves far enough settles it, most often the first.
        ErrorNorm norm = Scale.Norm;
        if (norm.Function is null && Scale.Tolerances.AbsoluteByComponent is null)
        {
            ReadOnlySpan<T> before = Rows.Row(StateRow, StateLength).Slice(norm.Start, norm.Length), after = Rows.Row(NewStateRow, StateLength).Slice(norm.Start, norm.Length);
            double far = Math.Sqrt(norm.Count);
            T absolute = T.CreateTruncating(far * Scale.Tolerances.Absolute), relative = T.CreateTruncating(far * Scale.Tolerances.Relative);
            for (int i = 0; i < before.Length; i++)
            {
                if (T.Abs(after[i] - before[i]) > absolute + (relative * T.Max(T.Abs(before[i]), T.Abs(after[i]))))
                {
                    return double.PositiveInfinity;
                }
            }
        }

        return Scale.Measure(Rows, [NewStateRow, StateRow], [1, -1], 1, StateRow, NewStateRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool HasStillComponent()
    {
        ReadOnlySpan<T> before = Rows.Row(StateRow, StateLength), after = Rows.Row(NewStateRow, StateLength);
        T absolute = T.CreateTruncating(0.01 * Scale.Tolerances.Absolute), relative = T.CreateTruncating(0.01 * Scale.Tolerances.Relative);
        for (int i = 0; i < before.Length; i++)
        {
            if (T.Abs(after[i] - before[i]) <= absolute + (relative * T.Abs(after[i])))
            {
                return true;
            }
        }

        return false;
    }

    public override int FindNotFinite(double t, in StepPlan plan, out double time)
    {
        for (int i = 0; i < _evaluatedStages; i++)
        {
            int component = Reductions.FirstNotFinite<T>(Rows.Row(i, Length));
            if (component >= 0)
            {
                time = StageTime(t, plan.End, plan.Size, _tableau.C[i]);
                return component;
            }
        }

        time = _lastRowTime;
        return Reductions.FirstNotFinite<T>(Rows.Row(_lastRow, _lastRow == InputRow ? StateLength : Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool CombineQuadratures(double h)
    {
        LinearCombination row = _tableau.StepRow;
        return CombineQuadratures(row.Indices, row.Weights, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Interpolate(double theta, double h, Span<T> destination)
    {
        // Attempts without an error estimate leave it out.
        EvaluateSharedStage();
        EvaluateDenseStages();
        _tableau.DenseWeights(theta, _weights);
        CombineKernel.Run(ref Rows.Start, Rows.Offsets, _denseRows, _weights, h, ref Rows[StateRow], ref MemoryMarshal.GetReference(destination), Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Record(SolveRecording<T> recording, double t, in StepPlan plan)
    {
        EvaluateDenseStages();
        Record(recording, t, plan, Tag, _recordedStages);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accept(double t, in StepPlan plan)
    {
        Rows.Swap(StateRow, NewStateRow);

        // The last stage, where it was evaluated at the end state, is the next step's first.
        FirstIsKnown = _ownStages < _stages && _evaluatedStages == _stages;
        if (FirstIsKnown)
        {
            Rows.Swap(0, _stages - 1);
        }
    }

    public sealed override void InterpolateRecorded(SolveRecording<T> recording, int step, double theta, bool derivative, Span<T> destination)
    {
        Span<nint> rows = stackalloc nint[DenseTermCount];
        Span<double> weights = stackalloc double[rows.Length];
        int count = DenseTerms(recording, step, theta, derivative, rows, weights);
        Span<int> indices = stackalloc int[count];
        for (int i = 0; i < count; i++)
        {
            indices[i] = i;
        }

        ref T origin = ref MemoryMarshal.GetReference(recording.Row(step, 0));
        double scale = recording.StepSize(step);
        if (derivative)
        {
            destination.Clear();
            origin = ref MemoryMarshal.GetReference(destination);
            scale = 1;
        }

        CombineKernel.Run(ref recording.Start, rows, indices, weights[..count], scale, ref origin, ref MemoryMarshal.GetReference(destination), StateLength);
    }

    public override bool RemembersRejections => false;

    public override bool Transfer(ref StepperSnapshot<T> snapshot)
    {
        // The derivative at the state is evaluated again, to the same bits.
        snapshot.Row(Rows.Row(StateRow, Length));
        return true;
    }

    public override StepTranspose<T> CreateTranspose() => new RungeKuttaTranspose<T>(this, _tableau);

    /// <summary>The recorded rows and weights of dense output: <c>z_n + h Σ weights_i row_i</c>, or of its derivative <c>Σ weights_i row_i</c>.</summary>
    /// <returns>Number of terms, at most <see cref="DenseTermCount"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual int DenseTerms(SolveRecording<T> recording, int step, double theta, bool derivative, Span<nint> rows, Span<double> weights)
    {
        if (derivative)
        {
            _tableau.DenseDerivativeWeights(theta, weights);
        }
        else
        {
            _tableau.DenseWeights(theta, weights);
        }

        RecordedStages(recording, step, rows);
        return _denseRows.Length;
    }

    /// <summary>Where the derivatives at a recorded step's stages are, those for dense output included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void RecordedStages(SolveRecording<T> recording, int step, Span<nint> rows)
    {
        for (int i = 0; i < _stages; i++)
        {
            rows[i] = i < _ownStages ? recording.RowOffset(step, 1 + i) : recording.RowOffset(step + 1, 1);
        }

        for (int i = _stages; i < _denseRows.Length; i++)
        {
            rows[i] = recording.RowOffset(step, 1 + _ownStages + i - _stages);
        }
    }

    // Round-off must not carry a stage outside the step, and so outside the interval.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double StageTime(double t, double next, double h, double c)
    {
        double time = t + (c * h);
        return h > 0 ? Math.Min(time, next) : Math.Max(time, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected bool CombineRows(ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double h, int destination, double time)
    {
        _lastRow = destination;
        _lastRowTime = time;
        return CombineKernel.Run(ref Rows.Start, Rows.Offsets, indices, weights, h, ref Rows[StateRow], ref Rows[destination], _combinedLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected bool CombineQuadratures(ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double h)
    {
        if (Length == StateLength)
        {
            return true;
        }

        nint start = StateLength;
        return CombineKernel.Run(
            ref Unsafe.Add(ref Rows.Start, start),
            Rows.Offsets,
            indices,
            weights,
            h,
            ref Unsafe.Add(ref Rows[StateRow], start),
            ref Unsafe.Add(ref Rows[NewStateRow], start),
            Length - StateLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void Record(SolveRecording<T> recording, double t, in StepPlan plan, int tag, ReadOnlySpan<int> rows)
    {
        recording.AddStep(t, plan.End, plan.Size, tag, 1 + rows.Length);
        int step = recording.StepCount - 1;
        if (StateLength <= FewComponents.Most)
        {
            RecordFew(recording.Row(step, 0, 1 + rows.Length), rows);
            return;
        }

        Rows.Row(StateRow, StateLength).CopyTo(recording.Row(step, 0));
        for (int i = 0; i < rows.Length; i++)
        {
            Rows.Row(rows[i], StateLength).CopyTo(recording.Row(step, 1 + i));
        }
    }

    /// <summary>Copies few components one by one: copied together, they would wait until each is in the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RecordFew(Span<T> block, ReadOnlySpan<int> rows)
    {
        int at = 0;
        for (int row = -1; row < rows.Length; row++)
        {
            ref T from = ref Rows[row < 0 ? StateRow : rows[row]];
            for (int i = 0; i < StateLength; i++)
            {
                block[at++] = Unsafe.Add(ref from, i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EvaluateFirst(double t)
    {
        _lastRow = StateRow;
        _lastRowTime = t;
        if (!FirstIsKnown)
        {
            EvaluateStage(t, StateRow, 0);
            FirstIsKnown = true;
        }

        _evaluatedStages = 1;
    }

    /// <summary>Evaluates a last stage that is shared with the next step, unless it is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EvaluateSharedStage()
    {
        if (_ownStages < _stages && _evaluatedStages < _stages)
        {
            EvaluateStage(_end, NewStateRow, _stages - 1);
            _evaluatedStages = _stages;
        }
    }

    /// <summary>Evaluates the stages that only dense output reads, once for each attempt.</summary>
    private void EvaluateDenseStages()
    {
        if (_denseIsEvaluated || _tableau.DenseStageCount == 0)
        {
            return;
        }

        EvaluateSharedStage();
        ReadOnlySpan<double> c = _tableau.DenseNodes;
        for (int i = 0; i < c.Length; i++)
        {
            double time = StageTime(_start, _end, _size, c[i]);
            Combine(_combinations.DenseIndex + i, InputRow, time);
            EvaluateStage(time, InputRow, _firstDenseRow + i);
        }

        _denseIsEvaluated = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe bool Combine(int combination, int destination, double time)
    {
        _lastRow = destination;
        _lastRowTime = time;
        return CombineKernel.Run(_combinations[combination], Rows.AddressOf(StateRow), Rows.AddressOf(destination), _combinedLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void EvaluateStage(double t, int inputRow, int stage)
    {
        Counts.Evaluations++;
        _field.Evaluate(t, Rows.Row(inputRow, StateLength), Rows.Row(stage, Length));
    }
}
