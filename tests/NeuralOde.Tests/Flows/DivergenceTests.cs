using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Divergences;
using NeuralOde.Layers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.TestSupport;

namespace NeuralOde.Tests.Flows;

public class DivergenceTests
{
    private const int Size = 3;

    public static TheoryData<string> ClosedForms() => ["linear", "affine", "time", "hypernetwork", "gated", "deep gates", .. Activation.All.Select(static x => $"mlp {x}")];

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void A_closed_form_equals_the_sum_of_products(string name)
    {
        VectorField field = Field(name);
        Tensor z = new RandomSource(2).Normal([6, Size], dtype: DType.Float64).WithGradient();
        var t = Tensor.Scalar(0.7, DType.Float64);
        (Tensor value, Tensor divergence) = field.ForwardWithDivergence(t, z)!.Value;
        Assert.Equal(field.Forward(t, z).ToDoubles(), value.ToDoubles());
        double[] closed = divergence.ToDoubles();
        double[] products = new ExactDivergence { UsesClosedForm = false }.Measure(field, t, z, null, false).Divergence.ToDoubles();
        Assert.Equal(6, closed.Length);
        Assert.All(closed.Zip(products), static x => Assert.Equal(x.First, x.Second, 1e-13));
    }

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void A_likelihood_by_a_closed_form_has_the_gradient_of_one_by_products(string name)
    {
        VectorField field = Field(name);
        Tensor x = new RandomSource(2).Normal([6, Size], dtype: DType.Float64);
        double[][] gradients = [.. new[] { true, false }.Select(closed =>
        {
            var flow = new ContinuousFlow(field, new NormalDistribution(Size, dtype: DType.Float64))
            {
                Steps = FixedSteps.PerInterval(5),
                Divergence = new ExactDivergence { UsesClosedForm = closed },
            };
            flow.Parameters.ClearGradients();
            flow.Loss(x).Total.Backward();
            return flow.Parameters.SelectMany(static p => p.Gradient!.ToDoubles()).ToArray();
        })];
        FiniteDifference.AssertClose(gradients[1], gradients[0], 1e-12);
    }

    [Fact]
    public void A_deep_network_has_no_closed_form() =>
        Assert.Null(new Mlp(2, [4, 4], 2, dtype: DType.Float64).AsField().ForwardWithDivergence(Tensor.Scalar(0, DType.Float64), Tensor.Zeros([3, 2], DType.Float64)));

    [Theory]
    [InlineData(ProbeNoise.Rademacher, 0)]
    [InlineData(ProbeNoise.Gaussian, 2)]
    public void The_mean_of_estimates_is_the_divergence(ProbeNoise noise, double diagonal)
    {
        // Var(εᵀJε) of symmetric part S is 2‖S‖² for normal ε, and without the diagonal's 2ΣS_ii² for signs.
        const int Count = 20_000;
        VectorField field = Field("mlp Tanh");
        Tensor row = new RandomSource(2).Normal([1, Size], dtype: DType.Float64);
        Tensor z = row.BroadcastTo([Count, Size]).WithGradient();
        var t = Tensor.Scalar(0.7, DType.Float64);
        var method = new HutchinsonDivergence { Noise = noise };
        JacobianMeasure estimate = method.Measure(field, t, z, method.Draw(z.Shape, DType.Float64, new RandomSource(5)), true);
        JacobianMeasure exact = DivergenceMethod.Exact.Measure(field, t, z, null, true);
        double[,] jacobian = Jacobian(field, t, row);
        double variance = 0, squares = 0;
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                double symmetric = (jacobian[i, j] + jacobian[j, i]) / 2;
                variance += (i == j ? diagonal : 2) * symmetric * symmetric;
                squares += jacobian[i, j] * jacobian[i, j];
            }
        }

        // Five standard errors: a right estimate fails once in two million seeds.
        Assert.Equal(exact.Divergence[0], estimate.Divergence.Mean().ToScalar(), 5 * Math.Sqrt(variance / Count));
        double[] deviations = [.. estimate.Divergence.ToDoubles().Select(x => x - exact.Divergence[0])];
        Assert.Equal(variance, deviations.Average(static x => x * x), 0.15 * variance);
        Assert.Equal(squares, exact.SquaredNorm![0], 1e-12);
        Assert.Equal(squares, estimate.SquaredNorm!.Mean().ToScalar(), 0.05 * squares);
    }

    [Fact]
    public void The_noise_of_an_estimate_is_fixed_over_a_solve()
    {
        // With one sample of noise the estimated log-density is a smooth function of time, so that halving the steps changes nothing beyond their order.
        VectorField field = Field("mlp Tanh");
        Tensor x = new RandomSource(2).Normal([4, Size], dtype: DType.Float64);
        double[] At(int steps) => new ContinuousFlow(field, new NormalDistribution(Size, dtype: DType.Float64))
        {
            Solver = new Tsit5(),
            Steps = FixedSteps.PerInterval(steps),
            Divergence = DivergenceMethod.Hutchinson,
        }.LogDensity(x, random: new RandomSource(3)).ToDoubles();
        Assert.All(At(40).Zip(At(80)), static p => Assert.Equal(p.First, p.Second, 1e-9));
    }

    [Fact]
    public void An_exact_divergence_that_memory_cannot_hold_is_refused_before_it_is_computed()
    {
        var flow = new ContinuousFlow(new ConcatSquashField(3072, [64, 64]), new NormalDistribution(3072));
        DivergenceException failure = Assert.Throws<DivergenceException>(() => flow.LogDensity(Tensor.Zeros([20_000, 3072])));
        Assert.Equal(DivergenceReason.TooLarge, failure.Reason);
        Assert.Contains(nameof(HutchinsonDivergence), failure.Advice, StringComparison.Ordinal);
    }

    private static VectorField Field(string name)
    {
        var random = new RandomSource(1);
        return name switch
        {
            "linear" => new LinearField(Size, random, dtype: DType.Float64),
            "affine" => new Mlp(Size + 1, [], Size, random: random, dtype: DType.Float64).AsField(TimeInput.Concatenated),
            "time" => new Mlp(Size + 1, [7], Size, random: random, dtype: DType.Float64).AsField(TimeInput.Concatenated),
            "hypernetwork" => new HypernetworkField(Size, 7, 5, random, DType.Float64),
            "gated" => new GatedUnitsField(Size, 7, random: random, dtype: DType.Float64),
            "deep gates" => new GatedUnitsField(Size, 7, [4, 4], random, DType.Float64),
            _ => new Mlp(Size, [7], Size, Activation.Parse(name["mlp ".Length..]), random, DType.Float64).AsField(),
        };
    }

    private static double[,] Jacobian(VectorField field, Tensor t, Tensor row)
    {
        double[,] jacobian = new double[Size, Size];
        for (int i = 0; i < Size; i++)
        {
            double[] gradient = FiniteDifference.Gradient(x => field.Forward(t, Tensor.From(x, [1, Size]))[0, i], row.ToDoubles());
            for (int j = 0; j < Size; j++)
            {
                jacobian[i, j] = gradient[j];
            }
        }

        return jacobian;
    }
}
