using NeuralOde.Losses;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Losses;

public class GaussianTests
{
    [Fact]
    public void The_negative_log_likelihood_is_minus_the_log_of_the_density()
    {
        double Density(double x, double mean, double deviation) => Math.Exp(-0.5 * Math.Pow((x - mean) / deviation, 2)) / (deviation * Math.Sqrt(2 * Math.PI));
        var predicted = Tensor.From([1.0, 2, 3, 4], [2, 2]);
        var observed = Tensor.From([1.2, double.NaN, 2.5, 4.4], [2, 2]);
        var deviation = Tensor.From(0.5, 2.0);
        var mask = Tensor.From([1.0, 0, 1, 1], [2, 2]);
        double expected = -(Math.Log(Density(1.2, 1, 0.5)) + Math.Log(Density(2.5, 3, 0.5)) + Math.Log(Density(4.4, 4, 2))) / 3;
        Assert.Equal(expected, Loss.GaussianNegativeLogLikelihood(predicted, observed, deviation, mask).ToScalar(), 1e-14);
        var known = Tensor.From([1.2, 1, 2.5, 4.4], [2, 2]);
        Assert.Equal(((3 * expected) - Math.Log(Density(1, 2, 2))) / 4, Loss.GaussianNegativeLogLikelihood(predicted, known, deviation).ToScalar(), 1e-14);
    }

    [Fact]
    public void Gradients_equal_finite_differences_and_ignore_what_is_missing()
    {
        var predicted = new Parameter(Tensor.From([1.0, 2, 3, 4], [2, 2]));
        var logDeviation = new Parameter(Tensor.From(-0.5, 0.3));
        var observed = Tensor.From([1.2, double.NaN, 2.5, 4.4], [2, 2]);
        var mask = Tensor.From([1.0, 0, 1, 1], [2, 2]);
        LossGradient.EqualsFiniteDifferences(() => Loss.GaussianNegativeLogLikelihood(predicted, observed, logDeviation.Exp(), mask), [predicted, logDeviation]);
        var mean = new Parameter(Tensor.From([0.3, -1.2, 0.8], [1, 3]));
        var logVariance = new Parameter(Tensor.From([-0.3, 0.2, 1.1], [1, 3]));
        var noise = Tensor.From([0.5, -1, 2], [1, 3]);
        LossGradient.EqualsFiniteDifferences(() => new DiagonalGaussian(mean, logVariance).KullbackLeibler(), [mean, logVariance]);
        LossGradient.EqualsFiniteDifferences(() => new DiagonalGaussian(mean, logVariance).Sample(noise).Square().Sum(), [mean, logVariance]);
    }

    [Fact]
    public void The_divergence_is_zero_from_the_standard_normal_and_follows_its_closed_form_elsewhere()
    {
        Assert.Equal(0, Loss.KullbackLeibler(Tensor.Zeros([4, 3]), Tensor.Zeros([4, 3])).ToScalar());
        double expected = -0.5 * ((1 - 0.4 - (0.3 * 0.3) - Math.Exp(-0.4)) + (1 + 0.7 - (1.1 * 1.1) - Math.Exp(0.7)));
        Assert.Equal(expected, Loss.KullbackLeibler(Tensor.From([0.3, -1.1], [1, 2]), Tensor.From([-0.4, 0.7], [1, 2])).ToScalar(), 1e-14);
    }

    [Fact]
    public void Draws_have_the_distributions_moments_and_depend_on_the_seed_alone()
    {
        var gaussian = new DiagonalGaussian(Tensor.Full([20_000, 1], 0.7, DType.Float64), Tensor.Full([20_000, 1], Math.Log(0.25), DType.Float64));
        double[] draws = gaussian.Sample(new RandomSource(3)).ToDoubles();

        // Five standard errors of 20,000 draws of deviation one half.
        Assert.Equal(0.7, draws.Average(), 5 * 0.5 / Math.Sqrt(20_000));
        Assert.Equal(0.25, draws.Average(x => (x - 0.7) * (x - 0.7)), 5 * 0.25 * Math.Sqrt(2.0 / 20_000));
        Assert.Equal(draws, gaussian.Sample(new RandomSource(3)).ToDoubles());
    }
}
