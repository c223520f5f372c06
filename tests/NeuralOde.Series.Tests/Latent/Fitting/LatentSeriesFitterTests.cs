using NeuralOde.Persistence;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Series.Scaling;
using NeuralOde.Settings;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Series.Tests.Latent.Fitting;

public sealed class LatentSeriesFitterTests : IDisposable
{
    private static readonly LatentFitOptions s_short = new() { Iterations = 60, EncoderUnits = 8, LatentStates = 2, Widths = [8] };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Decays_of_unseen_series_are_forecast_better_than_by_their_last_value()
    {
        LatentForecaster model = LatentSeriesFitter.Fit(Decays(24, seed: 1), s_short with { Iterations = 500, LatentStates = 4, EncoderUnits = 16 }).Forecaster;
        HoldOutSplit unseen = HoldOut.Fraction(0.5).Split(Decays(20, seed: 2));
        SeriesForecast forecast = model.Predict(unseen.Training, unseen.HeldOut);
        double error = ForecastErrors.Between(unseen.HeldOut, forecast.Mean).PooledRmse;
        double naive = ForecastErrors.Between(unseen.HeldOut, NaiveForecast.LastObserved(unseen)).PooledRmse;
        Assert.True(error < 0.5 * naive, $"{error} beside {naive}");
        (int inside, int count) = forecast.Coverage(unseen.HeldOut);

        // The bands claim 90 %; a model of a few seconds is allowed to be off, but not to be blind.
        Assert.InRange((double)inside / count, 0.6, 1);
    }

    /// <summary>The model's own bands are too narrow after so few steps: the tails of series that it did not learn from widen them, by the same factor everywhere.</summary>
    [Fact]
    public void Bands_are_stretched_by_what_the_tails_of_series_that_were_not_learned_from_ask_for()
    {
        TimeSeriesSet data = Decays(30, seed: 7);
        LatentSeriesFit fit = LatentSeriesFitter.Fit(data, s_short with { Iterations = 200 });
        LatentForecaster model = fit.Forecaster, own = new(model.Model, model.Shape, model.SeriesScaling, model.Known);
        Assert.True(fit.ValidationCount > 0);
        Assert.NotEqual(1, model.BandFactor);
        Assert.InRange(model.BandFactor, 0.75, 3);
        SeriesForecast stretched = model.Predict(data, [1, 5]), before = own.Predict(data, [1, 5]);
        for (int s = 0; s < data.Series.Count; s++)
        {
            for (int i = 0; i < 2; i++)
            {
                double mean = before.Mean.Series[s][i, 0];
                Assert.Equal(mean, stretched.Mean.Series[s][i, 0]);
                Assert.Equal(mean + (model.BandFactor * (before.Upper.Series[s][i, 0] - mean)), stretched.Upper.Series[s][i, 0], 1e-9);
                Assert.Equal(mean + (model.BandFactor * (before.Lower.Series[s][i, 0] - mean)), stretched.Lower.Series[s][i, 0], 1e-9);
            }
        }

        Assert.Equal(1, LatentSeriesFitter.Fit(Decays(2, seed: 8), s_short with { Iterations = 5 }).Forecaster.BandFactor);
        string path = _folder.File("m.safetensors");
        model.Save(path);
        Assert.Equal(model.BandFactor, LatentForecaster.Load(path).BandFactor);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_one_others()
    {
        TimeSeriesSet data = Decays(6, seed: 3);
        double[] Run(long seed) => LatentSeriesFitter.Fit(data, s_short with { Seed = seed }).Forecaster.Predict(data, [0.5, 1, 4]).Upper.Series[2].Values.ToArray();
        Assert.Equal(Run(0), Run(0));
        Assert.NotEqual(Run(0), Run(1));
    }

    [Fact]
    public void A_saved_model_forecasts_the_same_bits()
    {
        TimeSeriesSet data = Decays(6, seed: 4, covariate: true, log: true);
        LatentForecaster model = LatentSeriesFitter.Fit(data, s_short with { Encoder = SeriesEncoderKind.OdeRnn, Iterations = 5 }).Forecaster;
        string path = _folder.File("m.safetensors");
        model.Save(path);
        Assert.Equal(LatentForecaster.FileKind.Name, ModelFile.Load(path).Kind);
        var loaded = LatentForecaster.Load(path);
        Assert.Equal(data.LogComponents, loaded.Known.LogComponents);
        Assert.Equal(data.SeriesName, loaded.Known.SeriesName);
        SeriesForecast before = model.Forecast(9, 0.5), after = loaded.Forecast(9, 0.5);
        Assert.Equal(before.Mean.Series.Select(static x => x.Id), after.Mean.Series.Select(static x => x.Id));
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(before.Lower.Series[i].Values.ToArray(), after.Lower.Series[i].Values.ToArray());
            Assert.Equal(before.Mean.Series[i].Values.ToArray(), after.Mean.Series[i].Values.ToArray());
            Assert.Equal(before.Mean.Series[i].Times.ToArray(), after.Mean.Series[i].Times.ToArray());
        }
    }

    [Fact]
    public void What_is_said_of_a_series_does_not_depend_on_the_others_nor_on_when_its_clock_starts()
    {
        TimeSeriesSet data = Decays(5, seed: 5);
        LatentForecaster model = LatentSeriesFitter.Fit(data, s_short with { Iterations = 5 }).Forecaster;
        double[] together = model.Predict(data, [0.25, 3]).Upper.Series[3].Values.ToArray();
        Assert.Equal(together, model.Predict(data.WithSeries([data.Series[3]]), [0.25, 3]).Upper.Series[0].Values.ToArray());

        // A power of two: moved times round to the same differences.
        TimeSeries one = data.Series[3];
        var moved = new TimeSeries(one.Id, [.. one.Times.ToArray().Select(static t => t + 1024)], one.Values);
        Assert.Equal(together, model.Predict(data.WithSeries([moved]), [1024.25, 1027]).Upper.Series[0].Values.ToArray(), (x, y) => Math.Abs(x - y) < 1e-5);
    }

    [Fact]
    public void Bands_hold_the_share_that_they_claim_of_the_models_own_draws()
    {
        // Observations drawn as the model believes they are: a latent state from the posterior, then noise. The draws of the forecast are others.
        TimeSeriesSet data = Decays(4, seed: 6);
        LatentForecaster model = LatentSeriesFitter.Fit(data, s_short with { Iterations = 5 }).Forecaster;
        double[] time = [2.0];
        SeriesForecast forecast = model.Predict(data, time, new LatentForecastOptions { Draws = 2_000, Level = 0.8 });
        SeriesForecast wider = model.Predict(data, time, new LatentForecastOptions { Draws = 2_000, Level = 0.95 });
        TimeSeries series = data.Series[0];
        TimeSeries observed = model.SeriesScaling.Observed(series);
        double[] draws = model.Model.SamplePosterior(SeriesBatch.From([observed]), model.SeriesScaling.OwnTimes(series, time), 4_000, new RandomSource(99)).ToDoubles();
        double[] noise = new RandomSource(98).Normal([draws.Length], deviation: model.Noise[0]).ToDoubles();
        ComponentScale scale = model.Scaling.Components[0];
        int inside = draws.Zip(noise).Count(x => scale.Restore(x.First + x.Second) is var y && y >= forecast.Lower.Series[0][0, 0] && y <= forecast.Upper.Series[0][0, 0]);

        // Four standard errors of a share of 4,000 and of the quantiles of 2,000 draws: 4·√(0.8·0.2·(1/4000 + 1/2000)) = 0.044.
        Assert.InRange((double)inside / draws.Length, 0.756, 0.844);
        Assert.True(wider.Lower.Series[0][0, 0] < forecast.Lower.Series[0][0, 0] && wider.Upper.Series[0][0, 0] > forecast.Upper.Series[0][0, 0]);
    }

    [Fact]
    public void Missing_values_and_an_unobserved_first_row_are_learned_from_and_forecast()
    {
        TimeSeriesSet whole = Decays(6, seed: 7);
        TimeSeriesSet holes = whole.WithSeries([.. whole.Series.Select(static x =>
        {
            double[] values = x.Values.ToArray();
            values[0] = double.NaN;
            values[^1] = double.NaN;
            return x.WithValues(values);
        })]);
        LatentSeriesFit fit = LatentSeriesFitter.Fit(holes, s_short);
        Assert.All(fit.Training.Losses, static x => Assert.True(double.IsFinite(x)));

        // The end of a series is its last observation.
        SeriesForecast forecast = fit.Forecaster.Forecast(5, 1);
        TimeSeries first = holes.Series[0];
        Assert.Equal(first.Times[^2], forecast.Mean.Series[0].Times[0]);
    }

    [Fact]
    public void Where_there_are_enough_series_some_keep_the_best_model()
    {
        Assert.Equal(0, LatentSeriesFitter.Fit(Decays(19, seed: 8), s_short with { Iterations = 3 }).ValidationCount);
        LatentSeriesFit fit = LatentSeriesFitter.Fit(Decays(20, seed: 8), s_short with { Iterations = 40 });
        Assert.Equal(3, fit.ValidationCount);
        Assert.True(double.IsFinite(fit.Training.BestError));
    }

    [Fact]
    public void A_canceled_fit_gives_the_model_so_far()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        LatentSeriesFit fit = LatentSeriesFitter.Fit(Decays(4, seed: 9), s_short, cancellationToken: source.Token);
        Assert.True(fit.WasCanceled);
        Assert.Empty(fit.Training.Losses);
        Assert.Equal(TrainingOutcome.Canceled, fit.Training.Outcome);
    }

    [Fact]
    public void Bad_arguments_are_told()
    {
        TimeSeriesSet data = Decays(4, seed: 10);
        Assert.Contains("at least two", Assert.Throws<SeriesException>(() => LatentSeriesFitter.Fit(data.WithSeries([data.Series[0]]), s_short)).Message, StringComparison.Ordinal);
        LatentForecaster model = LatentSeriesFitter.Fit(data, s_short with { Iterations = 1 }).Forecaster;
        Assert.Equal(ForecastReason.NotAfterData, Assert.Throws<ForecastException>(() => model.Forecast(0.1, 1)).Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Forecast(100, 0));
        Assert.Throws<ArgumentException>(() => model.Predict(data, [-1.0]));
        Assert.Throws<SettingException>(() => model.Predict(data, [1.0], new LatentForecastOptions { Level = 1 }));
        Assert.Contains("components y", Assert.Throws<SeriesException>(() => model.Predict(new TimeSeriesSet(["y"], data.Series), [1.0])).Message, StringComparison.Ordinal);
        string path = _folder.File("no.safetensors");
        SafeTensors.Save(path, [SafeTensor.Create<double>("x", [1], [1])]);
        Assert.Contains("a latent forecast model of series is wanted", Assert.Throws<ModelFileException>(() => LatentForecaster.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_to_a_saved_model_loads_or_is_a_typed_failure()
    {
        string path = _folder.File("damage.safetensors");
        LatentSeriesFitter.Fit(Decays(4, seed: 12, covariate: true), s_short with { Iterations = 1 }).Forecaster.Save(path);
        DamagedFiles.Check(path, static x => LatentForecaster.Load(x));
    }

    /// <summary>Noisy exponential decays from different heights at different rates, each at times of its own.</summary>
    private static TimeSeriesSet Decays(int count, long seed, bool covariate = false, bool log = false)
    {
        var random = new RandomSource(seed);
        var series = new TimeSeries[count];
        for (int i = 0; i < count; i++)
        {
            double height = 1 + (2 * random.NextUniform()), rate = 0.5 + (0.5 * random.NextUniform());
            double[] times = [.. Enumerable.Range(0, 10 + (i % 3)).Select(k => k == 0 ? 0 : (0.3 * k) + (0.2 * random.NextUniform()))];
            double[] noise = random.Normal([times.Length], deviation: 0.02).ToDoubles();
            series[i] = new TimeSeries($"s{i}", times, [.. times.Select((t, k) => Math.Max(0.01, (height * Math.Exp(-rate * t)) + noise[k]))], covariate ? [height] : []);
        }

        return new TimeSeriesSet(["x"], series, logComponents: log ? ["x"] : null, covariates: covariate ? ["height"] : null, seriesName: "id");
    }
}
