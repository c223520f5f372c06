namespace NeuralOde.Blocks;

/// <summary>What one solve of an <see cref="OdeBlock"/> gave, and what it cost.</summary>
public sealed class OdeBlockSolution
{
    internal OdeBlockSolution(Tensor states, SolveStatistics forward)
    {
        States = states;
        Forward = forward;
    }

    /// <summary>The states at all times, the first included: <c>[times, …shape of the initial state]</c>.</summary>
    public Tensor States { get; internal set; }

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Forward { get; }

    /// <summary>What the gradient through the solve cost; null until it has been taken.</summary>
    public SolveStatistics? Backward { get; internal set; }
}
