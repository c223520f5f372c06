namespace NeuralOde.Solvers;

/// <summary>The implicit trapezoidal rule.</summary>
/// <remarks>
/// Order 2 · embedded order 1, the implicit Euler method · 2 stages, the last shared with the next step · A-stable, not L-stable · dense output: cubic
/// Hermite, order 2 · E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.3.
/// Damps nothing: good for oscillations, and for moderately stiff problems.
/// </remarks>
public sealed class Trapezoid() : DiagonallyImplicitRungeKutta("trapezoid", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [0.5, 0.5]],
        b: [0.5, 0.5],
        c: [0, 1],
        denseOrder: 2,
        dense: DiagonallyImplicitTableaus.Hermite([0.5, 0.5]),
        embeddedOrder: 1,
        errorWeights: [0.5, -0.5]);
}
