namespace NeuralOde.Solvers;

/// <summary>TR-BDF2: the trapezoidal rule, then the second-order backward differentiation formula.</summary>
/// <remarks>
/// Order 2 · error estimate: the difference to an embedded method of order 3, filtered · 3 stages, the last shared with the next step · L-stable ·
/// dense output: cubic Hermite, order 2 · R. E. Bank et al., <i>IEEE Transactions on Electron Devices</i> 32 (1985); coefficients and embedded method:
/// M. E. Hosea, L. F. Shampine, "Analysis and implementation of TR-BDF2", <i>Applied Numerical Mathematics</i> 20 (1996).
/// Good for loose tolerances (relative 1e-3 and looser).
/// </remarks>
public sealed class TrBdf2() : DiagonallyImplicitRungeKutta("tr-bdf2", s_coefficients, filtersError: true)
{
    // d = 1 − √2/2 and w = √2/4.
    private static readonly double s_d = 1 - (Math.Sqrt(2) / 2);
    private static readonly double s_w = Math.Sqrt(2) / 4;

    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [s_d, s_d], [s_w, s_w, s_d]],
        b: [s_w, s_w, s_d],
        c: [0, 2 * s_d, 1],
        denseOrder: 2,
        dense: DiagonallyImplicitTableaus.Hermite([s_w, s_w, s_d]),
        embeddedOrder: 3,
        errorWeights: [s_w - ((1 - s_w) / 3), s_w - (((3 * s_w) + 1) / 3), s_d - (s_d / 3)],
        predictor: DiagonallyImplicitTableaus.LinearPredictor([0, 2 * s_d, 1]));
}
