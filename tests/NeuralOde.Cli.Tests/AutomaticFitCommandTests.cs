using System.Globalization;
using NeuralOde.Cli.Fit;
using NeuralOde.Series;

namespace NeuralOde.Cli.Tests;

/// <summary>What <c>fit</c> chooses by itself, and what <c>forecast</c> does with it.</summary>
public sealed class AutomaticFitCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("automatic").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Inputs_are_read_from_the_file_or_from_a_table_of_their_later_values()
    {
        double[] input = [.. Enumerable.Range(0, 44).Select(static i => Math.Round(Math.Sin(i * i), 3))];
        string Row(int i, string value) => string.Create(CultureInfo.InvariantCulture, $"{i},{value},{input[i]}");
        string[] rows = [.. Enumerable.Range(0, 40).Select(i => Row(i, (10 + (3 * input[i])).ToString("R", CultureInfo.InvariantCulture)))];
        string whole = Write("whole.csv", ["t,x,u", .. rows, .. Enumerable.Range(40, 4).Select(i => Row(i, ""))]), part = Write("part.csv", ["t,x,u", .. rows]);
        string later = Write("later.csv", ["t,u", .. Enumerable.Range(40, 4).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{input[i]}"))]);
        string model = At("m.safetensors"), first = At("a.csv"), second = At("b.csv");
        var fit = ToolRun.Of("fit", whole, "--inputs", "u", "--hold-out", "none", "--save", model);
        Assert.True(fit.ExitCode == 0, fit.Error);
        Assert.Equal(0, ToolRun.Of("forecast", model, "--out", first).ExitCode);
        Assert.Equal(0, ToolRun.Of("fit", part, "--inputs", "u", "--hold-out", "none", "--save", model).ExitCode);
        var run = ToolRun.Of("forecast", model, "--inputs", later, "--out", second);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(File.ReadAllText(first), File.ReadAllText(second));
        string[] lines = File.ReadAllLines(second);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("t,x,x_lower_50", lines[0], StringComparison.Ordinal);
        for (int i = 40; i < 44; i++)
        {
            Assert.Equal(10 + (3 * input[i]), double.Parse(lines[i - 39].Split(',')[1], CultureInfo.InvariantCulture), 0.1);
        }

        Assert.Contains("no later values of them", ToolRun.Of("forecast", model).Error, StringComparison.Ordinal);
        Assert.Contains("--step cannot be", ToolRun.Of("forecast", model, "--until", "50", "--step", "1").Error, StringComparison.Ordinal);
        Assert.Contains("--inputs is for the automatic choice", ToolRun.Of("fit", part, "--inputs", "u", "--quick").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_limit_ends_the_choice_with_an_error()
    {
        string data = Write("x.csv", ["t,x", .. Enumerable.Range(0, 60).Select(static i => string.Create(CultureInfo.InvariantCulture, $"{i},{Math.Sin(i) + (0.1 * i)}"))]);
        string output = At("f.csv");
        var run = ToolRun.Of("fit", data, "--time-limit", "0.001", "--out", output);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The time limit of 0.001 s was over", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void A_forecast_that_does_what_no_series_did_is_said()
    {
        TimeSeries Series(string id, params double[] values) => new(id, [.. Enumerable.Range(0, values.Length).Select(static i => (double)i)], values);
        TimeSeries Ahead(string id, double from, params double[] values) => new(id, [.. Enumerable.Range(0, values.Length).Select(i => from + i)], values);
        var training = new TimeSeriesSet(["c"], [Series("a", 0, 4, 2, 1, 0.5), Series("b", 0, 3, 2)], seriesName: "subject");
        Assert.Empty(SeriesWarnings.Of(training, training.WithSeries([Ahead("b", 3, 1.5, 1)])));
        string[] said = [.. SeriesWarnings.Of(training, training.WithSeries([Ahead("b", 3, 3.5, 9)]))];
        Assert.Equal(2, said.Length);
        Assert.Equal("The forecast of c for subject b changes faster than any series did. No series shows whether it can.", said[0]);
        Assert.StartsWith("The forecast of c for subject b turns where every series", said[1], StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Write(string name, string[] lines)
    {
        string path = At(name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
