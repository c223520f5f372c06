namespace NeuralOde.Solvers.Tests;

public class OrderConditionTests
{
    // Coefficients of magnitude up to about 100 that are rounded to doubles, in sums of seven stages.
    private const double Tolerance = 1e-13;

    public static TheoryData<string> RungeKutta => SolverNames.RungeKutta;

    public static TheoryData<string> Adaptive => SolverNames.AdaptiveRungeKutta;

    [Fact]
    public void Rooted_trees_of_orders_1_to_5_number_1_1_2_4_9()
    {
        IReadOnlyList<RootedTree> trees = RootedTree.UpTo(5);
        Assert.Equal([1, 1, 2, 4, 9], Enumerable.Range(1, 5).Select(order => trees.Count(tree => tree.Order == order)));
        Assert.Equal(trees.Count, trees.Select(tree => tree.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(RungeKutta))]
    public void Step_satisfies_the_order_conditions_up_to_its_order_and_not_beyond(string name)
    {
        ButcherTableau tableau = Tableau(name);
        Assert.True(Residual(tableau, tableau.B.ToArray(), tableau.Order, 1) <= Tolerance);
        Assert.True(Residual(tableau, tableau.B.ToArray(), tableau.Order + 1, 1) > (tableau.Order >= 5 ? 1e-7 : 1e-3));
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Embedded_step_satisfies_the_order_conditions_up_to_its_order_and_not_beyond(string name)
    {
        ButcherTableau tableau = Tableau(name);
        double[] embedded = [.. tableau.B.ToArray().Zip(tableau.ErrorWeights.ToArray(), (b, e) => b - e)];
        int order = tableau.EmbeddedOrder!.Value;
        Assert.True(Residual(tableau, embedded, order, 1) <= Tolerance);

        // The estimate must see the error that the embedded step makes.
        Assert.True(Residual(tableau, embedded, order + 1, 1) > (order >= 5 ? 1e-7 : 1e-5));
    }

    [Theory]
    [MemberData(nameof(RungeKutta))]
    public void Dense_output_satisfies_the_order_conditions_up_to_its_order_over_the_whole_step(string name)
    {
        ButcherTableau tableau = Tableau(name);
        double[] weights = new double[tableau.StageCount + tableau.DenseStageCount];

        // Polynomials of degree 8 and 9 in powers of θ have coefficients of several thousand.
        double tolerance = tableau.DenseStageCount > 0 ? 1e-11 : Tolerance;
        for (double theta = 0; theta <= 1; theta += 0.125)
        {
            tableau.DenseWeights(theta, weights);
            double residual = Residual(tableau, weights, tableau.DenseOrder, theta);
            Assert.True(residual <= tolerance, $"θ = {theta}: {residual}");
        }
    }

    [Fact]
    public void Dense_output_of_vern7_and_dopri8_is_of_no_higher_order_than_they_say()
    {
        // Those of vern7 for order 7 hold to 3e-7, with the coefficients that both of its sources print.
        Assert.InRange(DenseResidual(Tableau("vern7"), 7), 1e-8, 5e-7);
        Assert.InRange(DenseResidual(Tableau("dopri8"), 8), 1e-5, 1);
    }

    [Fact]
    public void Arkodes_controller_has_the_exponents_of_its_manual()
    {
        // SUNAdaptController_PID: h' = h e_n^(-k1/p) e_(n-1)^(k2/p) e_(n-2)^(-k3/p) with 0.58, 0.21 and 0.1.
        ControllerCoefficients x = ControllerCoefficients.Arkode;
        Assert.Equal(0.58, x.Integral + x.Proportional + x.Derivative, 1e-15);
        Assert.Equal(0.21, x.Proportional + (2 * x.Derivative), 1e-15);
        Assert.Equal(0.1, x.Derivative);
    }

    [Theory]
    [MemberData(nameof(RungeKutta))]
    public void Slope_of_dense_output_is_the_derivative_of_its_weights_and_meets_the_field_at_both_ends_of_a_shared_stage_method(string name)
    {
        ButcherTableau tableau = Tableau(name);
        int stages = tableau.StageCount, all = stages + tableau.DenseStageCount;
        double[] slope = new double[all], before = new double[all], after = new double[all];

        // Third derivatives of up to about 600, of the methods of high order 200,000, times ε²/6, and round-off.
        double tolerance = tableau.DenseStageCount > 0 ? 1e-3 : 2e-6;
        for (double theta = 0.125; theta < 1; theta += 0.125)
        {
            tableau.DenseDerivativeWeights(theta, slope);
            tableau.DenseWeights(theta - 1e-4, before);
            tableau.DenseWeights(theta + 1e-4, after);
            for (int i = 0; i < all; i++)
            {
                Assert.Equal((after[i] - before[i]) / 2e-4, slope[i], tolerance);
            }
        }

        if (tableau.IsFirstSameAsLast)
        {
            tableau.DenseDerivativeWeights(0, slope);
            Assert.True(Distance(slope, 0) <= Tolerance);
            tableau.DenseDerivativeWeights(1, slope);
            Assert.True(Distance(slope, stages - 1) <= 10 * Tolerance);
        }
    }

    [Fact]
    public void Dopri5_dense_output_equals_the_form_in_Hairers_book()
    {
        // Hairer, Nørsett, Wanner I, II.6: u(θ) = z + θ (Δ + (1 − θ) (h k_1 − Δ + θ (2Δ − h k_1 − h k_7 + (1 − θ) h Σ d_i k_i))).
        double[] d =
        [
            -12715105075.0 / 11282082432, 0, 87487479700.0 / 32700410799, -10690763975.0 / 1880347072, 701980252875.0 / 199316789632, -1453857185.0 / 822651844,
            69997945.0 / 29380423,
        ];
        ButcherTableau tableau = Tableau("dopri5");
        double[] weights = new double[7];
        for (double theta = 0; theta <= 1; theta += 0.0625)
        {
            tableau.DenseWeights(theta, weights);
            for (int i = 0; i < 7; i++)
            {
                double b = tableau.B[i], first = i == 0 ? 1 : 0, last = i == 6 ? 1 : 0;
                double expected = theta * (b + ((1 - theta) * (first - b + (theta * ((2 * b) - first - last + ((1 - theta) * d[i]))))));
                Assert.Equal(expected, weights[i], 1e-14);
            }
        }
    }

    [Fact]
    public void Tsit5_dense_output_equals_the_factored_form_in_the_paper()
    {
        ButcherTableau tableau = Tableau("tsit5");
        double[] weights = new double[7];
        for (double t = 0; t <= 1; t += 0.0625)
        {
            tableau.DenseWeights(t, weights);
            double[] expected =
            [
                -1.0530884977290216 * t * (t - 1.3299890189751412) * ((t * t) - (1.4364028541716351 * t) + 0.7139816917074209),
                0.1017 * t * t * ((t * t) - (2.1966568338249754 * t) + 1.2949852507374631),
                2.490627285651252793 * t * t * ((t * t) - (2.38535645472061657 * t) + 1.57803468208092486),
                -16.54810288924490272 * (t - 1.21712927295533244) * (t - 0.61620406037800089) * t * t,
                47.37952196281928122 * (t - 1.203071208372362603) * (t - 0.658047292653547382) * t * t,
                -34.87065786149660974 * (t - 1.2) * (t - 0.666666666666666667) * t * t,
                2.5 * (t - 1) * (t - 0.6) * t * t,
            ];
            for (int i = 0; i < 7; i++)
            {
                Assert.Equal(expected[i], weights[i], 1e-12);
            }
        }
    }

    [Fact]
    public void Sharing_of_the_last_stage_is_derived_from_the_tableau()
        => Assert.Equal(
            ["bosh3", "dopri5", "tsit5", "dopri8", "doubled-euler", "doubled-rk4"],
            OdeSolver.Names.Where(name => OdeSolver.Parse(name) is ExplicitRungeKutta { Tableau.IsFirstSameAsLast: true }));

    [Fact]
    public void A_tableau_that_contradicts_itself_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ButcherTableau(1, [[]], [0.9], [0], 1, [[0.9]]));
        Assert.Throws<ArgumentException>(() => new ButcherTableau(1, [[]], [1], [0], 1, [[0.9]]));
        Assert.Throws<ArgumentException>(() => new ButcherTableau(2, [[], [0.5]], [0, 1], [0, 0.6], 1, [[1, -1], [0, 1]]));
        Assert.Throws<ArgumentException>(() => new ButcherTableau(2, [[], [0.5, 0, 0]], [0, 1], [0, 0.5], 1, [[1, -1], [0, 1]]));
        Assert.Throws<ArgumentException>(() => new ButcherTableau(2, [[], [0.5]], [0, 1], [0, 0.5], 1, [[1, -1], [0, 1]], embeddedOrder: 1));
        Assert.Throws<ArgumentException>(() => new ButcherTableau(2, [[], [2]], [0.75, 0.25], [0, 2], 1, [[0.75], [0.25]]));
    }

    [Fact]
    public void A_tableau_knows_its_kind_and_only_an_explicit_one_makes_an_explicit_method()
    {
        var implicitEuler = new ButcherTableau(1, [[1]], [1], [1], 1, [[1]]);
        Assert.True(!implicitEuler.IsExplicit && implicitEuler.IsDiagonallyImplicit && implicitEuler.IsStifflyAccurate && !implicitEuler.IsFirstSameAsLast);
        Assert.Throws<ArgumentException>(() => new ExplicitRungeKutta("implicit", implicitEuler));

        // The trapezoidal rule: its first stage is explicit. The guess of the second is the first.
        var trapezoid = new ButcherTableau(2, [[], [0.5, 0.5]], [0.5, 0.5], [0, 1], 2, [[1, -0.5], [0, 0.5]], predictor: [[], [1]]);
        Assert.True(trapezoid.IsDiagonallyImplicit && trapezoid.IsStifflyAccurate);
        Assert.Equal([1], trapezoid.Predictor(1).ToArray());
        Assert.Throws<ArgumentException>(() => new ButcherTableau(2, [[], [0.5, 0.5]], [0.5, 0.5], [0, 1], 2, [[1, -0.5], [0, 0.5]], predictor: [[], [0.9]]));

        double root = Math.Sqrt(3) / 6;
        var gauss = new ButcherTableau(4, [[0.25, 0.25 - root], [0.25 + root, 0.25]], [0.5, 0.5], [0.5 - root, 0.5 + root], 1, [[0.5], [0.5]]);
        Assert.True(!gauss.IsExplicit && !gauss.IsDiagonallyImplicit && !gauss.IsStifflyAccurate);
        Assert.True(Tableau("dopri5").IsExplicit && Tableau("dopri5").IsFirstSameAsLast && !Tableau("dopri5").IsStifflyAccurate);
    }

    private static ButcherTableau Tableau(string name) => ((ExplicitRungeKutta)OdeSolver.Parse(name)).Tableau;

    /// <summary>How far a method is from its order conditions, where it has stages for dense output those included.</summary>
    private static double Residual(ButcherTableau tableau, double[] weights, int order, double theta)
        => RootedTree.UpTo(order).Max(tree => Math.Abs(
            weights.Zip(tree.ElementaryWeights(tableau), (b, phi) => b * phi).Sum() - (Math.Pow(theta, tree.Order) / tree.Density)));

    private static double DenseResidual(ButcherTableau tableau, int order)
    {
        double[] weights = new double[tableau.StageCount + tableau.DenseStageCount];
        double largest = 0;
        for (double theta = 0; theta <= 1; theta += 0.125)
        {
            tableau.DenseWeights(theta, weights);
            largest = Math.Max(largest, Residual(tableau, weights, order, theta));
        }

        return largest;
    }

    private static double Distance(double[] weights, int unit) => weights.Select((w, i) => Math.Abs(w - (i == unit ? 1 : 0))).Max();
}
