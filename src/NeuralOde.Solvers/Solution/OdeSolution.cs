using System.Globalization;
using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The solution of an initial value problem.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class OdeSolution<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] _times;
    private readonly T[] _states;
    private readonly SolveRecording<T>? _recording;

    internal OdeSolution(
        SolveResult result,
        double[] times,
        T[] states,
        int stateLength,
        SolveRecording<T>? recording,
        IReadOnlyList<EventOccurrence<T>> events,
        IReadOnlyList<MethodSwitch> switches)
    {
        Result = result;
        StateLength = stateLength;
        _times = times;
        _states = states;
        _recording = recording;
        Events = events;
        Switches = switches;
    }

    /// <summary>How and where the solve ended.</summary>
    public SolveResult Result { get; }

    /// <summary>How the solve ended.</summary>
    public SolveStatus Status => Result.Status;

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics => Result.Statistics;

    /// <summary>The events that happened, in the order of their times, with the states before and after each.</summary>
    public IReadOnlyList<EventOccurrence<T>> Events { get; }

    /// <summary>Where a method of several parts, as <see cref="Auto"/>, changed; empty for others.</summary>
    public IReadOnlyList<MethodSwitch> Switches { get; }

    /// <summary>Number of components of the state.</summary>
    public int StateLength { get; }

    /// <summary>
    /// Times of <see cref="States"/>: the output times where such were given, else the steps (or, without dense output, the ends of the interval that
    /// was solved). Of the steps, one that ends at an event is followed by that time again, with the state after the event. Where a terminal event ended
    /// the solve, output times behind it are left out, and its time is the last.
    /// </summary>
    public ReadOnlySpan<double> Times => _times;

    /// <summary>States at <see cref="Times"/>, row-major <c>[Times.Length, StateLength]</c>. NaN at output times that a failed solve did not reach.</summary>
    public ReadOnlySpan<T> States => _states;

    /// <summary>State at the last of <see cref="Times"/>, <c>[StateLength]</c>.</summary>
    public ReadOnlySpan<T> FinalState => State(_times.Length - 1);

    /// <summary>State at one of <see cref="Times"/>.</summary>
    /// <param name="index">Index into <see cref="Times"/>.</param>
    /// <returns>The state, <c>[StateLength]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such time.</exception>
    public ReadOnlySpan<T> State(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _times.Length);
        return _states.AsSpan(index * StateLength, StateLength);
    }

    /// <inheritdoc cref="State(int)"/>
    public ReadOnlySpan<T> this[int index] => State(index);

    /// <summary>State at any time of the interval that was solved, by the method's dense output.</summary>
    /// <param name="t">Time.</param>
    /// <returns>The state, <c>[StateLength]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval that was solved.</exception>
    /// <exception cref="InvalidOperationException">The solve kept no steps.</exception>
    public T[] At(double t)
    {
        var state = new T[StateLength];
        At(t, state);
        return state;
    }

    /// <summary>Writes the state at any time of the interval that was solved, by the method's dense output. Allocates nothing.</summary>
    /// <param name="t">Time.</param>
    /// <param name="destination">Destination, <c>[StateLength]</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval that was solved.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The solve kept no steps.</exception>
    public void At(double t, Span<T> destination) => Recording(t).Interpolate(t, destination);

    /// <summary>Derivative by time of the method's dense output at any time of the interval that was solved.</summary>
    /// <param name="t">Time.</param>
    /// <returns>The derivative, <c>[StateLength]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval that was solved.</exception>
    /// <exception cref="InvalidOperationException">The solve kept no steps.</exception>
    public T[] DerivativeAt(double t)
    {
        var derivative = new T[StateLength];
        DerivativeAt(t, derivative);
        return derivative;
    }

    /// <summary>Writes the derivative by time of the method's dense output at any time of the interval that was solved. Allocates nothing.</summary>
    /// <param name="t">Time.</param>
    /// <param name="destination">Destination, <c>[StateLength]</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the interval that was solved.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The solve kept no steps.</exception>
    public void DerivativeAt(double t, Span<T> destination) => Recording(t).Derivative(t, destination);

    private SolveRecording<T> Recording(double t) => _recording ?? throw new InvalidOperationException(
        string.Create(CultureInfo.InvariantCulture, $"The state at t = {t:R} was not kept: set OdeOptions.DenseOutput = true, or add the time to the output times."));
}
