using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of the step: reverse mode through <c>k_j = f(t + c_j h, y_j)</c>, <c>y_j = z + h Σ a_ji k_i</c>, <c>z⁺ = z + h Σ b_j k_j</c>:
/// <c>k̄_j = h (b_j z̄⁺ + Σ_i a_ij ȳ_i)</c>, <c>ȳ_j = k̄_j ∂f/∂z</c>, <c>z̄ = z̄⁺ + Σ_j ȳ_j</c>, <c>h̄ = Σ_j k̄_j·k_j / h + Σ_j c_j k̄_j·∂f/∂t</c>.
/// </summary>
/// <remarks>
/// The derivative at a step's start, k_0 = f(t_n, z_n), belongs to the node n: the step before may share it as its last stage, and multistep formulas read it later.
/// Its cotangent is gathered over all of them, and its one vector-Jacobian product waits until the step before is reached.
/// </remarks>
internal class RungeKuttaTranspose<T> : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RungeKuttaStepper<T> _stepper;
    private readonly ButcherTableau _tableau;
    private readonly int _stages;
    private readonly int _ownStages;
    private readonly int _allStages;
    private readonly double[] _weights;
    private readonly int _nodeRing;
    private readonly bool[] _nodeIsActive;
    private readonly bool[] _inputIsActive;
    private readonly bool[] _denseIsActive;
    private readonly int[] _termRows;
    private readonly double[] _termWeights;
    private readonly nint[] _denseRows;
    private bool _denseOriginIsActive;

    /// <param name="stepper">What took the steps.</param>
    /// <param name="tableau">Its coefficients.</param>
    /// <param name="nodeRing">Number of successive nodes whose derivatives a formula reads.</param>
    public RungeKuttaTranspose(RungeKuttaStepper<T> stepper, ButcherTableau tableau, int nodeRing = 2)
    {
        _stepper = stepper;
        _tableau = tableau;
        StateLength = stepper.StateLength;
        _nodeRing = nodeRing;
        _stages = tableau.StageCount;
        _ownStages = tableau.IsFirstSameAsLast ? _stages - 1 : _stages;
        _allStages = _stages + tableau.DenseStageCount;
        _weights = new double[_allStages];
        Cotangents = new RowMemory<T>(DenseBar + _allStages, StateLength);
        _nodeIsActive = new bool[_nodeRing];
        _inputIsActive = new bool[_stages];
        _denseIsActive = new bool[_allStages];
        _termRows = new int[Math.Max(_stages + 1, _nodeRing)];
        _termWeights = new double[_termRows.Length];
        _denseRows = new nint[stepper.DenseTermCount];
    }

    public override ReadOnlySpan<T> StateCotangent => Cotangents.Row(StateBar, StateLength);

    protected static int StateBar => 0;

    protected int StateLength { get; }

    protected RowMemory<T> Cotangents { get; }

    // Rows: z̄, a stage's input, its cotangent, zeros, the direct part of z̄ from dense output, the nodes' ring, ȳ of each stage, the part of k̄ of each stage from dense output.
    protected static int StageInput => 1;

    protected static int StageBar => 2;

    private static int Zeros => 3;

    private static int DenseOrigin => 4;

    protected int InputBar => 5 + _nodeRing;

    private int DenseBar => InputBar + _stages;

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        VectorJacobianProducts = 0;
        Cotangents.Row(StateBar, StateLength).Clear();
        Array.Clear(_nodeIsActive);
        Array.Clear(_denseIsActive);
        _denseOriginIsActive = false;
        BeginTimes(recording, differentiateTimes);
    }

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => AddScaled(cotangent, 1, StateBar, isActive: true);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        double h = recording.StepSize(step);
        AddToDenseOrigin(cotangent);
        _tableau.DenseWeights(theta, _weights);
        for (int i = 0; i < _allStages; i++)
        {
            AddToStage(step, i, h * _weights[i], cotangent);
        }
    }

    /// <summary>Adds to the part of a stage's cotangent that comes of dense output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddToStage(int step, int stage, double weight, ReadOnlySpan<T> cotangent)
    {
        if (weight == 0)
        {
            return;
        }

        if (stage == 0 || (stage >= _ownStages && stage < _stages))
        {
            AddToNode(stage == 0 ? step : step + 1, weight, cotangent);
        }
        else
        {
            AddScaled(cotangent, weight, DenseBar + stage, _denseIsActive[stage]);
            _denseIsActive[stage] = true;
        }
    }

    /// <summary>The stages that only dense output reads, from the last. Steps whose ends depend on times have no dense output, so these need no time cotangents.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransposeDenseStages(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        double t = recording.Node(step), next = recording.EndTime(step + 1), h = recording.StepSize(step);
        for (int i = _tableau.DenseStageCount - 1; i >= 0; i--)
        {
            int stage = _stages + i;
            if (!_denseIsActive[stage])
            {
                continue;
            }

            _denseIsActive[stage] = false;
            _stepper.RecordedStages(recording, step, _denseRows);
            CombineStageInput(recording, step, _tableau.DenseStageRows[i], h);
            Multiply(field, RungeKuttaStepper<T>.StageTime(t, next, h, _tableau.DenseNodes[i]), Cotangents.Row(StageInput, StateLength), DenseBar + stage, StageBar);
            ReadOnlySpan<T> inputBar = Cotangents.Row(StageBar, StateLength);
            AddToDenseOrigin(inputBar);
            ReadOnlySpan<double> a = _tableau.DenseStage(i);
            for (int j = 0; j < a.Length; j++)
            {
                AddToStage(step, j, h * a[j], inputBar);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        if (_tableau.DenseStageCount > 0)
        {
            TransposeDenseStages(recording, step, field);
        }

        FlushNode(recording, step + 1, field);
        double t = recording.Node(step);
        double next = recording.EndTime(step + 1);
        double h = recording.StepSize(step);
        ReadOnlySpan<double> c = _tableau.C;
        ReadOnlySpan<double> b = _tableau.B;
        bool endIsActive = !IsZero(StateBar);
        double stepBar = 0;
        for (int j = _ownStages - 1; j >= 0; j--)
        {
            int terms = 0;
            if (endIsActive && b[j] != 0)
            {
                AddTerm(StateBar, b[j], ref terms);
            }

            for (int i = j + 1; i < _ownStages; i++)
            {
                double weight = _tableau.A(i)[j];
                if (_inputIsActive[i] && weight != 0)
                {
                    AddTerm(InputBar + i, weight, ref terms);
                }
            }

            _inputIsActive[j] = false;
            bool fromDense = j > 0 && _denseIsActive[j];
            _denseIsActive[j] = false;
            if (terms == 0 && !fromDense)
            {
                continue;
            }

            if (j == 0 && !DifferentiatesTimes && !_nodeIsActive[step % _nodeRing])
            {
                // Nothing else is gathered at the node yet: the cotangent is made in its place.
                Gather(terms, h, Zeros, NodeBar(step));
                _nodeIsActive[step % _nodeRing] = true;
                continue;
            }

            Gather(terms, h, fromDense ? DenseBar + j : Zeros, StageBar);
            if (DifferentiatesTimes)
            {
                stepBar += Reductions.Dot(recording.Row(step, 1 + j), Cotangents.Row(StageBar, StateLength)) / h;
            }

            if (j == 0)
            {
                AddToNode(step, StageBar, 1);
                continue;
            }

            if (IsZero(StageBar))
            {
                continue;
            }

            StageInputFromRecording(recording, step, j, h);
            double timeBar = Multiply(field, RungeKuttaStepper<T>.StageTime(t, next, h, c[j]), Cotangents.Row(StageInput, StateLength), StageBar, InputBar + j);
            _inputIsActive[j] = true;
            if (DifferentiatesTimes)
            {
                // The stage's time is t_n + c (t_{n+1} − t_n).
                AddTimeCotangent(step, (1 - c[j]) * timeBar);
                AddTimeCotangent(step + 1, c[j] * timeBar);
            }
        }

        if (DifferentiatesTimes)
        {
            AddTimeCotangent(step, -stepBar);
            AddTimeCotangent(step + 1, stepBar);
        }

        int inputs = 0;
        for (int j = 1; j < _ownStages; j++)
        {
            if (_inputIsActive[j])
            {
                AddTerm(InputBar + j, 1, ref inputs);
            }
        }

        if (_denseOriginIsActive)
        {
            AddTerm(DenseOrigin, 1, ref inputs);
            _denseOriginIsActive = false;
        }

        if (inputs > 0)
        {
            Gather(inputs, 1, StateBar, StateBar);
        }
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field) => FlushNode(recording, first, field);

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        Span<nint> rows = stackalloc nint[_stepper.DenseTermCount];
        Span<double> weights = stackalloc double[rows.Length];
        int count = _stepper.DenseTerms(recording, step, theta, derivative: true, rows, weights);
        double slope = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] != 0)
            {
                ReadOnlySpan<T> row = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref recording.Start, rows[i]), StateLength);
                slope += weights[i] * Reductions.Dot(cotangent, row);
            }
        }

        return slope;
    }

    /// <summary>Adds the product of the gathered cotangent of a node's derivative to the cotangent of the node's state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void FlushNode(SolveRecording<T> recording, int node, IVectorJacobianProduct<T> field)
    {
        int slot = node % _nodeRing;
        if (!_nodeIsActive[slot])
        {
            return;
        }

        _nodeIsActive[slot] = false;
        if (IsZero(NodeBar(node)))
        {
            return;
        }

        double timeBar = Multiply(field, recording.EndTime(node), recording.Row(node, 0), NodeBar(node), StageBar);
        int terms = 0;
        AddTerm(StageBar, 1, ref terms);
        Gather(terms, 1, StateBar, StateBar);
        if (DifferentiatesTimes)
        {
            AddTimeCotangent(node, timeBar);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void AddToNode(int node, int row, double weight)
    {
        int slot = node % _nodeRing;
        int terms = 0;
        AddTerm(row, weight, ref terms);
        Gather(terms, 1, _nodeIsActive[slot] ? NodeBar(node) : Zeros, NodeBar(node));
        _nodeIsActive[slot] = true;
    }

    protected void AddToNode(int node, double weight, ReadOnlySpan<T> cotangent)
    {
        AddScaled(cotangent, weight, NodeBar(node), _nodeIsActive[node % _nodeRing]);
        _nodeIsActive[node % _nodeRing] = true;
    }

    protected void AddToDenseOrigin(ReadOnlySpan<T> cotangent)
    {
        AddScaled(cotangent, 1, DenseOrigin, _denseOriginIsActive);
        _denseOriginIsActive = true;
    }

    /// <summary>Adds the direct part of the dense outputs to the cotangent of the state at the step's start.</summary>
    protected void AddDenseOrigin()
    {
        if (_denseOriginIsActive)
        {
            AddScaled(Cotangents.Row(DenseOrigin, StateLength), 1, StateBar, isActive: true);
            _denseOriginIsActive = false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool IsZero(int row) => !Cotangents.Row(row, StateLength).ContainsAnyExcept(T.Zero);

    private int NodeBar(int node) => 5 + (node % _nodeRing);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected double Multiply(IVectorJacobianProduct<T> field, double t, ReadOnlySpan<T> z, int cotangent, int destination)
    {
        VectorJacobianProducts++;
        return field.Evaluate(t, z, Cotangents.Row(cotangent, StateLength), Cotangents.Row(destination, StateLength));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StageInputFromRecording(SolveRecording<T> recording, int step, int stage, double h)
    {
        for (int i = 0; i < _ownStages; i++)
        {
            _denseRows[i] = recording.RowOffset(step, 1 + i);
        }

        CombineStageInput(recording, step, _tableau.StageRows[stage], h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CombineStageInput(SolveRecording<T> recording, int step, LinearCombination row, double h)
        => CombineKernel.Run(
            ref recording.Start, _denseRows, row.Indices, row.Weights, h, ref MemoryMarshal.GetReference(recording.Row(step, 0)), ref Cotangents[StageInput], StateLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddTerm(int row, double weight, ref int count)
    {
        _termRows[count] = row;
        _termWeights[count++] = weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Gather(int count, double scale, int origin, int destination)
    {
        if (StateLength <= FewComponents.Most)
        {
            GatherFew(count, scale, origin, destination);
            return;
        }

        CombineKernel.Run(
            ref Cotangents.Start,
            Cotangents.Offsets,
            _termRows.AsSpan(0, count),
            _termWeights.AsSpan(0, count),
            scale,
            ref Cotangents[origin],
            ref Cotangents[destination],
            Cotangents.PaddedLength);
    }

    /// <summary>The same bits for few components, each by itself: a vector would wait for the single numbers that were just stored (<see cref="FewComponents"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatherFew(int count, double scale, int origin, int destination)
    {
        ref T from = ref Cotangents[origin], to = ref Cotangents[destination];
        for (int i = 0; i < StateLength; i++)
        {
            T sum = Unsafe.Add(ref from, i);
            for (int j = 0; j < count; j++)
            {
                sum = FusedArithmetic.MultiplyAdd(T.CreateTruncating(scale * _termWeights[j]), Unsafe.Add(ref Cotangents[_termRows[j]], i), sum);
            }

            Unsafe.Add(ref to, i) = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void AddScaled(ReadOnlySpan<T> cotangent, double weight, int destination, bool isActive)
        => CombineKernel.Run(
            ref MemoryMarshal.GetReference(cotangent), [0], [0], [weight], 1, ref Cotangents[isActive ? destination : Zeros], ref Cotangents[destination], StateLength);
}
