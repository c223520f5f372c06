namespace NeuralOde.Solvers;

/// <summary>Heun's method of order 3.</summary>
/// <remarks>
/// Order 3 · no error estimate: needs <see cref="FixedSteps"/>, or <see cref="StepDoubling"/> around it · 3 stages · stable on the negative real axis to −2.5 ·
/// dense output: quadratic, order 2 · K. Heun, <i>Zeitschrift für Mathematik und Physik</i> 45 (1900); Hairer, Nørsett, Wanner I, table II.1.1.
/// </remarks>
public sealed class Heun3() : ExplicitRungeKutta("heun3", s_coefficients)
{
    private static readonly ButcherTableau s_coefficients = new(
        order: 3,
        a: [[], [1.0 / 3], [0, 2.0 / 3]],
        b: [1.0 / 4, 0, 3.0 / 4],
        c: [0, 1.0 / 3, 2.0 / 3],
        denseOrder: 2,
        dense: [[1, -3.0 / 4], [], [0, 3.0 / 4]]);
}
