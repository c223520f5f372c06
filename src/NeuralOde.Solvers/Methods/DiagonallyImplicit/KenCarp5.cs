namespace NeuralOde.Solvers;

/// <summary>Kennedy's and Carpenter's implicit-explicit method of order 5, ARK5(4)8L[2]SA.</summary>
/// <remarks>
/// Order 5 · embedded order 4 · 8 stages, shared with the next step where the field is not split · implicit part L-stable · dense output: a quartic,
/// order 4; of a split field the paper's cubic, order 3 ·
/// C. A. Kennedy, M. H. Carpenter, "Additive Runge–Kutta schemes for convection-diffusion-reaction equations", <i>Applied Numerical Mathematics</i> 44 (2003);
/// coefficients as in ARKODE and Diffrax, but for a_76, of which Diffrax has a digit wrong: its row does not sum to the node.
/// With <see cref="OdeProblem{T}.StiffField"/> that part is treated implicitly and the field explicitly; otherwise the whole field implicitly.
/// </remarks>
public sealed class KenCarp5() : DiagonallyImplicitRungeKutta("kencarp5", s_coefficients, explicitRows: s_explicit, splitDense: s_splitDense)
{
    private const double G = 41.0 / 200;
    private static readonly double[] s_nodes = [0, 41.0 / 100, 2935347310677.0 / 11292855782101, 1426016391358.0 / 7196633302097, 92.0 / 100, 24.0 / 100, 3.0 / 5, 1];

    private static readonly double[] s_b =
    [
        -872700587467.0 / 9133579230613, 0, 0, 22348218063261.0 / 9555858737531, -1143369518992.0 / 8141816002931, -39379526789629.0 / 19018526304540,
        32727382324388.0 / 42900044865799, G,
    ];

    private static readonly double[][] s_explicit =
    [
        [],
        [41.0 / 100],
        [367902744464.0 / 2072280473677, 677623207551.0 / 8224143866563],
        [1268023523408.0 / 10340822734521, 0, 1029933939417.0 / 13636558850479],
        [14463281900351.0 / 6315353703477, 0, 66114435211212.0 / 5879490589093, -54053170152839.0 / 4284798021562],
        [14090043504691.0 / 34967701212078, 0, 15191511035443.0 / 11219624916014, -18461159152457.0 / 12425892160975, -281667163811.0 / 9011619295870],
        [
            19230459214898.0 / 13134317526959, 0, 21275331358303.0 / 2942455364971, -38145345988419.0 / 4862620318723, -1.0 / 8, -1.0 / 8,
        ],
        [
            -19977161125411.0 / 11928030595625, 0, -40795976796054.0 / 6384907823539, 177454434618887.0 / 12078138498510, 782672205425.0 / 8267701900261,
            -69563011059811.0 / 9646580694205, 7356628210526.0 / 4942186776405,
        ],
    ];

    private static readonly double[][] s_implicit =
    [
        [],
        [G, G],
        [41.0 / 400, -567603406766.0 / 11931857230679, G],
        [683785636431.0 / 9252920307686, 0, -110385047103.0 / 1367015193373, G],
        [3016520224154.0 / 10081342136671, 0, 30586259806659.0 / 12414158314087, -22760509404356.0 / 11113319521817, G],
        [218866479029.0 / 1489978393911, 0, 638256894668.0 / 5436446318841, -1179710474555.0 / 5321154724896, -60928119172.0 / 8023461067671, G],
        [
            1020004230633.0 / 5715676835656, 0, 25762820946817.0 / 25263940353407, -2161375909145.0 / 9755907335909, -211217309593.0 / 5846859502534,
            -4269925059573.0 / 7827059040749, G,
        ],
        s_b,
    ];

    private static readonly double[][] s_splitDense =
    [
        [-17674230611817.0 / 10670229744614, 43486358583215.0 / 12773830924787, -9257016797708.0 / 5021505065439],
        [0],
        [0],
        [65168852399939.0 / 7868540260826, -91478233927265.0 / 11067650958493, 26096422576131.0 / 11239449250142],
        [15494834004392.0 / 5936557850923, -79368583304911.0 / 10890268929626, 92396832856987.0 / 20362823103730],
        [-99329723586156.0 / 26959484932159, -12239297817655.0 / 9152339842473, 30029262896817.0 / 10175596800299],
        [-19024464361622.0 / 5461577185407, 115839755401235.0 / 10719374521269, -26136350496073.0 / 3983972220547],
        [-6511271360970.0 / 6095937251113, 5843115559534.0 / 2180450260947, -5289405421727.0 / 3760307252460],
    ];

    private static readonly ButcherTableau s_coefficients = new(
        order: 5,
        a: s_implicit,
        b: s_b,
        c: s_nodes,
        denseOrder: 4,
        dense: DiagonallyImplicitTableaus.Quartic(s_implicit, s_b, s_nodes),
        embeddedOrder: 4,
        errorWeights:
        [
            s_b[0] + (975461918565.0 / 9796059967033),
            0,
            0,
            s_b[3] - (78070527104295.0 / 32432590147079),
            s_b[4] + (548382580838.0 / 3424219808633),
            s_b[5] + (33438840321285.0 / 15594753105479),
            s_b[6] - (3629800801594.0 / 4656183773603),
            s_b[7] - (4035322873751.0 / 18575991585200),
        ],
        predictor: DiagonallyImplicitTableaus.LinearPredictor(s_nodes));
}
