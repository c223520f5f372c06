namespace NeuralOde.Solvers;

/// <summary>The Gauss–Legendre method of order 6.</summary>
/// <remarks>
/// Order 6 · embedded order 3, filtered · 3 stages · A-stable, symmetric and symplectic · dense output: a quartic, order 4 ·
/// E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.5, table 5.2.
/// Good for Hamiltonian problems over long times with fixed steps: quadratic invariants are kept to rounding.
/// </remarks>
public sealed class GaussLegendre6() : Collocation("gauss6", Coefficients, ProblemParts.None)
{
    internal static readonly CollocationTableau Coefficients = new(6, [0.5 - (Math.Sqrt(15) / 10), 0.5, 0.5 + (Math.Sqrt(15) / 10)], readsStart: true);
}
