using System.Numerics;
using NeuralOde.Solvers;

namespace NeuralOde.Sensitivities;

/// <summary>What one forward solve leaves for its gradient. It is reused, and grows to what the longest solve needs.</summary>
internal sealed class SolveMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private double[] _times = [];
    private T[] _states = [];

    /// <summary>The number of output times, the first included.</summary>
    public int TimeCount { get; private set; }

    /// <summary>The number of components of the state.</summary>
    public int StateLength { get; private set; }

    public ReadOnlySpan<double> Times => _times.AsSpan(0, TimeCount);

    /// <summary>The states at the times, <c>[times, state]</c>.</summary>
    public Span<T> States => _states.AsSpan(0, TimeCount * StateLength);

    /// <summary>The solver's steps, where the gradient method reverses them.</summary>
    public SolveRecording<T> Recording { get; } = new();

    public ReadOnlySpan<T> State(int time) => _states.AsSpan(time * StateLength, StateLength);

    public void Prepare(ReadOnlySpan<double> times, int stateLength)
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

        times.CopyTo(_times);
    }
}
