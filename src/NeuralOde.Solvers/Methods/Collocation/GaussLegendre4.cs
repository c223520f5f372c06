namespace NeuralOde.Solvers;

/// <summary>The Gauss–Legendre method of order 4.</summary>
/// <remarks>
/// Order 4 · embedded order 2, filtered · 2 stages · A-stable, symmetric and symplectic · dense output: a cubic, order 3 ·
/// E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.5, table 5.1.
/// Good for Hamiltonian problems over long times with fixed steps: quadratic invariants are kept to rounding.
/// </remarks>
public sealed class GaussLegendre4() : Collocation("gauss4", Coefficients, ProblemParts.None)
{
    internal static readonly CollocationTableau Coefficients = new(4, [0.5 - (Math.Sqrt(3) / 6), 0.5 + (Math.Sqrt(3) / 6)], readsStart: true);
}
