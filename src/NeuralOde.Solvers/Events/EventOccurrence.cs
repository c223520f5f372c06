using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>An event that happened.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class EventOccurrence<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _before;
    private readonly T[] _after;

    internal EventOccurrence(int index, double time, T[] before, T[] after)
    {
        Index = index;
        Time = time;
        _before = before;
        _after = after;
    }

    /// <summary>Which of <see cref="OdeProblem{T}.Events"/> happened.</summary>
    public int Index { get; }

    /// <summary>When: the first time, as double precision resolves it, at which the function has crossed zero.</summary>
    public double Time { get; }

    /// <summary>State (and quadratures) before the event.</summary>
    public ReadOnlySpan<T> StateBefore => _before;

    /// <summary>State (and quadratures) after it: the same where the event makes no jump.</summary>
    public ReadOnlySpan<T> StateAfter => _after;
}
