namespace NeuralOde.Solvers;

/// <summary>Alexander's method of order 2.</summary>
/// <remarks>
/// Order 2 · error estimate: the difference to the weights of order 2 that integrate parabolas exactly, filtered · 2 implicit stages · L-stable · dense
/// output: cubic Hermite, order 2 · R. Alexander, "Diagonally implicit Runge–Kutta methods for stiff O.D.E.'s",
/// <i>SIAM Journal on Numerical Analysis</i> 14 (1977), with γ = 1 − √2/2.
/// </remarks>
public sealed class Sdirk2() : DiagonallyImplicitRungeKutta("sdirk2", Coefficients, filtersError: true)
{
    private static readonly double G = 1 - (Math.Sqrt(2) / 2);

    // Weights on the nodes 0, γ, 1 of ∫1 = 1, ∫θ = 1/2, ∫θ² = 1/3.
    private static readonly double Middle = 1 / (6 * G * (1 - G));
    private static readonly double End = 0.5 - (Middle * G);

    private static readonly ButcherTableau Coefficients = new(
        order: 2,
        a: [[], [0, G], [0, 1 - G, G]],
        b: [0, 1 - G, G],
        c: [0, G, 1],
        denseOrder: 2,
        dense: DiagonallyImplicitTableaus.Hermite([0, 1 - G, G]),
        embeddedOrder: 2,
        errorWeights: [Middle + End - 1, 1 - G - Middle, G - End],
        predictor: DiagonallyImplicitTableaus.LinearPredictor([0, G, 1]));
}
