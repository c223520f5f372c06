using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The accepted steps of a solve: times, states at the starts, and the derivatives at the stages. It is what the transpose runs back over, and what dense output reads.
/// </summary>
/// <remarks>
/// Memory grows to what the longest solve needs and is reused: <c>(1 + own stages) · stateLength</c> elements a step. What fixed steps need is taken at once
/// where that is not much; otherwise up to twice of what is needed is taken, because nobody knows how many steps will follow.
/// Reading is safe on any number of threads; recording is not.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed partial class SolveRecording<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Elements that are taken beforehand at most.
    internal const long MostReserved = 1 << 24;

    // Above the bits of a tag.
    private const int MakerShift = 24;

    private T[] _data = [];
    private int _used;
    private int _expectedSteps;
    private int _usualRows;
    private int _endRows;
    private bool _hasEnd;
    private readonly List<RecordedJump<T>> _jumps = [];

    // Entry n is the node at the start of step n; there is one more for the end.
    private double[] _nodes = [];
    private int[] _offsets = [];
    private double[] _sizes = [];
    private int[] _tags = [];

    // For each output time after the first: the step that it lies in, and where.
    private int[] _outputSteps = [];
    private double[] _outputThetas = [];

    /// <summary>Number of steps.</summary>
    public int StepCount { get; private set; }

    /// <summary>Number of components of the state.</summary>
    public int StateLength { get; private set; }

    /// <summary>Number of output times of the solve, the first included.</summary>
    public int OutputCount { get; private set; }

    /// <summary>
    /// Whether the solve reached its last output time or a terminal event, so that it can be transposed. The steps of one that failed can be read all the same.
    /// </summary>
    public bool IsComplete { get; private set; }

    /// <summary>Times of the steps' starts and of the last end, <c>[StepCount + 1]</c>; empty before a solve.</summary>
    public ReadOnlySpan<double> Times => _nodes.AsSpan(0, _hasEnd ? StepCount + 1 : 0);

    /// <summary>Whether an event ended a step, so that the state jumped or the solve ended there.</summary>
    public bool HasJumps { get; private set; }

    internal Stepper<T>? Stepper { get; private set; }

    /// <summary>What was solved.</summary>
    internal OdeProblem<T>? Problem { get; private set; }

    internal bool IsAdaptive { get; private set; }

    /// <summary>Which part of a composite method makes the steps that are added: 0 but for those.</summary>
    internal int Maker { get; set; }

    internal ref T Start => ref MemoryMarshal.GetArrayDataReference(_data);

    /// <summary>State at a step's start; index <see cref="StepCount"/> is the state at the end.</summary>
    /// <param name="index">Index into <see cref="Times"/>.</param>
    /// <returns>The state, <c>[StateLength]</c>; overwritten by the next solve with this recording.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such state.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no solve.</exception>
    public ReadOnlySpan<T> State(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, StepCount);
        RequireEnd();
        RequireHeld(index);
        return Row(index, IsEvent(index) ? 2 : 0);
    }

    /// <summary>The state at any time of the solve, by the method's dense output.</summary>
    /// <param name="t">Time within the interval that was solved.</param>
    /// <param name="destination">Destination, <c>[StateLength]</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no solve.</exception>
    public void Interpolate(double t, Span<T> destination)
    {
        RequireRoom(destination.Length);
        int step = FindStep(t);
        RequireHeld(step);
        int node = t == _nodes[StepCount] ? StepCount : step;
        if (t == _nodes[node])
        {
            Row(node, 0).CopyTo(destination);
            return;
        }

        Stepper!.InterpolateRecorded(this, step, (t - _nodes[step]) / _sizes[step], derivative: false, destination);
    }

    /// <summary>The derivative by time of the method's dense output at any time of the solve.</summary>
    /// <param name="t">Time within the interval that was solved.</param>
    /// <param name="destination">Destination, <c>[StateLength]</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no step.</exception>
    public void Derivative(double t, Span<T> destination)
    {
        RequireRoom(destination.Length);
        int step = FindStep(t);
        RequireHeld(step);
        if (StepCount == 0)
        {
            throw new InvalidOperationException("The solve failed before its first step was kept, so it has no derivative.");
        }

        Stepper!.InterpolateRecorded(this, step, (t - _nodes[step]) / _sizes[step], derivative: true, destination);
    }

    /// <param name="problem">What is solved.</param>
    /// <param name="stepper">What makes the steps.</param>
    /// <param name="isAdaptive">Whether it chooses them.</param>
    /// <param name="outputCount">Number of output times.</param>
    /// <param name="expectedSteps">How many steps there will be; 0 where that is not known.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Begin(OdeProblem<T> problem, Stepper<T> stepper, bool isAdaptive, int outputCount, int expectedSteps)
    {
        _expectedSteps = expectedSteps;
        _usualRows = stepper.RecordedRows;
        _endRows = stepper.ReadsNextDerivative ? 2 : 1;
        Problem = problem;
        Stepper = stepper;
        StateLength = stepper.StateLength;
        IsAdaptive = isAdaptive;
        OutputCount = outputCount;
        IsComplete = false;
        HasJumps = false;
        _jumps.Clear();
        Occurrences = [];
        Maker = 0;
        _hasEnd = false;
        StepCount = 0;
        _used = 0;
        FirstHeld = 0;
        HeldEnd = int.MaxValue;
        _budget?.Begin(stepper, expectedSteps);
        Reserve(ref _outputSteps, outputCount);
        Reserve(ref _outputThetas, outputCount);
        _outputSteps.AsSpan(0, outputCount).Fill(-1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AddStep(double t, double end, double h, int tag, int rows)
    {
        int step = AddNode(t, end, h, tag);
        if (_budget is not null)
        {
            _offsets[step] = AllocateWithin(step, rows, isStep: true);
            return;
        }

        // A method's first steps may keep other numbers of rows than those that follow.
        _offsets[step] = Allocate(rows, rows == _usualRows ? ((long)Math.Max(0, _expectedSteps - StepCount) * rows) + _endRows : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int AddNode(double t, double end, double h, int tag)
    {
        int step = StepCount++;
        Reserve(ref _nodes, step + 2);
        Reserve(ref _offsets, step + 2);
        Reserve(ref _sizes, step + 1);
        Reserve(ref _tags, step + 1);
        LastEnd = end;
        _nodes[step] = t;
        _sizes[step] = h;
        _tags[step] = tag | (Maker << MakerShift);
        return step;
    }

    /// <summary>Closes the recording with a block for the end of the last step: its state, and the derivative there where it is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void End(double t, ReadOnlySpan<T> state, ReadOnlySpan<T> derivative, bool isComplete)
    {
        Reserve(ref _nodes, StepCount + 1);
        Reserve(ref _offsets, StepCount + 1);
        _nodes[StepCount] = t;
        _offsets[StepCount] = _budget is null ? Allocate(derivative.IsEmpty ? 1 : 2, 0) : AllocateWithin(StepCount, derivative.IsEmpty ? 1 : 2);
        state[..StateLength].CopyTo(Row(StepCount, 0));
        if (!derivative.IsEmpty)
        {
            derivative[..StateLength].CopyTo(Row(StepCount, 1));
        }

        _hasEnd = true;
        IsComplete = isComplete;
        _budget?.KeepEnd(this, derivative.IsEmpty ? 1 : 2);
    }

    /// <summary>Closes the recording of a failed solve before its last step, whose dense output would need a derivative that is not finite.</summary>
    internal void EndBeforeLastStep()
    {
        StepCount--;
        _hasEnd = true;
    }

    /// <summary>
    /// Ends the last step at an event within it. A step without length follows, whose rows are state and derivative at the end of the whole step, which its dense output and
    /// its transpose read, then the state at the event; what comes after starts from another state.
    /// </summary>
    internal void EndAtEvent(double t, ReadOnlySpan<T> state, ReadOnlySpan<T> wholeState, ReadOnlySpan<T> derivative)
    {
        HasJumps = true;
        _budget?.BeginStep(StepCount);
        AddEventStep(t, state, wholeState, derivative);
    }

    /// <summary>Adds the step without length at an event.</summary>
    internal void AddEventStep(double t, ReadOnlySpan<T> state, ReadOnlySpan<T> wholeState, ReadOnlySpan<T> derivative)
    {
        AddStep(t, t, 0, 0, 3);
        wholeState[..StateLength].CopyTo(Row(StepCount - 1, 0));
        derivative[..StateLength].CopyTo(Row(StepCount - 1, 1));
        state[..StateLength].CopyTo(Row(StepCount - 1, 2));
    }

    /// <summary>Whether a step marks an event, and has no length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsEvent(int step) => HasJumps && step < StepCount && _sizes[step] == 0;

    /// <summary>Time of a node as the end of the step before it, the whole of it where an event cuts a part off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double EndTime(int node) => IsEvent(node) ? Jump(node).StepEnd : _nodes[node];

    /// <summary>Whether an event is one of those at which a step ended.</summary>
    internal bool IsOfJump(int occurrence)
    {
        foreach (RecordedJump<T> jump in _jumps)
        {
            if (occurrence >= jump.FirstOccurrence && occurrence < jump.FirstOccurrence + jump.Occurrences.Length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All events of the solve.</summary>
    internal EventOccurrence<T>[] Occurrences { get; set; } = [];

    /// <summary>Keeps what happened at the last event, for going through it again, either way.</summary>
    internal void AddJump(RecordedJump<T> jump) => _jumps.Add(jump);

    /// <summary>What happened at a step without length.</summary>
    internal RecordedJump<T> Jump(int step)
    {
        int low = 0, high = _jumps.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _jumps[middle].Step < step ? (middle + 1, high) : (low, middle);
        }

        return _jumps[low];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void SetOutput(int output, int step, double theta)
    {
        _outputSteps[output] = step;
        _outputThetas[output] = theta;
    }

    internal int OutputStep(int output) => _outputSteps[output];

    internal double OutputTheta(int output) => _outputThetas[output];

    /// <summary>Time at the end of the last recorded step.</summary>
    internal double LastEnd { get; private set; }

    internal double Node(int node) => _nodes[node];

    internal double StepSize(int step) => _sizes[step];

    /// <summary>What the maker of a step said of it.</summary>
    internal int Tag(int step) => _tags[step] & ((1 << MakerShift) - 1);

    /// <summary>Which part of a composite method made a step.</summary>
    internal int MakerOf(int step) => _tags[step] >> MakerShift;

    /// <summary>Row 0 of a node is its state, row 1 the derivative there, further rows are the other stages of the step that starts there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal nint RowOffset(int node, int row) => _offsets[node] + ((nint)row * StateLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<T> Row(int node, int row) => _data.AsSpan(_offsets[node] + (row * StateLength), StateLength);

    /// <summary>Some rows of a node, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<T> Row(int node, int row, int count) => _data.AsSpan(_offsets[node] + (row * StateLength), count * StateLength);

    internal void RequireComplete()
    {
        if (!IsComplete)
        {
            throw new InvalidOperationException("The recording holds no complete solve: give it to Solve, and use it after the solve has succeeded.");
        }
    }

    private void RequireEnd()
    {
        if (KeepsEndOnly)
        {
            throw new InvalidOperationException("The recording keeps the end of the solve only (KeepsEndOnly), so its steps cannot be read.");
        }

        if (!_hasEnd)
        {
            throw new InvalidOperationException("The recording holds no solve: give it to Solve first.");
        }
    }

    private void RequireRoom(int length)
    {
        RequireEnd();
        if (length != StateLength)
        {
            throw new ArgumentException($"The destination has {length} elements; the state has {StateLength}.", "destination");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Reserve<TItem>(ref TItem[] items, int count)
    {
        if (items.Length < count)
        {
            Array.Resize(ref items, Math.Max(count, Math.Max(16, 2 * items.Length)));
        }
    }

    private int FindStep(double t)
    {
        double first = _nodes[0], last = _nodes[StepCount];
        bool forward = last > first;
        if (!(forward ? t >= first && t <= last : t <= first && t >= last))
        {
            throw new ArgumentOutOfRangeException(
                nameof(t),
                t,
                string.Create(CultureInfo.InvariantCulture, $"The solution is known from {first:R} to {last:R} only; solve over a longer interval instead of extrapolating."));
        }

        int low = 0, high = Math.Max(0, StepCount - 1);
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (forward ? t >= _nodes[middle] : t <= _nodes[middle])
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        // A step without length, at an event, is nobody's but the last one's of a solve.
        while (low > 0 && _sizes[low] == 0)
        {
            low--;
        }

        return low;
    }

    /// <summary>A place for some rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="later">How many rows will follow, where that is known.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Allocate(int rows, long later)
    {
        int start = _used;
        long needed = start + ((long)rows * StateLength);
        if (needed > _data.Length)
        {
            if (needed > Array.MaxLength)
            {
                throw new InvalidOperationException(
                    $"A recording holds at most {Array.MaxLength} elements, used up after {StepCount} steps of {StateLength} components. "
                    + "Split the interval or the state, or use a looser tolerance.");
            }

            // To the element where that is not much; a long solve may end early, or not fit as a whole.
            long whole = needed + (later * StateLength);
            bool takeWhole = _expectedSteps > 0 && later > 0 && whole <= MostReserved;
            long wished = takeWhole ? whole : Math.Max(needed, 2L * _data.Length);
            Array.Resize(ref _data, (int)Math.Min(Array.MaxLength, wished));
        }

        _used = (int)needed;
        return start;
    }
}
