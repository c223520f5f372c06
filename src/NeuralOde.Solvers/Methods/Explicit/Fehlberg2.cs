namespace NeuralOde.Solvers;

/// <summary>The 2(1) pair of Fehlberg, which goes on with the method of order 2.</summary>
/// <remarks>
/// Order 2 · embedded order 1 · 3 stages · stable on the negative real axis to −2 · dense output: quadratic, order 2 ·
/// its estimate is a 256th of the difference to Euler's method, so errors are some hundred times the tolerance: prefer <see cref="Heun"/> or <see cref="Bosh3"/> ·
/// E. Fehlberg, "Low-order classical Runge–Kutta formulas with stepsize control", NASA TR R-315 (1969), RK1(2); coefficients compared with torchdiffeq's fehlberg2.
/// </remarks>
public sealed class Fehlberg2() : ExplicitRungeKutta("fehlberg2", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [1.0 / 2], [1.0 / 256, 255.0 / 256]],
        b: [1.0 / 512, 255.0 / 256, 1.0 / 512],
        c: [0, 1.0 / 2, 1],
        denseOrder: 2,
        dense: [[1, -511.0 / 512], [0, 255.0 / 256], [0, 1.0 / 512]],
        embeddedOrder: 1,
        errorWeights: [-1.0 / 512, 0, 1.0 / 512]);
}
