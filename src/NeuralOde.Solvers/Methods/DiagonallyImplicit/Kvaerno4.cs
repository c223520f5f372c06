namespace NeuralOde.Solvers;

/// <summary>Kværnø's method of order 4.</summary>
/// <remarks>
/// Order 4 · embedded order 3 · 5 stages, the last shared with the next step · A-stable, and the embedded method L-stable · dense output: cubic Hermite,
/// order 3 · A. Kværnø, "Singly diagonally implicit Runge–Kutta methods with an explicit first stage", <i>BIT Numerical Mathematics</i> 44 (2004), 4/3 with
/// γ = 0.4358665…; coefficients as in ARKODE and OrdinaryDiffEq.jl. Diffrax takes γ = 0.5728…, which is L-stable and has a stage beyond the step's end.
/// </remarks>
public sealed class Kvaerno4() : DiagonallyImplicitRungeKutta("kvaerno4", s_coefficients)
{
    private const double G = 0.4358665215084589994160194511935568;
    private const double A31 = 0.1407377747247061961864132309262694299296;
    private const double A32 = -0.1083655513813207999782253192353360264820;
    private const double A41 = 0.1023994006199109976822794150595997362069;
    private const double A42 = -0.3768784522555561060886970749014278247138;
    private const double A43 = 0.8386125301271861089903982086482712459776;
    private const double A51 = 0.1570248978603249371007885739812418750001;
    private const double A52 = 0.1173304413704388486968184370770592278731;
    private const double A53 = 0.6166780303921214643483881261433096864945;
    private const double A54 = -0.3268998911313442495620145883951676318970;
    private static readonly double[] s_nodes = [0, 2 * G, 0.4682387448518443956242073628844902459769, 1, 1];

    private static readonly double[][] s_implicit = [[], [G, G], [A31, A32, G], [A41, A42, A43, G], [A51, A52, A53, A54, G]];

    private static readonly ButcherTableau s_coefficients = new(
        order: 4,
        a: s_implicit,
        b: [A51, A52, A53, A54, G],
        c: s_nodes,
        denseOrder: 3,
        dense: DiagonallyImplicitTableaus.Hermite([A51, A52, A53, A54, G]),
        embeddedOrder: 3,
        errorWeights: [A51 - A41, A52 - A42, A53 - A43, A54 - G, G],
        predictor: DiagonallyImplicitTableaus.LinearPredictor(s_nodes));
}
