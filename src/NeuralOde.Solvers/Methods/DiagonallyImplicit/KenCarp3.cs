namespace NeuralOde.Solvers;

/// <summary>Kennedy's and Carpenter's implicit-explicit method of order 3, ARK3(2)4L[2]SA.</summary>
/// <remarks>
/// Order 3 · embedded order 2 · 4 stages, shared with the next step where the field is not split · implicit part L-stable · dense output: cubic Hermite,
/// order 3; of a split field the paper's parabola, order 2 ·
/// C. A. Kennedy, M. H. Carpenter, "Additive Runge–Kutta schemes for convection-diffusion-reaction equations", <i>Applied Numerical Mathematics</i> 44 (2003);
/// coefficients as in ARKODE and Diffrax.
/// With <see cref="OdeProblem{T}.StiffField"/> that part is treated implicitly and the field explicitly; otherwise the whole field implicitly.
/// </remarks>
public sealed class KenCarp3() : DiagonallyImplicitRungeKutta("kencarp3", s_coefficients, explicitRows: s_explicit, splitDense: s_splitDense)
{
    private const double G = 1767732205903.0 / 4055673282236;
    private static readonly double[] s_nodes = [0, 2 * G, 3.0 / 5, 1];
    private static readonly double[] s_b = [1471266399579.0 / 7840856788654, -4482444167858.0 / 7529755066697, 11266239266428.0 / 11593286722821, G];

    private static readonly double[][] s_explicit =
    [
        [],
        [2 * G],
        [5535828885825.0 / 10492691773637, 788022342437.0 / 10882634858940],
        [6485989280629.0 / 16251701735622, -4246266847089.0 / 9704473918619, 10755448449292.0 / 10357097424841],
    ];

    private static readonly double[][] s_splitDense =
    [
        [4655552711362.0 / 22874653954995, -215264564351.0 / 13552729205753],
        [-18682724506714.0 / 9892148508045, 17870216137069.0 / 13817060693119],
        [34259539580243.0 / 13192909600954, -28141676662227.0 / 17317692491321],
        [584795268549.0 / 6622622206610, 2508943948391.0 / 7218656332882],
    ];

    private static readonly ButcherTableau s_coefficients = new(
        order: 3,
        a: [[], [G, G], [2746238789719.0 / 10658868560708, -640167445237.0 / 6845629431997, G], s_b],
        b: s_b,
        c: s_nodes,
        denseOrder: 3,
        dense: DiagonallyImplicitTableaus.Hermite(s_b),
        embeddedOrder: 2,
        errorWeights:
        [
            s_b[0] - (2756255671327.0 / 12835298489170),
            s_b[1] + (10771552573575.0 / 22201958757719),
            s_b[2] - (9247589265047.0 / 10645013368117),
            s_b[3] - (2193209047091.0 / 5459859503100),
        ],
        predictor: DiagonallyImplicitTableaus.LinearPredictor(s_nodes));
}
