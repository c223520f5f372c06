using NeuralOde.Persistence;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Times;
using NeuralOde.Tensors;

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

    public static TheoryData<string> Kinds => ["season", "several", "pair"];

    private static TimeSeriesSet Of(string kind) => kind switch
    {
        "season" => Seasonal(48),
        "several" => Decays(),
        _ => Pair(),
    };

    /// <summary>A file keeps what was chosen, not only the data: loading does not choose again, and forecasts the same bits.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_data_give_the_same_bits_also_from_a_file_and_by_any_number_of_threads(string kind)
    {
        TimeSeriesSet set = Of(kind);
        string name = set.Components[0], path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            var options = new ForecastOptions { Bounds = [new ComponentBounds(name, 0, 50)] };
            AutomaticForecast first, other;
            using (new ComputeSettings { MaxThreads = 1 }.Use())
            {
                first = new AutomaticForecaster(options).Fit(set);
            }

            using (new ComputeSettings { MaxThreads = 5 }.Use())
            {
                other = new AutomaticForecaster(options).Fit(set);
            }

            first.Save(path);
            var second = AutomaticForecast.Load(path);
            double end = set.Series.Max(static x => x.Times[^1]), step = kind == "season" ? 30.4375 : 0.5;
            ForecastDistribution a = first.Forecast(end + (13 * step), step), b = second.Forecast(end + (13 * step), step), c = other.Forecast(end + (13 * step), step);
            foreach (double probability in ForecastDistribution.Probabilities)
            {
                for (int s = 0; s < a.Median.Series.Count; s++)
                {
                    double[] values = a.Quantile(probability).Series[s].Values.ToArray();
                    Assert.Equal(values, b.Quantile(probability).Series[s].Values.ToArray());
                    Assert.Equal(values, c.Quantile(probability).Series[s].Values.ToArray());
                    Assert.All(values.Where((_, i) => i % set.Components.Count == 0), static x => Assert.InRange(x, 0, 50));
                }
            }

            Assert.Equal(first.Descriptions, second.Descriptions);
            Assert.Equal(first.Trials, second.Trials);
            Assert.Equal(kind == "pair", first.Trials.Any(static x => x.Method == "network"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_whose_choice_does_not_fit_is_damaged()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            new AutomaticForecaster().Fit(Seasonal(24)).Save(path);
            var file = ModelFile.Load(path);
            foreach (string text in (string[])
                ["", "[]", "{}", "{\"method\":\"none\",\"model\":[{}]}", file.Setting("choice 0").Replace("\"parameters\":[", "\"parameters\":[1e9,", StringComparison.Ordinal)])
            {
                new ModelFile(AutomaticForecast.FileKind, file.Settings.Select(x => (x.Key, x.Key == "choice 0" ? text : x.Value)), file.Tensors).Save(path);
                Assert.Equal(ModelFileReason.Damaged, Assert.Throws<ModelFileException>(() => AutomaticForecast.Load(path)).Reason);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Concentrations after a dose, of which the last are forecast: the curve that all share goes on, and the last value does not.</summary>
    [Fact]
    public void Tails_of_short_series_of_one_kind_follow_their_curve()
    {
        HoldOutSplit split = HoldOut.Count(3).Split(Decays());
        RollingResult result = RollingOrigins.Evaluate([split], [.. Forecasters.Baselines(), new AutomaticForecaster()]);
        Assert.Equal("automatic", result.Ranking("c")[0].Method);
    }

    private static TimeSeriesSet Decays()
    {
        var random = new Random(9);
        double[] times = [0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12];
        return new TimeSeriesSet(["c"], [.. Enumerable.Range(0, 8).Select(id => new TimeSeries($"{id}", times, [.. times.Select(t =>
            (5 + (0.5 * id)) * (Math.Exp(-(0.2 + (0.01 * id)) * t) - Math.Exp(-(1.5 + (0.1 * id)) * t)) * (1 + (0.04 * (random.NextDouble() - 0.5))))]))], seriesName: "id");
    }

    /// <summary>Hunters and prey by exact steps of their equations, which no column shows alone.</summary>
    private static TimeSeriesSet Pair()
    {
        double x = 10, y = 5;
        double[] times = [.. Enumerable.Range(0, 60).Select(static i => 0.5 * i)], values = new double[120];
        for (int i = 0; i < times.Length; i++)
        {
            (values[2 * i], values[(2 * i) + 1]) = (x, y);
            for (int k = 0; k < 500; k++)
            {
                (x, y) = (x + (1e-3 * x * (1 - (0.1 * y))), y + (1e-3 * y * ((0.1 * x) - 0.8)));
            }
        }

        return new TimeSeriesSet(["prey", "hunters"], [new TimeSeries("", times, values)]);
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
