using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// What a loss depends on at the events of a solve, and what it depends on their given times by: direct gradients that go into <see cref="Integrator{T}.Transpose"/>, and gradients
/// that come of it.
/// </summary>
/// <remarks>Events are counted as <see cref="Integrator{T}.Occurrences"/> of the solve are. Not thread-safe.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class EventGradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _stateLength;
    private readonly double[] _times;
    private readonly double[] _givenTimes;
    private readonly T[] _before;
    private readonly T[] _after;

    /// <summary>Makes gradients of zero.</summary>
    /// <param name="occurrenceCount">Number of events that happened.</param>
    /// <param name="stateLength">Number of components of the state.</param>
    public EventGradients(int occurrenceCount, int stateLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(occurrenceCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        Count = occurrenceCount;
        _stateLength = stateLength;
        _times = new double[occurrenceCount];
        _givenTimes = new double[occurrenceCount];
        _before = new T[checked(occurrenceCount * stateLength)];
        _after = new T[_before.Length];
    }

    /// <summary>Number of events that happened.</summary>
    public int Count { get; }

    /// <summary>Direct gradients ∂L/∂t of the events' times, <c>[Count]</c>; to be set.</summary>
    public Span<double> Times => _times;

    /// <summary>
    /// The gradients dL/dt by the times that were given to events, <c>[Count]</c>, with the direct ones; 0 for events of functions. Written by
    /// <see cref="Integrator{T}.Transpose"/>.
    /// </summary>
    public ReadOnlySpan<double> GivenTimes => _givenTimes;

    internal Span<double> GivenTimesDestination => _givenTimes;

    internal int StateLength => _stateLength;

    /// <summary>Direct gradient of the state before an event, <c>[stateLength]</c>; to be set.</summary>
    /// <param name="occurrence">Which event, as <see cref="Integrator{T}.Occurrences"/> counts.</param>
    /// <returns>The gradient.</returns>
    public Span<T> StateBefore(int occurrence) => _before.AsSpan(occurrence * _stateLength, _stateLength);

    /// <summary>Direct gradient of the state after an event, <c>[stateLength]</c>; to be set. After a terminal event it is that of the final state.</summary>
    /// <param name="occurrence">Which event, as <see cref="Integrator{T}.Occurrences"/> counts.</param>
    /// <returns>The gradient.</returns>
    public Span<T> StateAfter(int occurrence) => _after.AsSpan(occurrence * _stateLength, _stateLength);
}
