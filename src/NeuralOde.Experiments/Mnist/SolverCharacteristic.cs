namespace NeuralOde.Experiments.Mnist;

/// <summary>What a tolerance costs in a classifier's equation, and what it gives (Chen et al. 2018, figure 3).</summary>
/// <param name="Tolerance">Relative and absolute tolerance.</param>
/// <param name="Error">Root mean square of the state's error at the end, divided by that of the state; NaN where the solve failed.</param>
/// <param name="Evaluations">Evaluations of the field forward.</param>
/// <param name="Time">The time of the solve.</param>
/// <param name="BackwardEvaluations">
/// Evaluations of the adjoint's right-hand side, each one of the field and one vector-Jacobian product; 0 where the backward solve failed.
/// </param>
/// <param name="BackwardTime">The time of the backward pass, the layers after the equation included.</param>
/// <param name="Failure">Why a solve failed; null where none did.</param>
public sealed record SolverCharacteristic(double Tolerance, double Error, long Evaluations, TimeSpan Time, long BackwardEvaluations, TimeSpan BackwardTime, string? Failure);
