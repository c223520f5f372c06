using NeuralOde.Persistence;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tests.Fitting;

namespace NeuralOde.Series.Tests.Models;

public class SeriesEnsembleTests
{
    private static readonly SeriesFitOptions s_options = new() { Iterations = 10, Widths = [4] };
    private static readonly SeriesModel[] s_members = [.. Enumerable.Range(0, 3).Select(static seed => Fit(seed))];

    [Fact]
    public void Forecast_is_the_mean_in_the_units_of_learning_within_the_range_of_the_members()
    {
        EnsembleForecast forecast = new SeriesEnsemble(s_members).Forecast(14, 0.5);
        TimeSeriesSet[] each = [.. s_members.Select(static x => x.Forecast(14, 0.5))];
        for (int s = 0; s < forecast.Mean.Series.Count; s++)
        {
            for (int i = 0; i < forecast.Mean.Series[s].Count; i++)
            {
                double[] values = [.. each.Select(x => x.Series[s][i, 0])];

                // Logarithms were learned, so the mean is the geometric one; it is restored from standard deviations by a few roundings.
                double geometric = Math.Exp(values.Average(Math.Log));
                Assert.Equal(geometric, forecast.Mean.Series[s][i, 0], 1e-12 * geometric);
                Assert.Equal((values.Min(), values.Max()), (forecast.Lowest.Series[s][i, 0], forecast.Highest.Series[s][i, 0]));
            }
        }

        Assert.Equal(["amount", "amount_lowest", "amount_highest"], forecast.Table().Components);
    }

    [Fact]
    public void Saved_and_loaded_ensemble_forecasts_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var ensemble = new SeriesEnsemble(s_members);
        ensemble.Save(folder.File("e.safetensors"));
        var loaded = SeriesEnsemble.Load(folder.File("e.safetensors"));
        Assert.Equal(3, loaded.Members.Count);
        EnsembleForecast expected = ensemble.Forecast(14, 0.5), actual = loaded.Forecast(14, 0.5);
        Assert.All(
            expected.Table().Series.Zip(actual.Table().Series), static x => Assert.Equal(x.First.Values.ToArray(), x.Second.Values.ToArray()));
        Assert.Contains("an ensemble of forecast models", Assert.Throws<ModelFileException>(() => SeriesModel.Load(folder.File("e.safetensors"))).Message);
    }

    [Fact]
    public void Members_of_different_kinds_are_refused()
    {
        Assert.Throws<ArgumentException>(static () => new SeriesEnsemble([]));
        SeriesModel other = SeriesFitter.Fit(Data(), s_options with { Widths = [5] }).Model;
        Assert.Contains("'widths'", Assert.Throws<ArgumentException>(() => new SeriesEnsemble([s_members[0], other])).Message);
    }

    private static SeriesModel Fit(int seed) => SeriesFitter.Fit(Data(), s_options with { Seed = seed }).Model;

    private static TimeSeriesSet Data()
    {
        double[] times = [.. Enumerable.Range(0, 13).Select(static i => (double)i)];
        return new TimeSeriesSet(["amount"], [new TimeSeries("one", times, [.. times.Select(static t => Math.Exp((0.1 * t) - 1))])], logComponents: ["amount"]);
    }
}
