using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Forecasting;

public class AutomaticForecasterTests
{
    private static TimeSeriesSet Seasonal(int count)
    {
        var random = new Random(4);
        var origin = new DateTime(2010, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        double[] times = [.. Enumerable.Range(0, count).Select(i => (origin.AddMonths(i) - origin).TotalDays)];
        double[] values = [.. Enumerable.Range(0, count).Select(i => Math.Exp((0.01 * i) + (0.3 * Math.Sin(2 * Math.PI * i / 12)) + (0.05 * random.NextDouble())))];
        return new TimeSeriesSet(["x"], [new TimeSeries("", times, values)], new TimeAxis("date", origin, TimeFormat.IsoDate));
    }

    [Fact]
    public void A_season_with_a_trend_is_forecast_better_than_by_every_baseline_and_never_below_0()
    {
        HoldOutSplit split = HoldOut.Count(12).Split(Seasonal(72));
        RollingResult result = RollingOrigins.Evaluate([split], [.. Forecasters.Baselines(), new AutomaticForecaster()]);
        Assert.Equal("automatic", result.Ranking("x")[0].Method);
        foreach (double probability in ForecastDistribution.Probabilities)
        {
            Assert.All(result.Forecasts[^1].Forecast!.Quantile(probability).Series[0].Values.ToArray(), static x => Assert.True(x >= 0));
        }
    }

    [Fact]
    public void The_same_data_give_the_same_bits_also_from_a_file()
    {
        TimeSeriesSet set = Seasonal(48);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            AutomaticForecast first = new AutomaticForecaster(new ForecastOptions { Bounds = [new ComponentBounds("x", 0, 50)] }).Fit(set);
            first.Save(path);
            var second = AutomaticForecast.Load(path);
            double end = set.Series[0].Times[^1];
            ForecastDistribution a = first.Forecast(end + 400, 30.4375), b = second.Forecast(end + 400, 30.4375);
            Assert.Equal(13, a.Median.Series[0].Count);
            foreach (double probability in ForecastDistribution.Probabilities)
            {
                Assert.Equal(a.Quantile(probability).Series[0].Values.ToArray(), b.Quantile(probability).Series[0].Values.ToArray());
                Assert.All(a.Quantile(probability).Series[0].Values.ToArray(), static x => Assert.InRange(x, 0, 50));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Irregular_times_missing_values_and_several_series_have_forecasts_in_order()
    {
        var random = new Random(9);
        TimeSeries[] series = [.. Enumerable.Range(0, 4).Select(id =>
        {
            double time = 0;
            double[] times = [.. Enumerable.Range(0, 12).Select(_ => time += 0.2 + random.NextDouble())];
            return new TimeSeries($"{id}", times, [.. times.Select((t, i) => i == 5 ? double.NaN : (5 + id) * Math.Exp(-0.4 * t) * (1 + (0.02 * random.NextDouble())))]);
        })];
        HoldOutSplit split = HoldOut.Count(3).Split(new TimeSeriesSet(["c"], series, seriesName: "id"));
        ForecastDistribution forecast = new AutomaticForecaster().Fit(split.Training).Predict(split.HeldOut);
        for (int k = 1; k < ForecastDistribution.Probabilities.Count; k++)
        {
            TimeSeriesSet low = forecast.Quantile(ForecastDistribution.Probabilities[k - 1]), high = forecast.Quantile(ForecastDistribution.Probabilities[k]);
            for (int s = 0; s < 4; s++)
            {
                Assert.All(low.Series[s].Values.ToArray().Zip(high.Series[s].Values.ToArray()), static x => Assert.True(x.First <= x.Second));
            }
        }
    }

    [Fact]
    public void Bounds_of_an_unknown_component_are_an_error() => Assert.Throws<ArgumentException>(() =>
        new AutomaticForecaster(new ForecastOptions { Bounds = [new ComponentBounds("y", 0, 1)] }).Fit(Seasonal(24)));

    [Fact]
    public void A_forecast_that_does_not_go_past_the_data_is_an_error()
    {
        AutomaticForecast forecast = new AutomaticForecaster().Fit(Seasonal(24));
        Assert.Equal(ForecastReason.NotAfterData, Assert.Throws<ForecastException>(() => forecast.Forecast(10, 1)).Reason);
    }
}
