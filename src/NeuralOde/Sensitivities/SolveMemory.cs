namespace NeuralOde.Sensitivities;

/// <summary>What one forward solve leaves: its states, and what its gradient needs. It is reused, and grows to what the longest solve needs.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class SolveMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private double[] _times = [];
    private T[] _states = [];
    private T[] _joint = [];
    private T[] _inputs = [];
    private double[] _timeInputs = [];
    private int _inputLength;
    private int _timeInputLength;

    internal SolveMemory()
    {
    }

    /// <summary>The number of output times, the first included.</summary>
    public int TimeCount { get; private set; }

    /// <summary>The number of components of the state.</summary>
    public int StateLength { get; private set; }

    /// <summary>The output times.</summary>
    public ReadOnlySpan<double> Times => _times.AsSpan(0, TimeCount);

    /// <summary>The states at the times, <c>[times, state]</c>. A view, good until the next solve into this memory.</summary>
    public ReadOnlySpan<T> States => Destination;

    /// <summary>The versions of what a backward pass reads, when the solve ended; null if it was not for a gradient or failed.</summary>
    internal long? ReadVersions { get; set; }

    /// <summary>The mean length of the steps that the solve took; null where it took none.</summary>
    internal double? MeanStep { get; set; }

    /// <summary>The values of the field's inputs in this solve, without those that are times.</summary>
    internal ReadOnlySpan<T> Inputs => _inputs.AsSpan(0, _inputLength);

    /// <summary>The values of those that are times.</summary>
    internal ReadOnlySpan<double> TimeInputs => _timeInputs.AsSpan(0, _timeInputLength);

    /// <summary>The states, to be written by a solve.</summary>
    internal Span<T> Destination => _states.AsSpan(0, TimeCount * StateLength);

    /// <summary>The solver's steps, where the gradient method reverses them.</summary>
    internal SolveRecording<T> Recording { get; private set; } = new();

    /// <summary>What the field's evaluations left for their products; null where nothing is kept.</summary>
    internal KeptEvaluations<T>? Kept { get; private set; }

    /// <summary>The number of bytes that it holds: states, and the solver's steps, with what their evaluations kept, where the gradient method needs them.</summary>
    public long Bytes => Recording.PeakBytes + (Kept?.Bytes ?? 0) + StateBytes;

    /// <summary>The part of it that states take.</summary>
    internal long StateBytes => (((long)_states.Length + _joint.Length) * Unsafe.SizeOf<T>()) + ((long)_times.Length * sizeof(double));

    /// <summary>The state at one time, flat and row-major.</summary>
    /// <param name="time">The index of the time.</param>
    /// <returns>A view, good until the next solve into this memory.</returns>
    public ReadOnlySpan<T> State(int time) => _states.AsSpan(time * StateLength, StateLength);

    /// <summary>States and derivatives at the times, where the gradient method solves both.</summary>
    internal Span<T> Joint(int length)
    {
        if (_joint.Length < length)
        {
            _joint = new T[length];
        }

        return _joint.AsSpan(0, length);
    }

    /// <summary>Lets go of the steps.</summary>
    internal void Forget() => (Recording, Kept) = (Recording.PeakBytes > 0 ? new() : Recording, null);

    /// <summary>Keeps what evaluations leave.</summary>
    /// <param name="length">Elements of one.</param>
    /// <param name="most">The largest number of evaluations; 0 where nothing is kept.</param>
    internal void Keep(int length, int most)
    {
        if (most == 0 || length == 0)
        {
            Kept = null;
        }
        else if (Kept?.Length != length || Kept.Most != most)
        {
            Kept = new KeptEvaluations<T>(length, most);
        }

        Kept?.Begin();
    }

    /// <summary>Limits the memory of the steps, or lifts the limit.</summary>
    /// <param name="maxBytes">The limit, or null.</param>
    /// <param name="endOnly">Whether only the end is kept.</param>
    internal void Limit(long? maxBytes, bool endOnly)
    {
        if (endOnly)
        {
            Recording = Recording.KeepsEndOnly ? Recording : new SolveRecording<T> { KeepsEndOnly = true };
            return;
        }

        if (Recording.Budget?.MaxBytes != maxBytes)
        {
            Recording = maxBytes is { } bytes ? new SolveRecording<T>(new RecordingBudget { MaxBytes = bytes }) : new SolveRecording<T>();
        }
    }

    internal void Prepare(ReadOnlySpan<double> times, int stateLength, ReadOnlySpan<T> inputs, ReadOnlySpan<double> timeInputs)
    {
        TimeCount = times.Length;
        StateLength = stateLength;
        if (_times.Length < times.Length)
        {
            Array.Resize(ref _times, times.Length);
        }

        if (_states.Length < times.Length * stateLength)
        {
            _states = new T[times.Length * stateLength];
        }

        _inputLength = inputs.Length;
        if (_inputs.Length < inputs.Length)
        {
            _inputs = new T[inputs.Length];
        }

        _timeInputLength = timeInputs.Length;
        if (_timeInputs.Length < timeInputs.Length)
        {
            _timeInputs = new double[timeInputs.Length];
        }

        times.CopyTo(_times);
        inputs.CopyTo(_inputs);
        timeInputs.CopyTo(_timeInputs);
    }
}
