namespace NeuralOde.Solvers;

/// <summary>What a solve, or its transpose, cost.</summary>
/// <param name="Evaluations">Evaluations of the vector field.</param>
/// <param name="AcceptedSteps">Steps that were kept.</param>
/// <param name="RejectedSteps">Steps that were tried and discarded.</param>
/// <param name="VectorJacobianProducts">Evaluations of the vector-Jacobian product.</param>
public readonly record struct SolveStatistics(long Evaluations, long AcceptedSteps, long RejectedSteps, long VectorJacobianProducts)
{
    /// <summary>Evaluations of the Jacobian, by the user's or by finite differences (whose evaluations of the field count as such, too).</summary>
    public long Jacobians { get; init; }

    /// <summary>Factorizations of the linear equations of implicit steps.</summary>
    public long Factorizations { get; init; }

    /// <summary>Newton iterations of implicit steps.</summary>
    public long NewtonIterations { get; init; }
}
