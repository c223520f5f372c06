namespace NeuralOde.Solvers;

/// <summary>Kværnø's method of order 5.</summary>
/// <remarks>
/// Order 5 · embedded order 4 · 7 stages, the last shared with the next step · L-stable, both formulas · dense output: a quartic, order 4 ·
/// A. Kværnø, "Singly diagonally implicit Runge–Kutta methods with an explicit first stage", <i>BIT Numerical Mathematics</i> 44 (2004), 5/4 with γ = 0.26;
/// coefficients as in ARKODE and Diffrax.
/// The third stage lies beyond the step's end, at 1.23 of its length. Fields are not evaluated there: a polynomial through five times within the step stands
/// in, which makes that stage five times as dear.
/// </remarks>
public sealed class Kvaerno5() : DiagonallyImplicitRungeKutta("kvaerno5", s_coefficients)
{
    private const double G = 0.26;
    private static readonly double[] s_nodes =
        [0, 0.52, 1.230333209967908096317136048791526815405, 0.8957659843500759029060455717495554776153, 0.4363936098586475852779768695817865330279, 1, 1];

    private static readonly double[] s_sixth =
    [
        0.1385564023126822495054973091161581456582, 0, -0.04245337201752043098884399725982168512523, 0.02446657898003141965963581513879101305561,
        0.6194303907248067618237108730048725264114, G,
    ];

    private static readonly double[] s_last =
    [
        0.1365975117764029144062783844146127033921, 0, -0.05496908796538376712487773114648630009105, -0.04118626728321046868299776958296295741592,
        0.6299330489901640319161060392667246534806, 0.06962479448202728948549107704811190063421, G,
    ];

    private static readonly double[][] s_implicit =
    [
        [],
        [G, G],
        [0.13, 0.8403332099679080963171360487915268154051, G],
        [0.2237196147832050559163143898290529441991, 0.4767553231979969983278927937270874162429, -0.06470895363112615133816161180658488282681, G],
        [
            0.1664856432324832152535151725360430044452, 0.1045001884159172041151167240328967362455, 0.03631482272098715161651993758285203251909,
            -0.1309070445107399857071749645700052401819, G,
        ],
        s_sixth,
        s_last,
    ];

    private static readonly ButcherTableau s_coefficients = new(
        order: 5,
        a: s_implicit,
        b: s_last,
        c: s_nodes,
        denseOrder: 4,
        dense: DiagonallyImplicitTableaus.Quartic(s_implicit, s_last, s_nodes),
        embeddedOrder: 4,
        errorWeights: [.. s_last.Select((weight, i) => weight - (i < 6 ? s_sixth[i] : 0))],
        predictor: DiagonallyImplicitTableaus.LinearPredictor(s_nodes));
}
