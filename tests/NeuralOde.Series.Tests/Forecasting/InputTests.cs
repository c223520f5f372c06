using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting;

namespace NeuralOde.Series.Tests.Forecasting;

/// <summary>Inputs that are known ahead: used where rolling origins support them, left out where they do not, and never guessed.</summary>
public class InputTests
{
    [Fact]
    public void An_input_that_acts_is_used_and_makes_the_error_small()
    {
        TimeSeriesSet set = Set(2);
        HoldOutSplit split = HoldOut.Count(12).Split(set);
        AutomaticForecast forecast = new AutomaticForecaster().Fit(split.Training);
        ForecastScore score = ForecastScore.Of("automatic", 0, split, forecast.Predict(split.HeldOut))[0];

        // The noise has a standard deviation of 0.1 * sqrt(1/12) beside a signal of 2 * sqrt(1/12): without the input the error would be 20 times that of the noise.
        Assert.True(score.Rmse < 0.1, $"{score.Rmse}");
        Assert.True(forecast.Trials.Single(static x => x.Method == "linear dynamics").Weight > 0.9);
    }

    [Fact]
    public void An_input_without_an_effect_is_left_out()
    {
        AutomaticForecast forecast = new AutomaticForecaster().Fit(Set(0));
        Assert.Equal(0, forecast.Trials.Single(static x => x.Method == "linear dynamics").Weight);
        Assert.True(forecast.Trials.Single(static x => x.Method == "linear dynamics without inputs").Weight > 0);
    }

    [Fact]
    public void Rows_after_the_last_observation_are_the_future_also_from_a_file()
    {
        TimeSeriesSet set = Set(2);
        TimeSeries all = set.Series[0];
        double[] values = all.Values.ToArray();
        values.AsSpan(50).Fill(double.NaN);
        TimeSeriesSet known = set.WithSeries([all.WithValues(values)]);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            AutomaticForecast first = new AutomaticForecaster().Fit(known);
            first.Save(path);
            var second = AutomaticForecast.Load(path);
            Assert.Equal(10, second.Future!.Series[0].Count);
            double[] median = second.Predict(second.Future).Median.Series[0].Values.ToArray();
            Assert.Equal(first.Predict(first.Future!).Median.Series[0].Values.ToArray(), median);
            Assert.All(median.Select((x, i) => Math.Abs(x - all[50 + i, 0])), static error => Assert.True(error < 0.3, $"{error}"));
            Assert.Throws<InvalidOperationException>(() => second.Forecast(100, 1));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(55)]
    public void A_missing_input_is_an_error(int row)
    {
        TimeSeriesSet set = Set(2);
        TimeSeries x = set.Series[0];
        double[] inputs = x.InputValues.ToArray();
        inputs[row] = double.NaN;
        HoldOutSplit split = HoldOut.Count(10).Split(set.WithSeries([new TimeSeries(x.Id, x.Times, x.Values, x.Covariates, inputs)]));
        SeriesException exception = Assert.Throws<SeriesException>(() => new AutomaticForecaster().Fit(split.Training).Predict(split.HeldOut));
        Assert.Equal(SeriesReason.InputMissing, exception.Reason);
    }

    private static TimeSeriesSet Set(double effect)
    {
        var random = new Random(3);
        double[] times = [.. Enumerable.Range(0, 60).Select(static i => (double)i)], inputs = [.. times.Select(_ => random.NextDouble())];
        return new TimeSeriesSet(
            ["x"], [new TimeSeries("", times, [.. inputs.Select(u => 5 + (effect * u) + (0.1 * random.NextDouble()))], [], inputs)], inputs: ["u"]);
    }
}
