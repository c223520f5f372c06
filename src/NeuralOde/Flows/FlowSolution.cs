using NeuralOde.Blocks;

namespace NeuralOde.Flows;

/// <summary>Where a flow carried points, and what it did to volumes on the way.</summary>
public sealed class FlowSolution
{
    private readonly OdeBlockSolution _solution;

    internal FlowSolution(OdeBlockSolution solution, Tensor points, Tensor logDeterminant)
    {
        _solution = solution;
        (Points, LogDeterminant) = (points, logDeterminant);
    }

    /// <summary>The points at the end of the way, <c>[batch, dimension]</c>.</summary>
    public Tensor Points { get; }

    /// <summary><c>log |det ∂end/∂start|</c> of each point, in nats, <c>[batch]</c>: by how much the log-density is lower at the end.</summary>
    public Tensor LogDeterminant { get; }

    /// <summary><c>∫‖f‖² dt</c>, a mean over the batch; null where it was not asked for.</summary>
    public Tensor? KineticEnergy { get; internal init; }

    /// <summary><c>∫‖∂f/∂z‖² dt</c>, a mean over the batch; null where it was not asked for.</summary>
    public Tensor? JacobianNorm { get; internal init; }

    /// <summary><c>∫‖d²z/dt²‖² dt</c>, a mean over the batch; null where it was not asked for.</summary>
    public Tensor? Acceleration { get; internal init; }

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Forward => _solution.Forward;

    /// <summary>What the gradient through the solve cost; null until it has been taken.</summary>
    public SolveStatistics? Backward => _solution.Backward;
}
