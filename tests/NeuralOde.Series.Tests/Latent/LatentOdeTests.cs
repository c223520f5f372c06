using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Series.Latent;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests.Latent;

public class LatentOdeTests
{
    private const int Latent = 3;

    public static TheoryData<string, string, bool> Cases()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (string encoder in (string[])["gru", "ode-rnn"])
        {
            data.Add(encoder, "shared", false);
            data.Add(encoder, "missing", true);
            data.Add(encoder, "unequal", true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void With_frozen_noise_the_gradient_of_the_bound_equals_finite_differences(string encoder, string batch, bool learnsNoise)
    {
        LatentOde model = Model(encoder, learnsNoise);
        SeriesBatch series = Batch(batch);
        Tensor noise = new RandomSource(9).Normal([series.Count, Latent], dtype: DType.Float64);
        LossGradient.EqualsFiniteDifferences(() => model.Elbo(series, noise, 0.7) / 10, [.. model.Parameters], 1e-8);
    }

    [Theory]
    [InlineData("gru", true)]
    [InlineData("ode-rnn", false)]
    public void A_clone_has_the_same_bound_and_shares_nothing(string encoder, bool learnsNoise)
    {
        LatentOde model = Model(encoder, learnsNoise);
        LatentOde clone = model.Clone();
        SeriesBatch series = Batch(learnsNoise ? "unequal" : "shared");
        Tensor noise = new RandomSource(9).Normal([series.Count, Latent], dtype: DType.Float64);
        double before = model.Elbo(series, noise).ToScalar();
        Assert.Equal(before, clone.Elbo(series, noise).ToScalar());
        Assert.Empty(model.Parameters.Intersect(clone.Parameters));
        Assert.Equal(model.Noise, clone.Noise);
        foreach (Parameter parameter in clone.Parameters)
        {
            parameter.SetValues<double>(new double[parameter.ElementCount]);
        }

        Assert.Equal(before, model.Elbo(series, noise).ToScalar());
    }

    [Fact]
    public void With_the_adjoint_gradient_the_bounds_gradient_approaches_the_direct_one()
    {
        SeriesBatch series = Batch("unequal");
        Tensor noise = new RandomSource(9).Normal([series.Count, Latent], dtype: DType.Float64);
        double[] With(GradientMethod method)
        {
            LatentOde model = Model("gru", learnsNoise: true, method, FixedSteps.PerInterval(16));
            return [.. LossGradient.Taken(() => model.Elbo(series, noise), [.. model.Parameters]).SelectMany(x => x)];
        }

        // RK4 with steps below 0.05 on a field of order one.
        Close.To(With(GradientMethod.Direct), With(GradientMethod.BacksolveAdjoint), 1e-6);
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("ode-rnn")]
    public void The_bound_of_a_batch_is_the_mean_of_its_series_own(string encoder)
    {
        // Steps land on every time of a batch, so only a solve that does not depend on them is the same alone.
        LatentOde model = Model(encoder, learnsNoise: true, steps: new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 });
        TimeSeries[] series = Unequal();
        Tensor noise = new RandomSource(9).Normal([3, Latent], dtype: DType.Float64);
        double together = model.Elbo(SeriesBatch.From(series, DType.Float64), noise).ToScalar();
        double[] alone = [.. series.Select((x, i) => model.Elbo(SeriesBatch.From([x], DType.Float64), noise.Slice(0, i, 1)).ToScalar())];
        Assert.Equal(alone.Average(), together, 1e-8 * Math.Abs(together));
    }

    [Fact]
    public void The_bound_follows_its_formula()
    {
        LatentOde model = Model("gru", learnsNoise: false);
        SeriesBatch series = Batch("shared");
        Tensor noise = new RandomSource(9).Normal([series.Count, Latent], dtype: DType.Float64);
        DiagonalGaussian q = model.Encode(series);
        (double[] mean, double[] logVariance) = (q.Mean.ToDoubles(), q.LogVariance.ToDoubles());
        double[] predicted = model.Decode(q.Sample(noise), series.Times[0], series.Times).ToDoubles();
        double logLikelihood = predicted.Zip(series.Values.ToDoubles(), (p, x) => (-0.5 * (p - x) * (p - x) / 0.09) - Math.Log(0.3) - (0.5 * Math.Log(2 * Math.PI))).Sum();
        double divergence = -0.5 * mean.Zip(logVariance, (m, v) => 1 + v - (m * m) - Math.Exp(v)).Sum();
        Assert.Equal((logLikelihood - (0.25 * divergence)) / series.Count, model.Elbo(series, noise, 0.25).ToScalar(), 1e-10);
    }

    [Fact]
    public void Reconstruction_extrapolation_and_draws_agree_where_they_overlap()
    {
        LatentOde model = Model("gru", learnsNoise: false, steps: FixedSteps.PerInterval(2));
        SeriesBatch series = Batch("shared");
        double[] reconstructed = model.Reconstruct(series).ToDoubles();
        double[] further = model.Extrapolate(series, [.. series.Times, 3, 4]).ToDoubles();
        Assert.Equal(reconstructed, further[..reconstructed.Length]);

        // A first time after the batch's is reached from there.
        Assert.Equal(further[^4..], model.Extrapolate(series, [.. series.Times[1..], 3, 4]).ToDoubles()[^4..]);
        Tensor draws = model.SamplePosterior(series, [0, 1], 400, new RandomSource(1));
        Assert.Equal([2, 400, 2, 2], draws.Shape.Lengths.ToArray());
        Tensor prior = model.Sample(5, [0, 1, 2], new RandomSource(3));
        Assert.Equal([3, 5, 2], prior.Shape.Lengths.ToArray());
        Assert.Equal(prior.ToDoubles(), model.Sample(5, [0, 1, 2], new RandomSource(3)).ToDoubles());
        Assert.Throws<ArgumentException>(() => model.Extrapolate(series, [-1, 1]));
    }

    [Fact]
    public void Interpolation_goes_from_one_state_to_the_other()
    {
        LatentOde model = Model("gru", learnsNoise: false);
        Tensor a = new RandomSource(1).Normal([Latent], dtype: DType.Float64);
        Tensor b = new RandomSource(2).Normal([Latent], dtype: DType.Float64);
        Tensor between = model.Interpolate(a, b, 5, [0, 0.5]);
        Close.To(model.Decode(a.Unsqueeze(0), 0, [0, 0.5]).ToDoubles(), between.Slice(1, 0, 1).ToDoubles(), 1e-14);
        Close.To(model.Decode(b.Unsqueeze(0), 0, [0, 0.5]).ToDoubles(), between.Slice(1, 4, 1).ToDoubles(), 1e-14);
        Close.To(model.Decode(((0.5 * a) + (0.5 * b)).Unsqueeze(0), 0, [0, 0.5]).ToDoubles(), between.Slice(1, 2, 1).ToDoubles(), 1e-14);
        Assert.Throws<ArgumentException>(() => model.Interpolate(a, Tensor.Zeros([2], DType.Float64), 5, [0]));
    }

    [Fact]
    public void Missing_components_are_refused_by_an_encoder_that_cannot_see_them()
    {
        var encoder = new GruEncoder(2, 4, Latent, dtype: DType.Float64);
        Assert.Contains("readsMask", Assert.Throws<ArgumentException>(() => encoder.Forward(Batch("missing"))).Message, StringComparison.Ordinal);
        Assert.Contains("3 components", Assert.Throws<ArgumentException>(() => new GruEncoder(3, 4, Latent).Forward(Batch("shared"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learned_noise_starts_at_its_first_value_and_is_saved_with_the_model()
    {
        LatentOde model = Model("gru", learnsNoise: true);
        Close.To([0.3, 0.3], [.. model.Noise], 1e-15);
        Assert.Contains("log_noise", model.NamedParameters().Select(x => x.Name));
        Assert.Contains("encoder.gru.weight_ih_l0", model.NamedParameters().Select(x => x.Name));
    }

    private static LatentOde Model(string encoder, bool learnsNoise, GradientMethod? gradient = null, StepSizeControl? steps = null)
    {
        var random = new RandomSource(5);
        SeriesEncoder reader = encoder == "gru"
            ? new GruEncoder(2, 4, Latent, readsMask: learnsNoise, random, DType.Float64)
            : new OdeRnnEncoder(new Mlp(4, [5], 4, random: random, dtype: DType.Float64).AsField(), 2, 4, Latent, readsMask: learnsNoise, random: random, dtype: DType.Float64);
        var ode = new OdeBlock(new Mlp(Latent, [5], Latent, random: random, dtype: DType.Float64).AsField())
        {
            Solver = steps is AdaptiveSteps ? new Dopri5() : new RungeKutta4(),
            Steps = steps ?? FixedSteps.PerInterval(1),
            GradientMethod = gradient ?? GradientMethod.Direct,
        };
        return new LatentOde(reader, ode, new Linear(Latent, 2, random: random, dtype: DType.Float64), 0.3, learnsNoise);
    }

    private static SeriesBatch Batch(string kind) => kind switch
    {
        "shared" => SeriesBatch.Shared([0, 0.3, 1, 1.4], new RandomSource(4).Normal([4, 2, 2], dtype: DType.Float64)),
        "missing" => SeriesBatch.Shared([0, 0.3, 1], Tensor.From([double.NaN, 0.1, 0.4, -0.3, 0.2, double.NaN, double.NaN, double.NaN, -0.5, 0.6, 0.7, double.NaN], [3, 2, 2])),
        _ => SeriesBatch.From(Unequal(), DType.Float64),
    };

    private static TimeSeries[] Unequal() =>
    [
        new("a", [0, 0.4, 0.9], [0.1, 0.2, 0.3, double.NaN, -0.5, 0.6]),
        new("b", [0, 0.7], [double.NaN, -0.2, 0.3, 0.5]),
        new("c", [0, 0.2, 0.4, 1.1], [0.7, 0.2, 0.1, 0.3, -0.4, double.NaN, 0.2, 0.9]),
    ];
}
