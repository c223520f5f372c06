namespace NeuralOde.Blocks;

/// <summary>What one solve of an <see cref="EventOdeBlock"/> gave. Gradients flow through all of its tensors.</summary>
public sealed class EventSolution
{
    internal EventSolution(Tensor states, IReadOnlyList<int> indices, Tensor times, Tensor before, Tensor after, SolveResult result)
    {
        States = states;
        EventIndices = indices;
        EventTimes = times;
        StatesBefore = before;
        StatesAfter = after;
        EndTime = result.Time;
        Forward = result.Statistics;
    }

    /// <summary>
    /// The states at all times, <c>[times, …shape of the initial state]</c>; not a number after a terminal event. At the time of a jump it is the state after it.
    /// </summary>
    public Tensor States { get; }

    /// <summary>Which of <see cref="EventOdeBlock.Events"/> happened, one after the other.</summary>
    public IReadOnlyList<int> EventIndices { get; }

    /// <summary>When, <c>[events]</c>.</summary>
    public Tensor EventTimes { get; }

    /// <summary>The states before them, <c>[events, …shape of the initial state]</c>.</summary>
    public Tensor StatesBefore { get; }

    /// <summary>The states after them, of the same shape.</summary>
    public Tensor StatesAfter { get; }

    /// <summary>Where the solve ended: at the last time, or at a terminal event.</summary>
    public double EndTime { get; }

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Forward { get; }
}
