using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The accepted steps of a solve: times, states at the starts, and the derivatives at the stages. It is what the transpose runs back over, and what dense output reads.
/// </summary>
/// <remarks>
/// Memory grows to what the longest solve needs and is reused: <c>(1 + own stages) · stateLength</c> elements a step. With fixed steps it is
/// taken at once, to the element; adaptive ones take up to twice of what they need, because nobody knows how many will follow.
/// Reading is safe on any number of threads; recording is not.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class SolveRecording<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _data = [];
    private int _used;
    private int _expectedSteps;

    // Entry n is the node at the start of step n; there is one more for the end.
    private double[] _nodes = [];
    private int[] _offsets = [];
    private double[] _sizes = [];
    private StepKind[] _kinds = [];

    // For each output time after the first: the step that it lies in, and where.
    private int[] _outputSteps = [];
    private double[] _outputThetas = [];

    /// <summary>Number of steps.</summary>
    public int StepCount { get; private set; }

    /// <summary>Number of components of the state.</summary>
    public int StateLength { get; private set; }

    /// <summary>Number of output times of the solve, the first included.</summary>
    public int OutputCount { get; private set; }

    /// <summary>Whether the solve reached its last output time, so that it can be transposed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Times of the steps' starts and of the last end, <c>[StepCount + 1]</c>; empty unless <see cref="IsComplete"/>.</summary>
    public ReadOnlySpan<double> Times => _nodes.AsSpan(0, IsComplete ? StepCount + 1 : 0);

    internal Stepper<T>? Stepper { get; private set; }

    internal bool IsAdaptive { get; private set; }

    internal bool HasEndDerivative { get; private set; }

    internal ref T Start => ref MemoryMarshal.GetArrayDataReference(_data);

    /// <summary>State at a step's start; index <see cref="StepCount"/> is the state at the end.</summary>
    /// <param name="index">Index into <see cref="Times"/>.</param>
    /// <returns>The state, <c>[StateLength]</c>; overwritten by the next solve with this recording.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such state.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no complete solve.</exception>
    public ReadOnlySpan<T> State(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, StepCount);
        RequireComplete();
        return Row(index, 0);
    }

    /// <summary>The state at any time of the solve, by the method's dense output.</summary>
    /// <param name="t">Time within the interval.</param>
    /// <param name="destination">Destination, <c>[StateLength]</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The recording holds no complete solve.</exception>
    public void Interpolate(double t, Span<T> destination)
    {
        RequireComplete();
        if (destination.Length != StateLength)
        {
            throw new ArgumentException($"The destination has {destination.Length} elements; the state has {StateLength}.", nameof(destination));
        }

        int step = FindStep(t);
        double h = _sizes[step];
        if (t == _nodes[step + 1])
        {
            Row(step + 1, 0).CopyTo(destination);
            return;
        }

        Span<nint> rows = stackalloc nint[Stepper!.DenseTermCount];
        Span<double> weights = stackalloc double[Stepper.DenseTermCount];
        int count = Stepper.DenseTerms(this, step, (t - _nodes[step]) / h, derivative: false, rows, weights);
        Span<int> indices = stackalloc int[count];
        for (int i = 0; i < count; i++)
        {
            indices[i] = i;
        }

        CombineKernel.Run(
            ref Start, rows, indices, weights[..count], h, ref MemoryMarshal.GetReference(Row(step, 0)), ref MemoryMarshal.GetReference(destination), StateLength);
    }

    /// <param name="stepper">What makes the steps.</param>
    /// <param name="isAdaptive">Whether it chooses them.</param>
    /// <param name="outputCount">Number of output times.</param>
    /// <param name="expectedSteps">How many steps there will be; 0 where that is not known.</param>
    internal void Begin(Stepper<T> stepper, bool isAdaptive, int outputCount, int expectedSteps)
    {
        _expectedSteps = expectedSteps;
        Stepper = stepper;
        StateLength = stepper.StateLength;
        IsAdaptive = isAdaptive;
        OutputCount = outputCount;
        IsComplete = false;
        HasEndDerivative = false;
        StepCount = 0;
        _used = 0;
        Reserve(ref _outputSteps, outputCount);
        Reserve(ref _outputThetas, outputCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AddStep(double t, double h, StepKind kind, int rows)
    {
        int step = StepCount++;
        Reserve(ref _nodes, step + 2);
        Reserve(ref _offsets, step + 2);
        Reserve(ref _sizes, step + 1);
        Reserve(ref _kinds, step + 1);
        _nodes[step] = t;
        _sizes[step] = h;
        _kinds[step] = kind;

        // A multistep method starts with steps that keep more rows than those that follow.
        bool isTypical = kind == StepKind.Multistep || Stepper is not AdamsBashforthStepper<T>;
        _offsets[step] = Allocate(rows, isTypical ? ((long)Math.Max(0, _expectedSteps - StepCount) * rows) + (Stepper!.SharesLastStage ? 2 : 1) : 0);
    }

    internal void Complete(double t, ReadOnlySpan<T> state, ReadOnlySpan<T> derivative)
    {
        Reserve(ref _nodes, StepCount + 1);
        Reserve(ref _offsets, StepCount + 1);
        _nodes[StepCount] = t;
        _offsets[StepCount] = Allocate(derivative.IsEmpty ? 1 : 2, 0);
        state.CopyTo(Row(StepCount, 0));
        HasEndDerivative = !derivative.IsEmpty;
        if (HasEndDerivative)
        {
            derivative.CopyTo(Row(StepCount, 1));
        }

        IsComplete = true;
    }

    internal void SetOutput(int output, int step, double theta)
    {
        _outputSteps[output] = step;
        _outputThetas[output] = theta;
    }

    internal int OutputStep(int output) => _outputSteps[output];

    internal double OutputTheta(int output) => _outputThetas[output];

    internal double Node(int node) => _nodes[node];

    internal double StepSize(int step) => _sizes[step];

    internal StepKind Kind(int step) => _kinds[step];

    /// <summary>Row 0 of a node is its state, row 1 the derivative there, further rows are the other stages of the step that starts there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal nint RowOffset(int node, int row) => _offsets[node] + ((nint)row * StateLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<T> Row(int node, int row) => _data.AsSpan(_offsets[node] + (row * StateLength), StateLength);

    internal void RequireComplete()
    {
        if (!IsComplete)
        {
            throw new InvalidOperationException("The recording holds no complete solve: give it to Solve, and use it after the solve has succeeded.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reserve<TItem>(ref TItem[] items, int count)
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
                nameof(t), t, string.Create(CultureInfo.InvariantCulture, $"The solution is known from {first:R} to {last:R} only; solve over a longer interval instead of extrapolating."));
        }

        int low = 0, high = StepCount - 1;
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
                    $"A recording holds at most {Array.MaxLength} elements, used up after {StepCount} steps of {StateLength} components. Split the interval or the state, or use a looser tolerance.");
            }

            long wished = _expectedSteps > 0 && later > 0 ? needed + (later * StateLength) : Math.Max(needed, 2L * _data.Length);
            Array.Resize(ref _data, (int)Math.Min(Array.MaxLength, wished));
        }

        _used = (int)needed;
        return start;
    }
}
