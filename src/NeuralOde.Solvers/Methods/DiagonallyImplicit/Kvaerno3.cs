namespace NeuralOde.Solvers;

/// <summary>Kværnø's method of order 3.</summary>
/// <remarks>
/// Order 3 · embedded order 2 · 4 stages, the last shared with the next step · L-stable, both formulas · dense output: cubic Hermite, order 3 ·
/// A. Kværnø, "Singly diagonally implicit Runge–Kutta methods with an explicit first stage", <i>BIT Numerical Mathematics</i> 44 (2004), 3/2 with the
/// root γ of γ³ − 3γ² + 3γ/2 − 1/6; coefficients as in Diffrax and ARKODE.
/// </remarks>
public sealed class Kvaerno3() : DiagonallyImplicitRungeKutta("kvaerno3", s_coefficients)
{
    private const double G = 0.43586652150845899942;
    private const double A31 = ((-4 * G * G) + (6 * G) - 1) / (4 * G);
    private const double A32 = (1 - (2 * G)) / (4 * G);
    private const double A41 = ((6 * G) - 1) / (12 * G);
    private const double A42 = -1 / (((24 * G) - 12) * G);
    private const double A43 = ((-6 * G * G) + (6 * G) - 1) / ((6 * G) - 3);

    private static readonly ButcherTableau s_coefficients = new(
        order: 3,
        a: [[], [G, G], [A31, A32, G], [A41, A42, A43, G]],
        b: [A41, A42, A43, G],
        c: [0, 2 * G, 1, 1],
        denseOrder: 3,
        dense: DiagonallyImplicitTableaus.Hermite([A41, A42, A43, G]),
        embeddedOrder: 2,
        errorWeights: [A41 - A31, A42 - A32, A43 - G, G],
        predictor: DiagonallyImplicitTableaus.LinearPredictor([0, 2 * G, 1, 1]));
}
