namespace NeuralOde.Solvers;

/// <summary>Euler's method, <c>z⁺ = z + h f(t, z)</c>.</summary>
/// <remarks>
/// Order 1 · no error estimate: needs <see cref="FixedSteps"/> · 1 stage · dense output: linear, order 1 ·
/// L. Euler, <i>Institutionum calculi integralis</i> (1768).
/// One step is one residual layer, so it compares an ODE model with a residual network; for accuracy take any other method.
/// </remarks>
public sealed class Euler() : ExplicitRungeKutta("euler", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 1,
        a: [[]],
        b: [1],
        c: [0],
        denseOrder: 1,
        dense: [[1]]);
}
