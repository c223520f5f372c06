namespace NeuralOde.Solvers.Tests;

public class CollocationTests
{
    private const double Tolerance = 1e-13;

    public static TheoryData<string> All => [.. OdeSolver.Names.Where(name => OdeSolver.Parse(name) is Collocation)];

    [Theory]
    [MemberData(nameof(All))]
    public void Step_and_embedded_step_satisfy_the_order_conditions_up_to_their_orders_and_not_beyond(string name)
    {
        CollocationTableau tableau = Tableau(name);
        Assert.InRange(Residual(tableau, tableau.B, 0, tableau.Order), 0, Tolerance);
        Assert.True(Residual(tableau, tableau.B, 0, tableau.Order + 1) > 1e-6);
        Assert.InRange(Residual(tableau, tableau.EmbeddedWeights, 1 / tableau.Real, tableau.StageCount), 0, Tolerance);
        Assert.True(Residual(tableau, tableau.EmbeddedWeights, 1 / tableau.Real, tableau.StageCount + 1) > 1e-4);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Dense_output_satisfies_the_order_conditions_up_to_its_order_over_the_whole_step(string name)
    {
        CollocationTableau tableau = Tableau(name);
        int s = tableau.StageCount;
        double[] weights = new double[s + 1], slope = new double[s + 1], ahead = new double[s + 1], behind = new double[s + 1];
        for (double theta = 0; theta <= 1; theta += 0.125)
        {
            // Weights on Z = h A k, as weights on k.
            tableau.DenseWeights(theta, derivative: false, weights);
            double[] b = [.. Enumerable.Range(0, s).Select(j => Enumerable.Range(0, s).Sum(i => weights[i] * tableau.A[i][j]))];
            Assert.InRange(Residual(tableau, b, weights[s], tableau.DenseOrder, theta), 0, Tolerance);
            tableau.DenseWeights(theta, derivative: true, slope);
            tableau.DenseWeights(theta + 1e-5, derivative: false, ahead);
            tableau.DenseWeights(theta - 1e-5, derivative: false, behind);
            Assert.All(Enumerable.Range(0, s + 1), i => Assert.Equal((ahead[i] - behind[i]) / 2e-5, slope[i], 1e-7));
        }
    }

    [Fact]
    public void Radau_s_coefficients_are_those_of_the_book()
    {
        // Hairer, Wanner II, table IV.5.6, and RADAU5's eigenvalues and error weights.
        CollocationTableau tableau = RadauIIA5.Coefficients;
        double root = Math.Sqrt(6);
        double[][] a =
        [
            [(88 - (7 * root)) / 360, (296 - (169 * root)) / 1800, (-2 + (3 * root)) / 225],
            [(296 + (169 * root)) / 1800, (88 + (7 * root)) / 360, (-2 - (3 * root)) / 225],
            [(16 - root) / 36, (16 + root) / 36, 1.0 / 9],
        ];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(a[i], tableau.A[i], (x, y) => Math.Abs(x - y) < 1e-15);
        }

        double third = Math.Cbrt(81), ninth = Math.Cbrt(9), gamma = (6 + third - ninth) / 30;
        Assert.Equal(1 / gamma, tableau.Real, 1e-13);
        double alpha = (12 - third + ninth) / 60, beta = (third + ninth) * Math.Sqrt(3) / 60, square = (alpha * alpha) + (beta * beta);
        Assert.Equal(alpha / square, tableau.Pair.Real, 1e-13);
        Assert.Equal(beta / square, tableau.Pair.Imaginary, 1e-13);
        double[] error = [-(13 + (7 * root)) / 3 * gamma, (-13 + (7 * root)) / 3 * gamma, -gamma / 3];
        Assert.All(error.Zip(tableau.ErrorWeights), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Transformation_diagonalizes_the_inverse_of_the_coefficients(string name)
    {
        CollocationTableau tableau = Tableau(name);
        for (int i = 0; i < tableau.StageCount; i++)
        {
            for (int j = 0; j < tableau.StageCount; j++)
            {
                double sum = 2 * (tableau.PairRight[i] * tableau.Pair * tableau.PairLeft[j]).Real;
                sum += tableau.HasReal ? tableau.RealRight[i] * tableau.Real * tableau.RealLeft[j] : 0;
                Assert.Equal(tableau.Inverse[i][j], sum, 1e-12);
            }
        }
    }

    [Theory]
    [InlineData("gauss4")]
    [InlineData("gauss6")]
    public void Gauss_methods_keep_quadratic_invariants_to_rounding(string name)
    {
        // A rigid body: two quadratic invariants (Hairer, Lubich, Wanner, Geometric Numerical Integration, I.1.4).
        VectorFieldFunction<double> body = (t, y, dy) =>
            (dy[0], dy[1], dy[2]) = (((1 / 0.5) - (1 / 0.8)) * y[1] * y[2], ((1 / 1.2) - (1 / 0.5)) * y[2] * y[0], ((1 / 0.8) - (1 / 1.2)) * y[0] * y[1]);
        OdeSolution<double> solution = Ode.Solve(body, [Math.Cos(1.1), 0, Math.Sin(1.1)], 0, 500, OdeSolver.Parse(name), new OdeOptions { Steps = FixedSteps.OfLength(0.5) });
        ReadOnlySpan<double> end = solution.FinalState;
        Assert.Equal(1, (end[0] * end[0]) + (end[1] * end[1]) + (end[2] * end[2]), 1e-12);
        double energy = (Math.Cos(1.1) * Math.Cos(1.1) / 1.2) + (Math.Sin(1.1) * Math.Sin(1.1) / 0.5);
        Assert.Equal(energy, (end[0] * end[0] / 1.2) + (end[1] * end[1] / 0.8) + (end[2] * end[2] / 0.5), 1e-12);
    }

    [Fact]
    public void A_linear_solver_of_the_user_is_refused()
    {
        var problem = new OdeProblem<double>(new NonlinearField<double>()) { LinearSolver = () => new LuSolver<double>() };
        Assert.Contains("LinearSolver", Assert.Throws<NotSupportedException>(() => Ode.Solve(problem, [1, 2, 3], 0, 1, new RadauIIA5())).Message, StringComparison.Ordinal);
    }

    private static CollocationTableau Tableau(string name) => ((Collocation)OdeSolver.Parse(name)).Tableau;

    /// <summary>With an explicit stage at 0 in front, of the given weight.</summary>
    private static double Residual(CollocationTableau tableau, double[] b, double first, int order, double theta = 1)
    {
        double[] weights = [first, .. b];
        double[][] a = [[0], .. tableau.A.Select(row => (double[])[0, .. row])];
        return RootedTree.UpTo(order).Max(tree => Math.Abs(weights.Zip(tree.ElementaryWeights(_ => a), (x, phi) => x * phi).Sum() - (Math.Pow(theta, tree.Order) / tree.Density)));
    }
}
