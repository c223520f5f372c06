using System.Numerics;

namespace NeuralOde.Solvers.Tests;

public class DiagonallyImplicitConditionTests
{
    // Coefficients of magnitude up to about 20 that are rounded to doubles, in sums of eight stages.
    private const double Tolerance = 2e-13;

    public static TheoryData<string> All => [.. OdeSolver.Names.Where(name => OdeSolver.Parse(name) is DiagonallyImplicitRungeKutta)];

    public static TheoryData<string> Split => [.. OdeSolver.Names.Where(name => OdeSolver.Parse(name).SupportedParts == ProblemParts.StiffField)];

    [Theory]
    [MemberData(nameof(All))]
    public void Step_embedded_step_and_dense_output_satisfy_the_order_conditions_up_to_their_orders(string name)
    {
        ButcherTableau tableau = Method(name).Tableau;
        double[] b = tableau.B.ToArray(), embedded = [.. b.Zip(tableau.ErrorWeights.ToArray(), (x, e) => x - e)];
        Assert.InRange(Residual(tableau, b, tableau.Order, 1), 0, Tolerance);
        Assert.True(Residual(tableau, b, tableau.Order + 1, 1) > 1e-5);
        Assert.InRange(Residual(tableau, embedded, tableau.EmbeddedOrder!.Value, 1), 0, Tolerance);
        Assert.True(Residual(tableau, embedded, tableau.EmbeddedOrder.Value + 1, 1) > 1e-5);

        // The estimate sees the error that the lower of the two makes.
        int seen = Math.Min(tableau.Order, tableau.EmbeddedOrder.Value) + 1;
        Assert.True(RootedTree.UpTo(seen).Max(tree => Math.Abs(Sum(tableau.ErrorWeights.ToArray(), tree.ElementaryWeights(tableau)))) > 1e-4);
        double[] weights = new double[tableau.StageCount];
        for (double theta = 0; theta <= 1; theta += 0.125)
        {
            tableau.DenseWeights(theta, weights);
            Assert.True(Residual(tableau, weights, tableau.DenseOrder, theta) <= Tolerance, $"θ = {theta}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Slopes_of_dense_output_meet_the_field_at_both_ends(string name)
    {
        ButcherTableau tableau = Method(name).Tableau;
        double[] slope = new double[tableau.StageCount];
        tableau.DenseDerivativeWeights(0, slope);
        Assert.All(slope.Select((w, i) => (w, i)), pair => Assert.Equal(pair.i == 0 ? 1 : 0, pair.w, Tolerance));
        tableau.DenseDerivativeWeights(1, slope);
        Assert.All(slope.Select((w, i) => (w, i)), pair => Assert.Equal(pair.i == slope.Length - 1 ? 1 : 0, pair.w, Tolerance));
    }

    [Theory]
    [MemberData(nameof(Split))]
    public void Implicit_explicit_pair_satisfies_the_coupled_order_conditions_and_so_does_its_dense_output(string name)
    {
        DiagonallyImplicitRungeKutta method = Method(name);
        int stages = method.StageCount;
        double[][] implicitRows = [.. Enumerable.Range(0, stages).Select(i => method.Tableau.A(i).ToArray())], explicitRows = method.ExplicitRows!;
        for (int i = 0; i < stages; i++)
        {
            Assert.Equal(method.Tableau.C[i], explicitRows[i].Sum(), Tolerance);
        }

        Assert.InRange(Residual(method.Tableau.B.ToArray(), method.Order, 1), 0, 2e-12);
        double[] weights = new double[stages];
        for (double theta = 0; theta <= 1; theta += 0.125)
        {
            method.SplitTableau.DenseWeights(theta, weights);
            Assert.InRange(Residual(weights, method.SplitTableau.DenseOrder, theta), 0, 2e-12);
        }

        // Every node of a tree belongs to one of the two fields; all assignments of the edges' coefficients are tried.
        double Residual(double[] b, int order, double theta)
        {
            double worst = 0;
            foreach (RootedTree tree in RootedTree.UpTo(order))
            {
                for (int colors = 0; colors < 1 << tree.Order; colors++)
                {
                    int node = 0;
                    double[] phi = tree.ElementaryWeights(_ => (colors >> node++ & 1) == 0 ? implicitRows : explicitRows);
                    worst = Math.Max(worst, Math.Abs(Sum(b, phi) - (Math.Pow(theta, tree.Order) / tree.Density)));
                }
            }

            return worst;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Methods_are_A_stable_and_those_that_say_so_L_stable(string name)
    {
        ButcherTableau tableau = Method(name).Tableau;
        for (double y = 1e-3; y < 1e6; y *= 1.05)
        {
            Assert.InRange(Complex.Abs(Stability(tableau, new Complex(0, y))), 0, 1 + 1e-9);
        }

        double limit = Complex.Abs(Stability(tableau, -1e9));
        Assert.True(name is "trapezoid" or "kvaerno4" ? limit is > 0.1 and <= 1 + 1e-9 : limit < 1e-6, $"{limit}");
    }

    private static DiagonallyImplicitRungeKutta Method(string name) => (DiagonallyImplicitRungeKutta)OdeSolver.Parse(name);

    private static double Residual(ButcherTableau tableau, double[] weights, int order, double theta)
        => RootedTree.UpTo(order).Max(tree => Math.Abs(Sum(weights, tree.ElementaryWeights(tableau)) - (Math.Pow(theta, tree.Order) / tree.Density)));

    private static double Sum(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    /// <summary>R(z) of z' = λz: each stage in its turn, the last being the step's end.</summary>
    private static Complex Stability(ButcherTableau tableau, Complex z)
    {
        var stages = new Complex[tableau.StageCount];
        for (int i = 0; i < stages.Length; i++)
        {
            Complex known = 1;
            ReadOnlySpan<double> a = tableau.A(i);
            for (int j = 0; j < i && j < a.Length; j++)
            {
                known += a[j] * z * stages[j];
            }

            stages[i] = a.Length > i ? known / (1 - (a[i] * z)) : known;
        }

        return stages[^1];
    }
}
