using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>A function whose zeros are events.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time, always within the interval that is solved.</param>
/// <param name="z">State, then quadratures where there are any.</param>
/// <returns>A number that changes its sign where the event happens. Something that is not a number ends the solve.</returns>
public delegate double EventFunction<T>(double t, ReadOnlySpan<T> z);

/// <summary>Changes the state at an event.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time of the event.</param>
/// <param name="z">State before the event (then quadratures, where there are any), to be changed in place.</param>
public delegate void StateJump<T>(double t, Span<T> z);

/// <summary>
/// Something that happens during a solve: a function of the state crosses zero, or a given time is reached. It may end the solve, or make the state jump.
/// </summary>
/// <remarks>
/// A zero is located on the method's dense output to the resolution of time in double precision. Every step is also looked at between its ends, so that a
/// function that crosses zero twice within a step is noticed unless both crossings hide between the points of a parabola.
/// A function that is zero at the initial time, or that a jump carries across zero, has not crossed it: it is watched from there on.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class OdeEvent<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] _times = [];

    /// <summary>Makes an event that happens where a function crosses zero.</summary>
    /// <param name="function">The function.</param>
    public OdeEvent(EventFunction<T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Function = function;
    }

    /// <summary>Makes an event that happens at given times: doses, for example. Steps land on them.</summary>
    /// <param name="times">Finite times in any order, all different. Those outside the interval that is solved are left out; the initial time counts.</param>
    /// <exception cref="ArgumentException">A time is not finite, or occurs twice.</exception>
    public OdeEvent(params double[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        _times = [.. times.Order()];
        for (int i = 0; i < _times.Length; i++)
        {
            if (!double.IsFinite(_times[i]) || (i > 0 && _times[i] == _times[i - 1]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The times of an event must be finite and different from each other; {_times[i]:R} is not."), nameof(times));
            }
        }
    }

    /// <summary>The function whose zeros are meant, or <see langword="null"/> for an event at given times.</summary>
    public EventFunction<T>? Function { get; }

    /// <summary>The given times, rising; empty for an event of a function.</summary>
    public ReadOnlySpan<double> Times => _times;

    /// <summary>Name, for messages.</summary>
    /// <value>None by default.</value>
    public string Name { get; init; } = "";

    /// <summary>Which crossings count, as the solve goes: in a solve backward in time the function rises where it rises toward earlier times.</summary>
    /// <value><see cref="EventDirection.Either"/> by default.</value>
    public EventDirection Direction { get; init; }

    /// <summary>Whether the event ends the solve, with <see cref="SolveStatus.Terminated"/>.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool IsTerminal { get; init; }

    /// <summary>Changes the state at the event. The solve goes on from the changed state with a first step of its own.</summary>
    /// <value><see langword="null"/> (the default): the state stays.</value>
    public StateJump<T>? Jump { get; init; }

    /// <summary>Derivatives of <see cref="Function"/> by state and time, for gradients through the time of the event.</summary>
    /// <value><see langword="null"/> (the default): central differences, which evaluate the function at states and times close by, and are right to about 1e-10 in double.</value>
    public EventFunctionGradient<T>? FunctionGradient { get; init; }

    /// <summary>Derivative of <see cref="Function"/> by its own parameters (a threshold, for example).</summary>
    /// <value><see langword="null"/> (the default): its parameters get no gradient.</value>
    public EventParameterGradient<T>? FunctionParameterGradient { get; init; }

    /// <summary>The transposed derivative of <see cref="Jump"/> by state, time and its own parameters (a dose, for example).</summary>
    /// <value>
    /// <see langword="null"/> (the default): central differences by state and time, two jumps for each component, right to about 1e-10 in double. Parameters then get no gradient.
    /// </value>
    public StateJumpProduct<T>? JumpProduct { get; init; }

    /// <summary>Whether the step in which the event happens ends there.</summary>
    internal bool EndsStep => IsTerminal || Jump is not null;

    internal bool Counts(int sign) => Direction == EventDirection.Either || (Direction == EventDirection.Rising) == (sign < 0);
}
