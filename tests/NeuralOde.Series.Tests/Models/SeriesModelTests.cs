using NeuralOde.Persistence;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tests.Fitting;

namespace NeuralOde.Series.Tests.Models;

public class SeriesModelTests
{
    private static readonly SeriesModel s_model = SeriesFitter.Fit(
        SimulatedSeries.RiseAndFall(0.2), new SeriesFitOptions { Iterations = 40, Widths = [4], HiddenStates = 1, TimeDependent = true }).Model;

    [Fact]
    public void Saved_and_loaded_model_forecasts_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        s_model.Save(folder.File("m.safetensors"));
        var loaded = SeriesModel.Load(folder.File("m.safetensors"));
        TimeSeriesSet expected = s_model.Forecast(20, 0.5), actual = loaded.Forecast(20, 0.5);
        Assert.Equal("subject", actual.SeriesName);
        Assert.All(expected.Series.Zip(actual.Series), static pair =>
        {
            Assert.Equal(pair.First.Id, pair.Second.Id);
            Assert.Equal(pair.First.Times.ToArray(), pair.Second.Times.ToArray());
            Assert.Equal(pair.First.Values.ToArray(), pair.Second.Values.ToArray());
        });
    }

    [Fact]
    public void Forecast_starts_at_the_end_of_the_data_and_keeps_the_last_step()
    {
        TimeSeriesSet forecast = s_model.Forecast(12.3, 0.1);
        Assert.Equal(4, forecast.Series.Count);
        Assert.Equal([12, 12.1, 12.2, 12.3], forecast.Series[0].Times.ToArray().Select(static t => Math.Round(t, 9)));
    }

    [Fact]
    public void Prediction_does_not_depend_on_which_other_times_are_asked_for()
    {
        SeriesPath path = s_model.Paths[1];
        double[] many = [.. Enumerable.Range(0, 121).Select(static i => 0.1 * i)];

        // Dense output reads the same steps, so only the last time, on which a step lands, differs, by the tolerance of 1e-7.
        Assert.Equal(s_model.Predict(path, [6])[0, 0], s_model.Predict(path, many)[60, 0], 1e-4);
    }

    [Fact]
    public void Bad_forecast_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => s_model.Forecast(20, 0));
        Assert.Equal(ForecastReason.NotAfterData, Assert.Throws<ForecastException>(() => s_model.Forecast(12, 1)).Reason);
        Assert.Equal(ForecastReason.TooManyValues, Assert.Throws<ForecastException>(() => s_model.Forecast(1e9, 1e-9)).Reason);
        Assert.Throws<ArgumentException>(() => s_model.Predict(s_model.Paths[0], [-1]));
        Assert.Throws<ArgumentException>(() => s_model.Predict(s_model.Paths[0], [2, 1]));
        Assert.Throws<ArgumentException>(() => s_model.PathOf("nobody"));
        Assert.Throws<InvalidOperationException>(() => s_model.Velocity([1], new double[1]));
    }

    [Fact]
    public void Any_damage_to_the_bytes_loads_or_is_a_typed_failure()
    {
        using var folder = new TemporaryFolder();
        s_model.Save(folder.File("m"));
        DamagedFiles.Check(folder.File("m"), static path => SeriesModel.Load(path));
    }

    [Fact]
    public void Every_damage_to_the_file_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        s_model.Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^10]);
        Assert.Contains("cut off", Fault(), StringComparison.Ordinal);

        SafeTensors.Save(path, [SafeTensor.Create<double>("w", [1], [1])]);
        Assert.Contains("does not say what its tensors mean", Fault(), StringComparison.Ordinal);

        Rewrite(static name => name != "starts.times");
        Assert.Contains("'starts.times'", Fault(), StringComparison.Ordinal);

        Rewrite(version: 9);
        Assert.Contains("version 9", Fault(), StringComparison.Ordinal);

        Rewrite(change: static (name, text) => name == "widths" ? "99999" : text);
        Assert.Contains("network.layer0.weight", Fault(), StringComparison.Ordinal);

        Rewrite(change: static (name, text) => name == "standardization" ? text.Replace("\"mean\"", "\"x\"", StringComparison.Ordinal) : text);
        Assert.Contains("the setting 'standardization' is", Fault(), StringComparison.Ordinal);

        string Fault() => Assert.ThrowsAny<NeuralOdeException>(() => SeriesModel.Load(path)).Message;

        void Rewrite(Func<string, bool>? keep = null, Func<string, string, string>? change = null, int version = 1)
        {
            File.WriteAllBytes(path, bytes);
            var file = ModelFile.Load(path);
            new ModelFile(
                SeriesModel.FileKind with { Version = version },
                file.Settings.Select(x => (x.Key, change?.Invoke(x.Key, x.Value) ?? x.Value)),
                file.Tensors.Where(x => keep?.Invoke(x.Name) ?? true)).Save(path);
        }
    }
}
