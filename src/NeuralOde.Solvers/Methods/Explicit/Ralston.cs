namespace NeuralOde.Solvers;

/// <summary>Ralston's method with embedded Euler: of all methods of order 2 in two stages the one with the least bound on its local error.</summary>
/// <remarks>
/// Order 2 · embedded order 1 · 2 stages · stable on the negative real axis to −2 · dense output: quadratic, order 2 ·
/// A. Ralston, "Runge–Kutta methods with minimum error bounds", <i>Mathematics of Computation</i> 16 (1962); coefficients compared with those of GridDyn.
/// </remarks>
public sealed class Ralston() : ExplicitRungeKutta("ralston", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [2.0 / 3]],
        b: [1.0 / 4, 3.0 / 4],
        c: [0, 2.0 / 3],
        denseOrder: 2,
        dense: [[1, -3.0 / 4], [0, 3.0 / 4]],
        embeddedOrder: 1,
        errorWeights: [-3.0 / 4, 3.0 / 4]);
}
