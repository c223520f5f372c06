using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Forecasting;

public class BaselineTests
{
    private static TimeSeriesSet Set(double[] times, double[] values, TimeAxis? axis = null) => new(["x"], [new TimeSeries("", times, values)], axis);

    private static double[] Median(IForecaster method, TimeSeriesSet set, params double[] times) =>
        method.Fit(set).Predict(set.WithSeries([new TimeSeries("", times, new double[times.Length])])).Median.Series[0].Values.ToArray();

    private static double[] Range(int count) => [.. Enumerable.Range(0, count).Select(static i => (double)i)];

    [Fact]
    public void Each_baseline_is_what_it_says()
    {
        TimeSeriesSet set = Set([0, 1, 2, 3], [1, 2, 4, 8]);
        Assert.Equal([8.0, 8], Median(Forecasters.Of(Baseline.LastValue), set, 4, 6));
        Assert.Equal([3.75, 3.75], Median(Forecasters.Of(Baseline.Mean), set, 4, 6));
        Assert.Equal([8 + (7.0 / 3), 15], Median(Forecasters.Of(Baseline.Drift), set, 4, 6));
        double[] tail = Median(Forecasters.Of(Baseline.LogLinearTail), set, 4, 6);
        Assert.Equal(16, tail[0], 1e-12);
        Assert.Equal(64, tail[1], 1e-11);
    }

    [Fact]
    public void The_seasonal_naive_forecast_repeats_the_last_season_that_was_found()
    {
        double[] season = [3, 9, 4, 1];
        TimeSeriesSet set = Set(Range(24), [.. Enumerable.Range(0, 24).Select(i => season[i % 4] + (i / 4))]);
        Assert.Equal([8.0, 14, 9, 6, 8], Median(Forecasters.Of(Baseline.SeasonalNaive), set, 24, 25, 26, 27, 28));
    }

    [Fact]
    public void Months_of_the_calendar_are_one_step_and_a_year_is_their_season()
    {
        var origin = new DateTime(1970, 1, 1);
        double[] times = [.. Enumerable.Range(0, 60).Select(i => (origin.AddMonths(i) - origin).TotalDays)];
        TimeSeriesSet set = Set(times[..48], [.. Enumerable.Range(0, 48).Select(static i => 100 + (10 * Math.Sin(2 * Math.PI * i / 12)))],
            new TimeAxis("date", origin, TimeFormat.IsoDate));
        double[] forecast = Median(Forecasters.Of(Baseline.SeasonalNaive), set, times[48..]);
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(100 + (10 * Math.Sin(2 * Math.PI * i / 12)), forecast[i], 1e-9);
        }
    }

    [Fact]
    public void No_quantile_of_a_column_without_negative_values_is_below_0()
    {
        TimeSeriesSet set = Set(Range(6), [50, 40, 30, 22, 10, 2]);
        foreach (IForecaster method in Forecasters.Baselines())
        {
            ForecastDistribution forecast = method.Fit(set).Predict(set.WithSeries([new TimeSeries("", [6, 20, 90], new double[3])]));
            foreach (double probability in ForecastDistribution.Probabilities)
            {
                Assert.All(forecast.Quantile(probability).Series[0].Values.ToArray(), static x => Assert.True(x >= 0));
            }
        }
    }

    [Fact]
    public void Bands_of_a_random_walk_hold_their_share()
    {
        // 2,000 independent walks of 30 steps; the share's standard error is 0.9 %, and the variance of each method is pooled over all of them.
        var random = new Random(3);
        TimeSeries[] walks = [.. Enumerable.Range(0, 2000).Select(id =>
        {
            double value = 0;
            return new TimeSeries($"{id}", Range(30), [.. Enumerable.Range(0, 30).Select(_ => value += Normal(random))]);
        })];
        HoldOutSplit split = HoldOut.Count(10).Split(new TimeSeriesSet(["x"], walks, seriesName: "id"));
        ForecastDistribution forecast = Forecasters.Of(Baseline.LastValue).Fit(split.Training).Predict(split.HeldOut);
        foreach (double level in ForecastDistribution.Levels)
        {
            (int inside, int count) = forecast.Coverage(split.HeldOut, level);
            Assert.Equal(level, (double)inside / count, 0.03);
        }
    }

    [Fact]
    public void A_component_without_a_value_is_an_error()
    {
        TimeSeriesSet set = Set([0, 1], [double.NaN, double.NaN]);
        Assert.Equal(SeriesReason.NoTrainingValue, Assert.Throws<SeriesException>(() => Forecasters.Of(Baseline.Drift).Fit(set)).Reason);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
