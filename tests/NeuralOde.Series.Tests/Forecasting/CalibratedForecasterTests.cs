using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting;

namespace NeuralOde.Series.Tests.Forecasting;

public class CalibratedForecasterTests
{
    /// <summary>A method whose bands are a hundredth as wide as they should be: the trial widens them, up to the most that is allowed, and leaves the median.</summary>
    [Fact]
    public void Bands_that_held_too_little_at_the_trial_are_widened_and_the_median_stays()
    {
        var random = new Random(5);
        TimeSeries[] series = [.. Enumerable.Range(0, 12).Select(id =>
            new TimeSeries($"{id}", [.. Enumerable.Range(0, 30).Select(static i => (double)i)], [.. Enumerable.Range(0, 30).Select(_ => 10 + random.NextDouble())]))];
        HoldOutSplit split = HoldOut.Count(5).Split(new TimeSeriesSet(["x"], series, seriesName: "id"));
        ForecastDistribution own = new Narrow().Fit(split.Training).Predict(split.HeldOut), stretched = new CalibratedForecaster(new Narrow()).Fit(split.Training).Predict(split.HeldOut);
        Assert.Equal(own.Median.Series[3].Values.ToArray(), stretched.Median.Series[3].Values.ToArray());

        // Twelve trials ask for the most, 3; they count as 6.5 independent ones beside one for the method's own bands.
        double factor = Math.Pow(3, 6.5 / 7.5);
        Assert.Equal(0.01 * factor, stretched.Upper(0.95).Series[3][2, 0] - stretched.Median.Series[3][2, 0], 1e-12);
        Assert.Equal(0.01 * factor, stretched.Median.Series[3][2, 0] - stretched.Lower(0.95).Series[3][2, 0], 1e-12);
    }

    [Fact]
    public void Series_that_are_too_short_for_a_trial_keep_the_bands_of_the_method()
    {
        var set = new TimeSeriesSet(["x"], [new TimeSeries("", [0, 1], [1, 2])]);
        TimeSeriesSet at = set.WithSeries([new TimeSeries("", [2], [0])]);
        Assert.Equal(
            new Narrow().Fit(set).Predict(at).Upper(0.8).Series[0].Values.ToArray(), new CalibratedForecaster(new Narrow()).Fit(set).Predict(at).Upper(0.8).Series[0].Values.ToArray());
    }

    private sealed class Narrow : IForecaster
    {
        public string Name => "narrow";

        public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default) => new Fitted();

        private sealed class Fitted : IFittedForecaster
        {
            public IReadOnlyList<string> Descriptions => ["10.5"];

            public ForecastDistribution Predict(TimeSeriesSet at)
            {
                double[] offsets = [-0.01, -0.005, -0.002, 0, 0.002, 0.005, 0.01];
                return new ForecastDistribution([.. offsets.Select(x => at.WithSeries([.. at.Series.Select(y => y.WithValues([.. y.Values.ToArray().Select(_ => 10.5 + x)]))]))]);
            }
        }
    }
}
