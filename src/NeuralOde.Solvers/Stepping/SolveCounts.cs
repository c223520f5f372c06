namespace NeuralOde.Solvers;

/// <summary>What a stepper counts.</summary>
internal struct SolveCounts
{
    public long Evaluations;
    public long Jacobians;
    public long Factorizations;
    public long NewtonIterations;
}
