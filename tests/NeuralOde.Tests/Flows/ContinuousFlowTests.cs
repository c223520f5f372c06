using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.TestSupport;

namespace NeuralOde.Tests.Flows;

public class ContinuousFlowTests
{
    private static readonly StepSizeControl s_tight = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_log_density_of_a_linear_flow_is_that_of_its_normal_distribution(bool closed)
    {
        // x = e^A z with z normal: log p(x) = log p₀(e^−A x) − tr A.
        double[,] a = { { 0.4, -1.3, 0.2 }, { 0.9, -0.7, 0.5 }, { -0.3, 0.8, 0.6 } };
        var field = new LinearField(3, new RandomSource(1), dtype: DType.Float64);
        field.Matrix.SetValues<double>([.. a.Cast<double>()]);
        var start = new NormalDistribution([0.5, -1, 0.25], [0.7, 1.2, 0.4], DType.Float64);
        var flow = new ContinuousFlow(field, start) { Solver = new Dopri8(), Steps = s_tight, Divergence = new ExactDivergence { UsesClosedForm = closed } };
        Tensor x = new RandomSource(2).Normal([20, 3], dtype: DType.Float64);
        Tensor z = x.MatMul(Tensor.From(Exponential(a, -1)).Transpose());
        double trace = a[0, 0] + a[1, 1] + a[2, 2];
        double[] expected = [.. start.LogDensity(z).ToDoubles().Select(p => p - trace)];
        double[] actual = flow.LogDensity(x).ToDoubles();
        Assert.All(expected.Zip(actual), static p => Assert.Equal(p.First, p.Second, 1e-8));
    }

    [Fact]
    public void The_density_of_a_flow_integrates_to_one()
    {
        var flow = new ContinuousFlow(new HypernetworkField(2, 16, 8, new RandomSource(3), DType.Float64), new NormalDistribution(2, 0.5, DType.Float64)) { DataTime = 4 };

        // A midpoint rule on a grid converges fast for a smooth density that vanishes at the edge, here within 1e-6 or so.
        const int N = 121;
        const double Edge = 4;
        double cell = 2 * Edge / N;
        double[] points = new double[N * N * 2];
        for (int i = 0; i < N * N; i++)
        {
            points[2 * i] = -Edge + (((i / N) + 0.5) * cell);
            points[(2 * i) + 1] = -Edge + (((i % N) + 0.5) * cell);
        }

        double integral = flow.LogDensity(Tensor.From(points, [N * N, 2])).Exp().Sum().ToScalar() * cell * cell;
        Assert.Equal(1, integral, 1e-4);
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-8)]
    public void Forward_and_backward_in_time_agree_within_ten_tolerances(double tolerance)
    {
        ContinuousFlow flow = Squash(new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance });
        Tensor z = new RandomSource(5).Normal([50, 2], dtype: DType.Float64);
        FlowSolution there = flow.FromBase(z);
        FlowSolution back = flow.ToBase(there.Points);
        double scale = 1 + z.ToDoubles().Max(Math.Abs);
        Assert.All(z.ToDoubles().Zip(back.Points.ToDoubles()), p => Assert.Equal(p.First, p.Second, 10 * tolerance * scale));
        Assert.All(there.LogDeterminant.ToDoubles().Zip(back.LogDeterminant.ToDoubles()), p => Assert.Equal(p.First, -p.Second, 10 * tolerance * scale));

        // The density that the draw has is the density that it is asked for.
        Tensor drawn = flow.Base.LogDensity(z) - there.LogDeterminant;
        Assert.All(drawn.ToDoubles().Zip(flow.LogDensity(there.Points).ToDoubles()), p => Assert.Equal(p.First, p.Second, 100 * tolerance));
    }

    [Fact]
    public void The_log_determinant_is_that_of_the_flow_map()
    {
        ContinuousFlow flow = Squash(s_tight);
        var z = Tensor.From([0.3, -0.8], [1, 2]);
        double[] columns = FiniteDifference.Gradient(p => flow.FromBase(Tensor.From(p, [1, 2])).Points[0, 0], [0.3, -0.8]);
        double[] others = FiniteDifference.Gradient(p => flow.FromBase(Tensor.From(p, [1, 2])).Points[0, 1], [0.3, -0.8]);
        double determinant = (columns[0] * others[1]) - (columns[1] * others[0]);
        Assert.Equal(Math.Log(determinant), flow.FromBase(z).LogDeterminant[0], 1e-8);
    }

    public static TheoryData<string, string> GradientMethods() => new()
    {
        { "direct", "dopri5" }, { "direct", "tsit5" }, { "direct", "rk4" },
        { "adjoint", "dopri5" }, { "truncated", "dopri5" }, { "interpolated", "dopri5" }, { "gauss", "dopri5" }, { "reversible", "reversible-heun" },
    };

    [Theory]
    [MemberData(nameof(GradientMethods))]
    public void Gradients_of_the_likelihood_equal_finite_differences(string method, string solver)
    {
        var field = new ConcatSquashField(2, [5], conditionCount: 1, random: new RandomSource(6), dtype: DType.Float64);
        bool isFixed = solver is "rk4" or "reversible-heun";
        var flow = new ContinuousFlow(field, new NormalDistribution(2, dtype: DType.Float64))
        {
            Solver = OdeSolver.Parse(solver),
            Steps = isFixed ? FixedSteps.PerInterval(20) : s_tight,
            GradientMethod = GradientMethod.Parse(method),
        };
        var x = new Parameter(new RandomSource(7).Normal([3, 2], dtype: DType.Float64));
        var condition = new Parameter(new RandomSource(8).Normal([3, 1], dtype: DType.Float64));
        Tensor weights = new RandomSource(9).Normal([3], dtype: DType.Float64);

        // The adjoints are as exact as their solves.
        LossGradient.EqualsFiniteDifferences(
            () => (flow.LogDensity(x, new FieldInputs { [ConcatSquashField.Conditions] = condition }) * weights).Sum(), [x, condition, .. field.Parameters],
            method == "direct" ? 1e-9 : 1e-7);
    }

    [Theory]
    [InlineData(ProbeNoise.Rademacher)]
    [InlineData(ProbeNoise.Gaussian)]
    public void Gradients_of_the_estimated_likelihood_equal_finite_differences(ProbeNoise noise)
    {
        var field = new ConcatSquashField(3, [4], random: new RandomSource(6), dtype: DType.Float64);
        var flow = new ContinuousFlow(field, new NormalDistribution(3, dtype: DType.Float64))
        {
            Steps = FixedSteps.PerInterval(10),
            Divergence = new HutchinsonDivergence { Noise = noise },
        };
        var x = new Parameter(new RandomSource(7).Normal([3, 3], dtype: DType.Float64));
        LossGradient.EqualsFiniteDifferences(() => flow.LogDensity(x, random: new RandomSource(3)).Sum(), [x, .. field.Parameters], 1e-9);
    }

    [Theory]
    [InlineData("closed form")]
    [InlineData("products")]
    [InlineData("hutchinson")]
    [InlineData("regularized")]
    public void Hessian_vector_products_of_the_likelihood_are_derivatives_of_its_gradient(string kind)
    {
        VectorField field = kind == "closed form"
            ? new HypernetworkField(2, 3, 3, new RandomSource(6), DType.Float64)
            : new ConcatSquashField(2, [4], random: new RandomSource(6), dtype: DType.Float64);
        var flow = new ContinuousFlow(field, new NormalDistribution(2, dtype: DType.Float64))
        {
            Solver = new Dopri5(),
            Steps = FixedSteps.PerInterval(4),
            Divergence = kind == "hutchinson" ? DivergenceMethod.Hutchinson : DivergenceMethod.Exact,
            Regularization = kind == "regularized" ? new FlowRegularization { KineticEnergy = 0.3, JacobianNorm = 0.2, Acceleration = 0.1 } : new(),
        };
        var x = new Parameter(new RandomSource(7).Normal([3, 2], dtype: DType.Float64));
        Parameter[] leaves = [x, .. field.Parameters];
        var random = new RandomSource(8);
        Tensor[] direction = Array.ConvertAll(leaves, p => random.Normal(p.Shape, dtype: DType.Float64));
        Tensor[] gradient = Gradients.Of(flow.Loss(x, random: new RandomSource(3)).Total, leaves, createGraph: true);
        Tensor along = gradient.Zip(direction, static (g, v) => (g * v).Sum()).Aggregate(static (sum, term) => sum + term);
        double[] product = [.. Gradients.Of(along, leaves).SelectMany(static h => h.ToDoubles())];

        // The fourth-order difference of gradients, which are exact for fixed steps.
        double[][] start = Array.ConvertAll(leaves, static p => p.ToDoubles());
        double[] At(double step)
        {
            foreach ((Parameter leaf, (double[] values, Tensor v)) in leaves.Zip(start.Zip(direction)))
            {
                leaf.SetValues<double>([.. values.Zip(v.ToDoubles(), (a, b) => a + (step * b))]);
            }

            return [.. LossGradient.Taken(() => flow.Loss(x, random: new RandomSource(3)).Total, leaves).SelectMany(static g => g)];
        }

        const double Step = 1e-3;
        (double[] one, double[] back, double[] two, double[] backTwo) = (At(Step), At(-Step), At(2 * Step), At(-2 * Step));
        double[] differences = [.. one.Select((_, i) => ((8 * (one[i] - back[i])) - (two[i] - backTwo[i])) / (12 * Step))];
        FiniteDifference.AssertClose(differences, product, 1e-8);
    }

    [Fact]
    public void A_draw_is_differentiable_in_parameters_and_conditions()
    {
        var field = new ConcatSquashField(2, [5], conditionCount: 2, random: new RandomSource(6), dtype: DType.Float64);
        var flow = new ContinuousFlow(field, new NormalDistribution(2, dtype: DType.Float64)) { Steps = FixedSteps.PerInterval(10) };
        var condition = new Parameter(new RandomSource(8).Normal([1, 2], dtype: DType.Float64));
        LossGradient.EqualsFiniteDifferences(
            () => flow.Sample(4, new RandomSource(1), new FieldInputs { [ConcatSquashField.Conditions] = condition }).Square().Sum(), [condition, .. field.Parameters], 1e-9);
    }

    [Fact]
    public void A_flow_in_single_precision_has_the_density_of_one_in_double_precision()
    {
        var single = new ContinuousFlow(new HypernetworkField(2, 8, 8, new RandomSource(1)), new NormalDistribution(2)) { DataTime = 3 };
        var precise = new ContinuousFlow(new HypernetworkField(2, 8, 8, new RandomSource(1), DType.Float64), new NormalDistribution(2, dtype: DType.Float64)) { DataTime = 3 };
        foreach ((Parameter from, Parameter to) in single.Parameters.Zip(precise.Parameters))
        {
            to.SetValues<double>(from.ToDoubles());
        }

        Tensor x = new RandomSource(2).Normal([30, 2]);
        Assert.All(single.LogDensity(x).ToDoubles().Zip(precise.LogDensity(x.ToDouble()).ToDoubles()), static p => Assert.Equal(p.Second, p.First, 1e-4));
    }

    [Fact]
    public void A_clone_has_the_same_density_and_its_own_parameters()
    {
        ContinuousFlow flow = Squash(s_tight);
        ContinuousFlow clone = flow.Clone();
        Tensor x = new RandomSource(2).Normal([5, 2], dtype: DType.Float64);
        double[] before = flow.LogDensity(x).ToDoubles();
        Assert.Equal(before, clone.LogDensity(x).ToDoubles());
        clone.Parameters[0].SetValues<double>(new double[clone.Parameters[0].ElementCount]);
        Assert.NotEqual(before, clone.LogDensity(x).ToDoubles());
        Assert.Equal(before, flow.LogDensity(x).ToDoubles());
    }

    [Fact]
    public void The_density_on_the_way_joins_that_of_the_base_and_that_of_the_data()
    {
        ContinuousFlow flow = Squash(s_tight);
        Tensor z = new RandomSource(2).Normal([5, 2], dtype: DType.Float64);
        Assert.Equal(flow.Base.LogDensity(z).ToDoubles(), flow.LogDensityAt(z, flow.BaseTime).ToDoubles());
        Assert.Equal(flow.LogDensity(z).ToDoubles(), flow.LogDensityAt(z, flow.DataTime).ToDoubles());
        Tensor path = flow.Path(z, [0, 0.4, 1]);
        Tensor along = flow.LogDensityAt(path.Select(0, 1), 0.4);
        var middle = new ContinuousFlow(flow.Field, flow.Base) { DataTime = 0.4, Steps = s_tight };
        Assert.All(along.ToDoubles().Zip((flow.Base.LogDensity(z) - middle.FromBase(z).LogDeterminant).ToDoubles()), static p => Assert.Equal(p.First, p.Second, 1e-9));
    }

    [Fact]
    public void Points_of_another_shape_are_refused()
    {
        ContinuousFlow flow = Squash(s_tight);
        Assert.Contains("[batch, 2]", Assert.Throws<ArgumentException>(() => flow.LogDensity(Tensor.Zeros([4, 3], DType.Float64))).Message, StringComparison.Ordinal);
        Assert.Contains("[batch, 2]", Assert.Throws<ArgumentException>(() => flow.LogDensity(Tensor.Zeros([4], DType.Float64))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => flow.Sample(0));
        Assert.Throws<OdeSolveException>(() => flow.LogDensity(Tensor.From([double.NaN, 0], [1, 2])));
        Assert.Throws<InvalidOperationException>(() => new ContinuousFlow(flow.Field, flow.Base) { DataTime = 0 }.Sample(1));
        var wide = new ContinuousFlow(VectorField.Define(static (_, z) => z.Sum([1], keepAxes: true)), flow.Base);
        Assert.Contains("[3, 1]", Assert.Throws<ArgumentException>(() => wide.LogDensity(Tensor.Zeros([3, 2], DType.Float64))).Message, StringComparison.Ordinal);
    }

    private static ContinuousFlow Squash(StepSizeControl steps) =>
        new(new ConcatSquashField(2, [8, 8], random: new RandomSource(4), dtype: DType.Float64), new NormalDistribution(2, dtype: DType.Float64)) { Steps = steps };

    /// <summary>e^(s·A) by a Taylor series of the scaled matrix, squared back: exact to rounding for matrices of this size.</summary>
    private static double[,] Exponential(double[,] a, double s)
    {
        const int Squarings = 6;
        int n = a.GetLength(0);
        double[,] scaled = new double[n, n], term = new double[n, n], sum = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            sum[i, i] = term[i, i] = 1;
            for (int j = 0; j < n; j++)
            {
                scaled[i, j] = a[i, j] * s / (1 << Squarings);
            }
        }

        for (int k = 1; k < 18; k++)
        {
            term = Product(term, scaled, 1.0 / k);
            for (int i = 0; i < n * n; i++)
            {
                sum[i / n, i % n] += term[i / n, i % n];
            }
        }

        for (int k = 0; k < Squarings; k++)
        {
            sum = Product(sum, sum, 1);
        }

        return sum;
    }

    private static double[,] Product(double[,] x, double[,] y, double factor)
    {
        int n = x.GetLength(0);
        double[,] result = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n; k++)
                {
                    result[i, j] += x[i, k] * y[k, j] * factor;
                }
            }
        }

        return result;
    }
}
