using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Forecasting.Discrete;

namespace NeuralOde.Series.Tests.Forecasting.Discrete;

/// <summary>Exponential smoothing against its recursion and the closed form of its variance, and against R's estimates.</summary>
public class SmoothingModelTests
{
    private static readonly SmoothingStructure s_level = new(false, SmoothingTrend.None, SmoothingSeason.None, 1);

    /// <summary>
    /// What forecast 8.20 of R forecasts by ets(x, model): the first, third and sixth step. Its parameters have no pull to their centers, so a fifth of a standard deviation is
    /// allowed for means, and a tenth for standard deviations. First seasons are searched there and are means of the first years here: seasonal models are not compared.
    /// </summary>
    [Theory]
    [InlineData("LakeHuron", new[] { 579.959993, 579.959993, 579.959993 }, new[] { 0.749072, 1.297344, 1.834691 })]
    [InlineData("WWWusage", new[] { 218.366335, 215.950143, 213.758186 }, new[] { 3.496339, 11.277911, 23.696975 })]
    public void Forecasts_are_those_of_R(string name, double[] means, double[] deviations)
    {
        SmoothingModel model = name == "LakeHuron" ? SmoothingModel.Fit(s_level, KnownSeries.Lake)!
            : SmoothingModel.Fit(new SmoothingStructure(false, SmoothingTrend.Damped, SmoothingSeason.None, 1), KnownSeries.Users)!;
        (double[] found, double[] spread) = Moments(model, 6);
        int[] steps = [0, 2, 5];
        for (int i = 0; i < steps.Length; i++)
        {
            Assert.InRange(found[steps[i]], means[i] - (0.2 * deviations[i]), means[i] + (0.2 * deviations[i]));
            Assert.InRange(spread[steps[i]], 0.9 * deviations[i], 1.1 * deviations[i]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void The_level_is_an_exponentially_weighted_mean_and_the_variance_grows_by_its_square(double logit)
    {
        double alpha = 0.0001 + (0.9998 / (1 + Math.Exp(-logit))), level = 0;
        double[] values = KnownSeries.Lake;
        foreach (double x in values)
        {
            level += alpha * (x - level);
        }

        (double[] means, double[] deviations) = Moments(SmoothingModel.At(s_level, values, [logit, 0]), 7);
        for (int h = 0; h < means.Length; h++)
        {
            // A start at 0 instead of at the mean of the values has faded by (1 - alpha) for each of the 98.
            Assert.Equal(level, means[h], 9);
            Assert.Equal(deviations[0] * Math.Sqrt(1 + (h * alpha * alpha)), deviations[h], 9);
        }
    }

    [Fact]
    public void A_line_goes_on_as_a_line_and_a_season_repeats()
    {
        double[] values = [.. Enumerable.Range(0, 48).Select(static i => 5 + (0.5 * i) + (i % 4 == 0 ? 3 : -1))];
        SmoothingModel model = SmoothingModel.Fit(new SmoothingStructure(false, SmoothingTrend.Additive, SmoothingSeason.Additive, 4), values)!;
        double[] means = Moments(model, 8).Means;
        for (int h = 0; h < means.Length; h++)
        {
            Assert.Equal(5 + (0.5 * (48 + h)) + (h % 4 == 0 ? 3 : -1), means[h], 1e-2);
        }
    }

    [Fact]
    public void Missing_values_leave_the_state_as_it_goes_on()
    {
        double[] values = [.. KnownSeries.Lake], shorter = KnownSeries.Lake[..90];
        for (int i = 90; i < values.Length; i++)
        {
            values[i] = double.NaN;
        }

        SmoothingModel with = SmoothingModel.At(s_level, values, [0, 0]), without = SmoothingModel.At(s_level, shorter, [0, 0]);
        Assert.Equal(Moments(without, 1).Means[0], Moments(with, 1).Means[0], 9);
        Assert.Equal(without.Criterion, with.Criterion, 9);
    }

    private static (double[] Means, double[] Deviations) Moments(SmoothingModel model, int steps)
    {
        double[] quantiles = model.Quantiles(steps, new Random(1));
        double[] At(int k) => [.. Enumerable.Range(0, steps).Select(h => quantiles[(h * NormalQuantiles.Count) + k])];
        double[] low = At(0), high = At(NormalQuantiles.Count - 1);
        return (At(NormalQuantiles.Median), [.. high.Zip(low, static (x, y) => (x - y) / (2 * NormalQuantiles.Standard[^1]))]);
    }
}
