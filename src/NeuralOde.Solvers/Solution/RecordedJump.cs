using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>What happened at one time of a recorded solve, so that the state jumped or the solve ended.</summary>
/// <param name="step">The step without length that marks it.</param>
/// <param name="occurrences">The events that happened, in their order.</param>
internal sealed class RecordedJump<T>(int step, EventOccurrence<T>[] occurrences)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Step { get; } = step;

    public EventOccurrence<T>[] Occurrences { get; } = occurrences;

    /// <summary>State before the first of the events.</summary>
    public ReadOnlySpan<T> Before => Occurrences[0].StateBefore;

    /// <summary>State after the last of them.</summary>
    public ReadOnlySpan<T> After => Occurrences[^1].StateAfter;
}
