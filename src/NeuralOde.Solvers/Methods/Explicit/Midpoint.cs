namespace NeuralOde.Solvers;

/// <summary>The explicit midpoint method, <c>z⁺ = z + h f(t + h/2, z + h/2 f(t, z))</c>.</summary>
/// <remarks>
/// Order 2 · no error estimate: needs <see cref="FixedSteps"/> · 2 stages · dense output: quadratic, order 2 ·
/// C. Runge, <i>Mathematische Annalen</i> 46 (1895); Hairer, Nørsett, Wanner I, II.1.
/// Not to be confused with <see cref="Heun"/>, which averages the slopes at both ends.
/// </remarks>
public sealed class Midpoint() : ExplicitRungeKutta("midpoint", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 2,
        a: [[], [1.0 / 2]],
        b: [0, 1],
        c: [0, 1.0 / 2],
        denseOrder: 2,
        dense: [[1, -1], [0, 1]]);
}
