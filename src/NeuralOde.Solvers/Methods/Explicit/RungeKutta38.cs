namespace NeuralOde.Solvers;

/// <summary>The Runge–Kutta method of order 4 that is built on Newton's 3/8 rule.</summary>
/// <remarks>
/// Order 4 · no error estimate: needs <see cref="FixedSteps"/> · 4 stages · dense output: cubic, order 3 ·
/// W. Kutta, <i>Zeitschrift für Mathematik und Physik</i> 46 (1901); Hairer, Nørsett, Wanner I, table II.1.2.
/// Slightly more precise than <see cref="RungeKutta4"/> at the same cost. Dense weights as there.
/// </remarks>
public sealed class RungeKutta38() : ExplicitRungeKutta("rk38", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 4,
        a: [[], [1.0 / 3], [-1.0 / 3, 1], [1, -1, 1]],
        b: [1.0 / 8, 3.0 / 8, 3.0 / 8, 1.0 / 8],
        c: [0, 1.0 / 3, 2.0 / 3, 1],
        denseOrder: 3,
        dense:
        [
            [1, -15.0 / 8, 1],
            [0, 15.0 / 8, -3.0 / 2],
            [0, 3.0 / 8, 0],
            [0, -3.0 / 8, 1.0 / 2],
        ]);
}
