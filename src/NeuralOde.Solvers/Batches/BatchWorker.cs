using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Solves problems of a batch in the lanes of one thread: takes problems from the queue, steps all lanes together, and lets each lane end by itself.</summary>
/// <remarks>Everything on states is done for all lanes alike; what differs from lane to lane is a few numbers per lane.</remarks>
internal sealed unsafe partial class BatchWorker<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What the rows of a block may fill of a first-level cache, so that the rest has room for the field.
    private const int BlockBytes = 24 * 1024;
    private const int FewestLanes = 16, MostLanes = 256;

    // Rows of one number per lane.
    private const int Start = 0, End = 1, Size = 2, From = 3, To = 4, Taken = 5, Count = 6, StageTime = 7, Square = 8, LogError = 9, LogPrevious = 10, Factor = 11, NumberRows = 12;
    private const int SizeInState = 0, Mask = 1, Sum = 2, LowerSum = 3, StateRows = 4;

    private readonly ButcherTableau _tableau;
    private readonly AdaptiveSteps? _adaptive;
    private readonly FixedSteps? _fixed;
    private readonly ErrorNorm _norm;
    private readonly RowMemory<double> _tolerances;
    private readonly int _stateLength;
    private readonly int _parameterLength;
    private readonly int _ownStages;
    private readonly bool _keepsDerivative;

    // Rows of whole states: the stages' derivatives from 0, of which the last one, where it is the next step's first, changes places with that one; then these.
    private readonly int _state, _newState, _input, _derivative, _newDerivative, _error, _zero, _firstDense;
    private readonly RowMemory<T> _rows;
    private readonly RowMemory<double> _numbers;
    private readonly RowMemory<T> _perLane;
    private readonly double* _firstNumber;
    private readonly T* _firstPerLane;
    private readonly StepCombinations<T> _combinations;
    private readonly T[] _parameters;
    private readonly bool[] _isActive;
    private readonly double[] _weights;
    private readonly Lane[] _lanes;
    private readonly List<int> _changed = [];
    private int _activeCount;
    private IBatchField<T> _field = null!;
    private OdeBatch<T> _batch = null!;

    public BatchWorker(ButcherTableau tableau, StepSizeControl control, ErrorNorm norm, int stateLength, int parameterLength, int lanes)
    {
        _tableau = tableau;
        _adaptive = control as AdaptiveSteps;
        _fixed = control as FixedSteps;
        _norm = norm;
        _tolerances = new RowMemory<double>(1, stateLength);
        for (int i = 0; _adaptive is not null && i < stateLength; i++)
        {
            _tolerances.Row(0, stateLength)[i] = _adaptive.AbsoluteTolerances is { } each ? each[i] : _adaptive.AbsoluteTolerance;
        }

        _stateLength = stateLength;
        _parameterLength = parameterLength;
        Lanes = lanes;
        int stages = tableau.StageCount;
        _ownStages = tableau.IsFirstSameAsLast ? stages - 1 : stages;
        _keepsDerivative = tableau.IsFirstSameAsLast && _adaptive is not null;
        _state = stages;
        _newState = stages + 1;
        _input = stages + 2;
        _derivative = 0;
        _newDerivative = _ownStages;
        _error = stages + 3;
        _zero = stages + 4;
        _firstDense = stages + 5;
        _rows = new RowMemory<T>(_firstDense + tableau.DenseStageCount, checked(stateLength * lanes));
        _numbers = new RowMemory<double>(1, NumberRows * lanes);
        _perLane = new RowMemory<T>(1, StateRows * lanes);
        _firstNumber = _numbers.AddressOf(0);
        _firstPerLane = _perLane.AddressOf(0);
        _combinations = new StepCombinations<T>(tableau, _rows, _firstDense);
        _combinations.Scale(1);
        _parameters = new T[parameterLength * lanes];
        _isActive = new bool[lanes];
        _weights = new double[stages + tableau.DenseStageCount];
        _lanes = new Lane[lanes];
    }

    public int Lanes { get; }

    /// <summary>As many lanes as the cache has room for, and no more than there are problems for a thread. The choice has no influence on results.</summary>
    public static int ChooseLanes(ButcherTableau tableau, int stateLength, int problems)
    {
        long room = BlockBytes / Math.Max(1, (tableau.StageCount + tableau.DenseStageCount + 5L) * stateLength * sizeof(T));
        int lanes = FewestLanes;
        while (lanes * 2 <= Math.Min(room, MostLanes))
        {
            lanes *= 2;
        }

        return Math.Min(lanes, Math.Max(FewestLanes, (problems + FewestLanes - 1) / FewestLanes * FewestLanes));
    }

    public void Run(IBatchField<T> field, OdeBatch<T> batch, BatchQueue queue, CancellationToken cancellationToken)
    {
        (_field, _batch, _activeCount) = (field, batch, 0);
        Array.Clear(_isActive);
        _numbers.Row(0, NumberRows * Lanes).Clear();
        NumberRow(Count).Fill(1);
        _rows.Row(_state, _stateLength * Lanes).Clear();
        while (!queue.IsStopped)
        {
            // Not for every lane that ends: problems that start together share the evaluations at their start.
            if (_activeCount <= Lanes * 3 / 4)
            {
                Refill(queue);
            }

            if (_activeCount == 0)
            {
                break;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                Cancel(queue);
                break;
            }

            bool isFinite = Attempt();
            if (_adaptive is not null)
            {
                Adapt();
            }
            else
            {
                Advance(isFinite);
            }

            ClearChanged();
        }

        _field = null!;
        _batch = null!;
    }

    // The memory is pinned, and lives as long as this object.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double* Numbers(int row) => _firstNumber + (row * Lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T* PerLane(int row) => _firstPerLane + (row * Lanes);

    private Span<double> NumberRow(int row) => new(Numbers(row), Lanes);

    private void Refill(BatchQueue queue)
    {
        _changed.Clear();
        for (int lane = 0; lane < Lanes; lane++)
        {
            while (!_isActive[lane] && queue.Take() is >= 0 and var problem)
            {
                Load(lane, problem);
            }
        }

        if (_changed.Count == 0)
        {
            return;
        }

        if (_adaptive is not null)
        {
            StartAdaptive();
        }
        else
        {
            StartFixed();
        }

        ClearChanged();
    }

    /// <summary>Puts a problem into a lane, unless its initial state is not finite or a parameter not a number.</summary>
    private void Load(int lane, int problem)
    {
        Span<T> initial = _batch.InitialState(problem);
        initial.CopyTo(_batch.Output(problem, 0));
        double[] times = _batch.TimesOf(problem);
        _lanes[lane] = new Lane { Problem = problem, Times = times, Next = 1, Last = times[^1], Direction = times[^1] > times[0] ? 1 : -1 };
        if (_batch.Refuse(problem))
        {
            return;
        }

        T* state = _rows.AddressOf(_state) + lane;
        for (int i = 0; i < initial.Length; i++)
        {
            state[(nint)i * Lanes] = initial[i];
        }

        Span<T> parameters = _batch.Parameters(problem);
        for (int i = 0; i < parameters.Length; i++)
        {
            _parameters[(i * Lanes) + lane] = parameters[i];
        }

        _isActive[lane] = true;
        _activeCount++;
        Numbers(Start)[lane] = times[0];
        _changed.Add(lane);
    }

    /// <summary>Ends the problem in a lane before its last output time: <paramref name="row"/> holds the state that was reached, at <paramref name="reached"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fail(int lane, SolveStatus status, double time, int row, double reached, int component = -1)
    {
        CopyOut(lane, row, _batch.SetReached(_lanes[lane].Problem, reached));
        Finish(lane, status, time, component);
    }

    /// <summary>Ends the problem in a lane, which is then free.</summary>
    private void Finish(int lane, SolveStatus status, double time, int component = -1)
    {
        ref Lane x = ref _lanes[lane];
        var statistics = new SolveStatistics(x.Evaluations, x.Accepted, x.Rejected, 0);
        _batch.SetResult(x.Problem, new SolveResult(status, time, Numbers(Size)[lane], component, statistics));
        _isActive[lane] = false;
        _activeCount--;
        _changed.Add(lane);
    }

    /// <summary>Lanes that are free are computed along: zeros keep them from slowing the rest down or being taken for failures.</summary>
    private void ClearChanged()
    {
        foreach (int lane in _changed)
        {
            if (!_isActive[lane])
            {
                Numbers(Size)[lane] = Numbers(From)[lane] = Numbers(To)[lane] = 0;
                Numbers(Count)[lane] = 1;
                PerLane(SizeInState)[lane] = T.Zero;
                T* state = _rows.AddressOf(_state) + lane;
                for (int i = 0; i < _stateLength; i++)
                {
                    state[(nint)i * Lanes] = T.Zero;
                }
            }
        }

        _changed.Clear();
    }

    private void Cancel(BatchQueue queue)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            if (_isActive[lane])
            {
                double t = _fixed is null ? Numbers(Start)[lane] : CountFixed(lane, Numbers(Taken)[lane] - 1);
                Fail(lane, SolveStatus.Canceled, t, _state, t);
            }
        }

        for (int problem = queue.Take(); problem >= 0; problem = queue.Take())
        {
            double start = _batch.TimesOf(problem)[0];
            _batch.SetResult(problem, new SolveResult(SolveStatus.Canceled, start, 0, -1, default));
            Span<T> initial = _batch.InitialState(problem);
            initial.CopyTo(_batch.SetReached(problem, start));
            initial.CopyTo(_batch.Output(problem, 0));
        }
    }

    private void CopyOut(int lane, int row, Span<T> destination)
    {
        T* source = _rows.AddressOf(row) + lane;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = source[(nint)i * Lanes];
        }
    }

    private int FindNotFinite(int lane, int row)
    {
        T* source = _rows.AddressOf(row) + lane;
        for (int i = 0; i < _stateLength; i++)
        {
            if (!T.IsFinite(source[(nint)i * Lanes]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>What a lane's problem is, and how far it is.</summary>
    private struct Lane
    {
        public int Problem;
        public int Next;
        public double[] Times;
        public double Last;
        public double Direction;
        public double Length;
        public long Accepted;
        public long Rejected;
        public long Evaluations;
        public bool WasRejected;
        public bool IsNotFinite;
        public bool Lands;
    }
}
