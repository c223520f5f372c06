namespace NeuralOde.Solvers;

/// <summary>Kennedy's and Carpenter's implicit-explicit method of order 4, ARK4(3)6L[2]SA.</summary>
/// <remarks>
/// Order 4 · embedded order 3 · 6 stages, shared with the next step where the field is not split · implicit part L-stable · dense output: a quartic,
/// order 4; of a split field the paper's cubic, order 3 ·
/// C. A. Kennedy, M. H. Carpenter, "Additive Runge–Kutta schemes for convection-diffusion-reaction equations", <i>Applied Numerical Mathematics</i> 44 (2003);
/// coefficients as in ARKODE and Diffrax.
/// With <see cref="OdeProblem{T}.StiffField"/> that part is treated implicitly and the field explicitly; otherwise the whole field implicitly.
/// </remarks>
public sealed class KenCarp4() : DiagonallyImplicitRungeKutta("kencarp4", s_coefficients, explicitRows: s_explicit, splitDense: s_splitDense)
{
    private const double G = 1.0 / 4;
    private static readonly double[] s_nodes = [0, 1.0 / 2, 83.0 / 250, 31.0 / 50, 17.0 / 20, 1];
    private static readonly double[] s_b = [82889.0 / 524892, 0, 15625.0 / 83664, 69875.0 / 102672, -2260.0 / 8211, G];

    private static readonly double[][] s_explicit =
    [
        [],
        [1.0 / 2],
        [13861.0 / 62500, 6889.0 / 62500],
        [-116923316275.0 / 2393684061468, -2731218467317.0 / 15368042101831, 9408046702089.0 / 11113171139209],
        [-451086348788.0 / 2902428689909, -2682348792572.0 / 7519795681897, 12662868775082.0 / 11960479115383, 3355817975965.0 / 11060851509271],
        [647845179188.0 / 3216320057751, 73281519250.0 / 8382639484533, 552539513391.0 / 3454668386233, 3354512671639.0 / 8306763924573, 4040.0 / 17871],
    ];

    private static readonly double[][] s_implicit =
    [
        [],
        [G, G],
        [8611.0 / 62500, -1743.0 / 31250, G],
        [5012029.0 / 34652500, -654441.0 / 2922500, 174375.0 / 388108, G],
        [15267082809.0 / 155376265600, -71443401.0 / 120774400, 730878875.0 / 902184768, 2285395.0 / 8070912, G],
        s_b,
    ];

    private static readonly double[][] s_splitDense =
    [
        [6943876665148.0 / 7220017795957, -54480133.0 / 30881146, 6818779379841.0 / 7100303317025],
        [0],
        [7640104374378.0 / 9702883013639, -11436875.0 / 14766696, 2173542590792.0 / 12501825683035],
        [-20649996744609.0 / 7521556579894, 174696575.0 / 18121608, -31592104683404.0 / 5083833661969],
        [8854892464581.0 / 2390941311638, -12120380.0 / 966161, 61146701046299.0 / 7138195549469],
        [-11397109935349.0 / 6675773540249, 3843.0 / 706, -17219254887155.0 / 4939391667607],
    ];

    private static readonly ButcherTableau s_coefficients = new(
        order: 4,
        a: s_implicit,
        b: s_b,
        c: s_nodes,
        denseOrder: 4,
        dense: DiagonallyImplicitTableaus.Quartic(s_implicit, s_b, s_nodes),
        embeddedOrder: 3,
        errorWeights:
        [
            s_b[0] - (4586570599.0 / 29645900160),
            0,
            s_b[2] - (178811875.0 / 945068544),
            s_b[3] - (814220225.0 / 1159782912),
            s_b[4] + (3700637.0 / 11593932),
            s_b[5] - (61727.0 / 225920),
        ],
        predictor: DiagonallyImplicitTableaus.LinearPredictor(s_nodes));
}
