namespace NeuralOde.Solvers;

/// <summary>The implicit Euler method.</summary>
/// <remarks>
/// Order 1 · error estimate: the difference to the trapezoidal rule, of order 2, filtered · 1 implicit stage · L-stable · dense output: cubic Hermite, order 1 ·
/// E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.3.
/// Good for rough answers to very stiff problems.
/// </remarks>
public sealed class ImplicitEuler() : DiagonallyImplicitRungeKutta("implicit-euler", s_coefficients, filtersError: true)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 1,
        a: [[], [0, 1]],
        b: [0, 1],
        c: [0, 1],
        denseOrder: 1,
        dense: DiagonallyImplicitTableaus.Hermite([0, 1]),
        embeddedOrder: 2,
        errorWeights: [-0.5, 0.5]);
}
