using System.Text.Json;
using NeuralOde.Cli.Fit;
using NeuralOde.Series;

namespace NeuralOde.Cli.Tests;

/// <summary>The files that <c>fit</c> writes beside its report.</summary>
public sealed class FitFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fit-files").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Values_numbers_and_a_picture_are_written_with_the_users_words()
    {
        string output = At("v.csv"), metrics = At("m.json"), figure = At("f.svg"), report = At("r.html");
        var run = ToolRun.Of(
            "fit", Data(), "--time", "day", "--iterations", "3", "--hidden", "3", "--hold-out", "2", "--out", output, "--metrics", metrics, "--figure", figure, "--report", report,
            "--title", "Tea & sugar", "--unit", "x=mg/L,day=d");
        Assert.Equal("", run.Error.Contains("neuralode:", StringComparison.Ordinal) ? run.Error : "");
        Assert.Equal(0, run.ExitCode);

        string[] rows = File.ReadAllLines(output);
        Assert.Equal("day,part,x,x_model", rows[0]);
        Assert.Equal(11, rows.Length);
        Assert.StartsWith("2024-01-08,training,7,", rows[8], StringComparison.Ordinal);
        Assert.StartsWith("2024-01-10,held out,9,", rows[10], StringComparison.Ordinal);

        using var json = JsonDocument.Parse(File.ReadAllText(metrics));
        Assert.Equal(2, json.RootElement.GetProperty("errors")[0].GetProperty("values").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("losses").GetArrayLength());
        foreach (string page in new[] { File.ReadAllText(figure), File.ReadAllText(report) })
        {
            Assert.Contains("Tea &amp; sugar", page, StringComparison.Ordinal);
            Assert.Contains("x (mg/L)", page, StringComparison.Ordinal);
            Assert.Contains(" Jan</text>", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--out takes a file that ends in .csv", "--out", "v.xlsx")]
    [InlineData("--report takes a file that ends in .html or .htm", "--report", "r.pdf")]
    [InlineData("--save takes a file that ends in .safetensors", "--save", "m.pt")]
    [InlineData("--figure takes a file that ends in .svg or .png", "--figure", "f.jpg")]
    [InlineData("--unit: there is no column 'y'", "--unit", "y=mg")]
    [InlineData("--unit takes columns with their units", "--unit", "x")]
    public void Endings_and_units_are_obeyed_or_refused(string message, string option, string value)
    {
        var run = ToolRun.Of("fit", Data(), "--time", "day", option, option == "--unit" ? value : At(value));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_that_leaves_what_was_seen_is_marked_and_said()
    {
        Assert.False(ForecastWarnings.IsUnseen(10.9, (0, 10)));
        Assert.True(ForecastWarnings.IsUnseen(11.1, (0, 10)));
        Assert.True(ForecastWarnings.IsUnseen(-0.1, (0, 10)));
        Assert.False(ForecastWarnings.IsUnseen(-5.5, (-5, 5)));
        var set = new TimeSeriesSet(["a", "b"], [new TimeSeries("", [0, 1], [0, -5, 10, 5])]);
        string[] said = [.. ForecastWarnings.Of(set, set, static c => c == 0 ? [5, -2] : [0, 5.5])];
        Assert.Equal(2, said.Length);
        Assert.Contains("a falls to −2.00, and no value that was learned from is below 0", said[0], StringComparison.Ordinal);
        Assert.Contains("a leaves the range that was seen, 0 to 10.0", said[1], StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Data()
    {
        string path = At("d.csv");
        File.WriteAllLines(path, ["day,x", .. Enumerable.Range(0, 10).Select(static i => $"2024-01-{i + 1:00},{i}")]);
        return path;
    }
}
