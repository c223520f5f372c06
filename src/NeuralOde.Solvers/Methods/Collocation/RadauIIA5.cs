namespace NeuralOde.Solvers;

/// <summary>The Radau IIA method of order 5.</summary>
/// <remarks>
/// Order 5 · embedded order 3, filtered · 3 stages · L-stable and stiffly accurate · dense output: the collocation polynomial, order 3 ·
/// E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.5, table 5.6, and IV.8; "Stiff differential equations solved by Radau methods",
/// <i>Journal of Computational and Applied Mathematics</i> 111 (1999).
/// Good for stiff problems at tight tolerances, and for index-1 problems with a singular mass matrix.
/// </remarks>
public sealed class RadauIIA5() : Collocation("radau5", Coefficients, ProblemParts.MassMatrix)
{
    internal static readonly CollocationTableau Coefficients = new(5, [(4 - Math.Sqrt(6)) / 10, (4 + Math.Sqrt(6)) / 10, 1], readsStart: false);
}
