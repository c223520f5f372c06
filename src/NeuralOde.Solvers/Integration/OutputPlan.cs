using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The output times of a solve, and where the states at them go.</summary>
internal ref struct OutputPlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<double> _times;
    private readonly Span<T> _states;
    private readonly SolveRecording<T>? _recording;
    private readonly OdeOutput<T>? _output;
    private readonly int _length;
    private readonly double _direction;
    private int _next;

    /// <param name="times">Output times.</param>
    /// <param name="states">Destination of the states at them; one row that is used again and again where <paramref name="output"/> takes them.</param>
    /// <param name="length">Length of a row.</param>
    /// <param name="recording">Is told which step each output lies in.</param>
    /// <param name="output">Takes the states, if there is one.</param>
    public OutputPlan(ReadOnlySpan<double> times, Span<T> states, int length, SolveRecording<T>? recording, OdeOutput<T>? output)
    {
        _times = times;
        _states = states;
        _length = length;
        _recording = recording;
        _output = output;
        _direction = times[^1] > times[0] ? 1 : -1;
        _next = 1;
    }

    /// <summary>The next output time.</summary>
    public readonly double Next => _times[_next];

    public readonly double End => _times[^1];

    /// <summary>Whether a state within a step that ends at a time is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool LiesBefore(double end) => _next < _times.Length - 1 && (_times[_next] - end) * _direction < 0;

    /// <summary>Whether the state at a time is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsAt(double t) => _next < _times.Length && _times[_next] == t;

    /// <summary>Where the state at the next output time goes, of a solve without recording and output; then it is the turn of the one behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Take() => _states.Slice(_next++ * _length, _length);

    /// <summary>Whether states are kept at the output times only.</summary>
    public readonly bool IsPlain => _recording is null && _output is null;

    /// <summary>Interpolates a state within a step that is about to be recorded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteWithin(Stepper<T> stepper, double t, double h)
    {
        double theta = (_times[_next] - t) / h;
        Span<T> state = _states.Slice(_output is null ? _next * _length : 0, _length);
        stepper.Interpolate(theta, h, state);
        _output?.OnTime(_times[_next], state);
        _recording?.SetOutput(_next, _recording.StepCount, theta);
        _next++;
    }

    /// <summary>Copies the state at the end of the step that was recorded last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteEnd(ReadOnlySpan<T> state)
    {
        if (_output is null)
        {
            state.CopyTo(_states[(_next * _length)..]);
        }
        else
        {
            _output.OnTime(_times[_next], state);
        }

        _recording?.SetOutput(_next, _recording.StepCount - 1, 1);
        _next++;
    }

    /// <summary>Fills what was not reached with NaN.</summary>
    public readonly void FillRest()
    {
        if (_output is null)
        {
            _states[(_next * _length)..].Fill(T.NaN);
        }
    }

    /// <summary>Tells of a step that was kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void OnStep(Stepper<T> stepper, double t) => _output?.OnStep(t, stepper.State);
}
