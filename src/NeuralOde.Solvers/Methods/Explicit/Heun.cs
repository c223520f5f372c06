namespace NeuralOde.Solvers;

/// <summary>Heun's method (the explicit trapezoidal rule) with embedded Euler, <c>z⁺ = z + h/2 (f(t, z) + f(t + h, z + h f(t, z)))</c>.</summary>
/// <remarks>
/// Order 2 · embedded order 1 · 2 stages · dense output: quadratic, order 2 ·
/// K. Heun, <i>Zeitschrift für Mathematik und Physik</i> 45 (1900); Hairer, Nørsett, Wanner I, II.1.
/// </remarks>
public sealed class Heun() : ExplicitRungeKutta("heun", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [1]],
        b: [1.0 / 2, 1.0 / 2],
        c: [0, 1],
        denseOrder: 2,
        dense: [[1, -1.0 / 2], [0, 1.0 / 2]],
        embeddedOrder: 1,
        errorWeights: [-1.0 / 2, 1.0 / 2]);
}
