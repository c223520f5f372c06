namespace NeuralOde.Solvers;

/// <summary>The classic Runge–Kutta method of order 4.</summary>
/// <remarks>
/// Order 4 · no error estimate: needs <see cref="FixedSteps"/> · 4 stages · dense output: cubic, order 3 ·
/// W. Kutta, <i>Zeitschrift für Mathematik und Physik</i> 46 (1901); Hairer, Nørsett, Wanner I, table II.1.2.
/// The dense weights are the solution of the four order conditions of order 3 with θ in place of 1 (Hairer, Nørsett, Wanner I, II.6); four stages allow no more.
/// </remarks>
public sealed class RungeKutta4() : ExplicitRungeKutta("rk4", Coefficients)
{
    internal static readonly ButcherTableau Coefficients = new(
        order: 4,
        a: [[], [1.0 / 2], [0, 1.0 / 2], [0, 0, 1]],
        b: [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6],
        c: [0, 1.0 / 2, 1.0 / 2, 1],
        denseOrder: 3,
        dense:
        [
            [1, -3.0 / 2, 2.0 / 3],
            [0, 1, -2.0 / 3],
            [0, 1, -2.0 / 3],
            [0, -1.0 / 2, 2.0 / 3],
        ]);
}
