namespace NeuralOde.Solvers;

/// <summary>How a Newton iteration ended.</summary>
/// <param name="Outcome">Whether the equations are solved.</param>
/// <param name="Iterations">Number of iterations.</param>
/// <param name="Rate">Ratio of the last two corrections, 0 where there was one only: near 1 is slow.</param>
internal readonly record struct NewtonResult(StepOutcome Outcome, int Iterations, double Rate)
{
    public bool IsConverged => Outcome == StepOutcome.Complete;
}
