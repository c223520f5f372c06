namespace NeuralOde.Solvers;

/// <summary>What a solve, or its transpose, cost.</summary>
/// <param name="Evaluations">Evaluations of the vector field.</param>
/// <param name="AcceptedSteps">Steps that were kept.</param>
/// <param name="RejectedSteps">Steps that were tried and discarded.</param>
/// <param name="VectorJacobianProducts">Evaluations of the vector-Jacobian product.</param>
public readonly record struct SolveStatistics(long Evaluations, long AcceptedSteps, long RejectedSteps, long VectorJacobianProducts);
