using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>What happened at one time of a recorded solve.</summary>
/// <param name="step">The step without length that marks it, behind the step in which it happened.</param>
/// <param name="occurrences">The events that happened, in their order.</param>
/// <param name="firstOccurrence">Place of the first of them among all of the solve.</param>
internal sealed class RecordedJump<T>(int step, EventOccurrence<T>[] occurrences, int firstOccurrence)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Step { get; } = step;

    public EventOccurrence<T>[] Occurrences { get; } = occurrences;

    public int FirstOccurrence { get; } = firstOccurrence;

    /// <summary>Time at the end of the whole step, of which the event cuts a part off.</summary>
    public double StepEnd { get; init; }

    /// <summary>Where in the step the event is, from 0 to 1.</summary>
    public double Theta { get; init; }

    public double Time => Occurrences[0].Time;

    /// <summary>State before the first of the events.</summary>
    public ReadOnlySpan<T> Before => Occurrences[0].StateBefore;

    /// <summary>State after the last of them.</summary>
    public ReadOnlySpan<T> After => Occurrences[^1].StateAfter;
}
