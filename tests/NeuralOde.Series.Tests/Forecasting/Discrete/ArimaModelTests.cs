using NeuralOde.Series.Forecasting.Discrete;

namespace NeuralOde.Series.Tests.Forecasting.Discrete;

/// <summary>ARIMA models against closed forms of their forecasts, and against R's estimates by conditional sums of squares.</summary>
public class ArimaModelTests
{
    /// <summary>
    /// What R 4.2 forecasts by predict(arima(x, order, seasonal, method = "CSS"), n.ahead): the first, third and sixth step. R leaves out other first errors and has no pull
    /// on the coefficients, so a tenth of a standard deviation is allowed.
    /// </summary>
    [Theory]
    [InlineData("lh", new[] { 2.699229, 2.512635, 2.434688 }, new[] { 0.449049, 0.542831, 0.553712 })]
    [InlineData("WWWusage", new[] { 218.877186, 217.678617, 217.047527 }, new[] { 3.134802, 11.888150, 23.448547 })]
    [InlineData("AirPassengers", new[] { 6.109592, 6.172891, 6.368338 }, new[] { 0.037266, 0.049661, 0.063894 })]
    public void Forecasts_are_those_of_R(string name, double[] means, double[] deviations)
    {
        (ArimaOrders orders, double[] values) = name switch
        {
            "lh" => (new ArimaOrders(1, 0, 0, 0, 0, 0, 1, true), KnownSeries.Hormone),
            "WWWusage" => (new ArimaOrders(1, 1, 1, 0, 0, 0, 1, false), KnownSeries.Users),
            _ => (new ArimaOrders(0, 1, 1, 0, 1, 1, 12, false), Array.ConvertAll(KnownSeries.Passengers, Math.Log)),
        };
        (double[] found, double[] spread) = ArimaModel.Fit(orders, values)!.Forecast(6);
        int[] steps = [0, 2, 5];
        for (int i = 0; i < steps.Length; i++)
        {
            Assert.InRange(found[steps[i]], means[i] - (0.1 * deviations[i]), means[i] + (0.1 * deviations[i]));
            Assert.InRange(spread[steps[i]], 0.9 * deviations[i], 1.1 * deviations[i]);
        }
    }

    [Fact]
    public void A_random_walk_stays_at_its_last_value_and_spreads_by_the_root_of_the_steps()
    {
        double[] values = KnownSeries.Lake;
        (double[] means, double[] deviations) = ArimaModel.Fit(new ArimaOrders(0, 1, 0, 0, 0, 0, 1, false), values)!.Forecast(9);
        double variance = values.Skip(1).Zip(values, static (x, before) => (x - before) * (x - before)).Skip(2).Average();
        for (int h = 0; h < means.Length; h++)
        {
            Assert.Equal(values[^1], means[h], 9);
            Assert.Equal(Math.Sqrt(variance * (h + 1)), deviations[h], 9);
        }
    }

    [Fact]
    public void A_seasonal_random_walk_repeats_the_last_season()
    {
        double[] values = KnownSeries.Passengers, means = ArimaModel.Fit(new ArimaOrders(0, 0, 0, 0, 1, 0, 12, false), values)!.Forecast(24).Means;
        for (int h = 0; h < means.Length; h++)
        {
            Assert.Equal(values[values.Length - 12 + (h % 12)], means[h], 9);
        }
    }

    [Fact]
    public void An_autoregression_returns_to_its_mean_by_powers_of_its_coefficient()
    {
        const double Coefficient = 0.6;
        double[] values = KnownSeries.Hormone;
        ArimaModel model = ArimaModel.At(new ArimaOrders(1, 0, 0, 0, 0, 0, 1, true), values, [Math.Atanh(Coefficient), 0])!;
        (double[] means, double[] deviations) = model.Forecast(8);
        double mean = values.Average();
        for (int h = 0; h < means.Length; h++)
        {
            double power = Math.Pow(Coefficient, h + 1), sum = (1 - (power * power)) / (1 - (Coefficient * Coefficient));
            Assert.Equal(mean + (power * (values[^1] - mean)), means[h], 9);
            Assert.Equal(deviations[0] * Math.Sqrt(sum), deviations[h], 9);
        }
    }

    [Fact]
    public void A_moving_average_is_its_mean_after_its_order()
    {
        const double Coefficient = 0.5;
        double[] values = KnownSeries.Hormone;
        (double[] means, double[] deviations) = ArimaModel.At(new ArimaOrders(0, 0, 1, 0, 0, 0, 1, true), values, [Math.Atanh(Coefficient), 0])!.Forecast(4);
        double mean = values.Average();
        Assert.NotEqual(mean, means[0], 3);
        Assert.Equal(mean, means[1], 9);
        Assert.Equal(deviations[0] * Math.Sqrt(1 + (Coefficient * Coefficient)), deviations[3], 9);
    }

    [Fact]
    public void A_series_that_is_too_short_has_no_model() => Assert.Null(ArimaModel.Fit(new ArimaOrders(2, 1, 2, 0, 0, 0, 1, false), [1, 2, 4, 3, 5, 4, 6]));
}
