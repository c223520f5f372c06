namespace NeuralOde.Solvers;

/// <summary>Alexander's method of order 2.</summary>
/// <remarks>
/// Order 2 · error estimate: the difference to the weights of order 2 that integrate parabolas exactly, filtered · 2 implicit stages · L-stable · dense
/// output: cubic Hermite, order 2 · R. Alexander, "Diagonally implicit Runge–Kutta methods for stiff O.D.E.'s",
/// <i>SIAM Journal on Numerical Analysis</i> 14 (1977), with γ = 1 − √2/2.
/// </remarks>
public sealed class Sdirk2() : DiagonallyImplicitRungeKutta("sdirk2", s_coefficients, filtersError: true)
{
    private static readonly double s_g = 1 - (Math.Sqrt(2) / 2);

    // Weights on the nodes 0, γ, 1 of ∫1 = 1, ∫θ = 1/2, ∫θ² = 1/3.
    private static readonly double s_middle = 1 / (6 * s_g * (1 - s_g));
    private static readonly double s_end = 0.5 - (s_middle * s_g);

    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [0, s_g], [0, 1 - s_g, s_g]],
        b: [0, 1 - s_g, s_g],
        c: [0, s_g, 1],
        denseOrder: 2,
        dense: DiagonallyImplicitTableaus.Hermite([0, 1 - s_g, s_g]),
        embeddedOrder: 2,
        errorWeights: [s_middle + s_end - 1, 1 - s_g - s_middle, s_g - s_end],
        predictor: DiagonallyImplicitTableaus.LinearPredictor([0, s_g, 1]));
}
