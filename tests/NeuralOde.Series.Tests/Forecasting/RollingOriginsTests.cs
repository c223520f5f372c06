using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting;

namespace NeuralOde.Series.Tests.Forecasting;

public class RollingOriginsTests
{
    private static TimeSeriesSet Line(int count) =>
        new(["x"], [new TimeSeries("", [.. Enumerable.Range(0, count).Select(static i => (double)i)], [.. Enumerable.Range(0, count).Select(static i => 5 + (2.0 * i))])]);

    [Fact]
    public void Earlier_origins_forecast_as_much_and_see_less()
    {
        IReadOnlyList<HoldOutSplit> splits = new RollingOrigins(HoldOut.Count(4)) { Count = 3, Spacing = 3 }.Split(Line(30));
        Assert.Equal([26, 23, 20], splits.Select(static x => x.Training.Series[0].Count));
        Assert.All(splits, static x => Assert.Equal(4, x.HeldOut.Series[0].Count));
        Assert.All(splits, static x => Assert.Equal(x.Training.Series[0].Times[^1] + 1, x.HeldOut.Series[0].Times[0]));
    }

    [Fact]
    public void A_series_that_is_too_short_has_fewer_origins() =>
        Assert.Single(new RollingOrigins(HoldOut.Count(4)) { Count = 5, MinimumTraining = 10 }.Split(Line(12)));

    [Fact]
    public void The_error_is_scaled_by_the_changes_of_the_training_part()
    {
        RollingResult result = new RollingOrigins(HoldOut.Count(4)) { Count = 2 }.Evaluate(Line(30), Forecasters.Baselines());

        // Changes are 2; errors of the last value are 2, 4, 6, 8, so 2.5 in units of the changes; the drift is exact.
        Assert.Equal(2.5, result.Mean("last value", "x").Mase, 1e-12);
        Assert.Equal(0, result.Mean("drift", "x").Mase, 1e-12);
        Assert.Equal("drift", result.Ranking("x")[0].Method);
    }

    [Fact]
    public void The_interval_score_is_the_width_and_the_distances_outside()
    {
        TimeSeriesSet set = Line(12);
        HoldOutSplit split = HoldOut.Count(1).Split(set);
        TimeSeriesSet At(double value) => split.HeldOut.WithSeries([split.HeldOut.Series[0].WithValues([value])]);

        // The truth is 27; the bands are [26, 28], [24, 26] and [20, 29].
        var forecast = new ForecastDistribution([At(20), At(24), At(26), At(26.5), At(28), At(26), At(29)]);
        ForecastScore score = ForecastScore.Of("it", 0, split, forecast)[0];
        Assert.Equal([1.0, 0, 1], score.Coverage);
        Assert.Equal(2 / 2.0, score.IntervalScore[0], 1e-12);
        Assert.Equal((2 + (2 / 0.2 * 1)) / 2, score.IntervalScore[1], 1e-12);
        Assert.Equal(9 / 2.0, score.IntervalScore[2], 1e-12);
    }
}
