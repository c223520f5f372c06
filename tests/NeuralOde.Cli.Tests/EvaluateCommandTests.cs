using System.Globalization;
using System.Text.Json;

namespace NeuralOde.Cli.Tests;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evaluate").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_line_is_forecast_best_by_drift_and_every_forecast_is_written()
    {
        string data = Write("line.csv", ["t,x", .. Enumerable.Range(0, 40).Select(static i => $"{i},{2 * i}")]);
        string output = Path.Combine(_folder, "f.csv"), metrics = Path.Combine(_folder, "m.json"), report = Path.Combine(_folder, "r.html");
        var run = ToolRun.Of("evaluate", data, "--methods", "last-value,drift", "--horizon", "5", "--out", output, "--metrics", metrics, "--report", report);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("x: drift has the smallest error.", run.Out, StringComparison.Ordinal);

        // The line goes on: no error for drift; 1, 2, 3, 4, 5 steps of 2 for the last value, over a mean change of 2.
        using var json = JsonDocument.Parse(File.ReadAllText(metrics));
        JsonElement means = json.RootElement.GetProperty("components")[0].GetProperty("means");
        Assert.Equal("drift", means[0].GetProperty("method").GetString());
        Assert.Equal(0, means[0].GetProperty("mase").GetDouble(), 1e-12);
        Assert.Equal(3, means[1].GetProperty("mase").GetDouble(), 1e-12);

        string[] lines = File.ReadAllLines(output);
        Assert.Equal("method,origin,series,time,component,observed,median,lower_50,upper_50,lower_80,upper_80,lower_95,upper_95", lines[0]);
        Assert.Equal(1 + (2 * 3 * 5), lines.Length);
        Assert.StartsWith("last value,34,,35,x,70,68,", lines[1], StringComparison.Ordinal);
        Assert.Contains("<svg", File.ReadAllText(report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_model_stands_beside_the_baselines_and_is_not_called_better_where_it_is_not()
    {
        string[] rows = [.. Enumerable.Range(0, 30).Select(static i => string.Create(CultureInfo.InvariantCulture, $"{i},{Math.Exp(0.1 * i)}"))];
        string data = Write("growth.csv", ["t,x", .. rows]), model = Path.Combine(_folder, "m.safetensors");
        Assert.Equal(0, ToolRun.Of("fit", data, "--log", "x", "--hidden", "3", "--iterations", "3", "--save", model).ExitCode);
        var run = ToolRun.Of("evaluate", data, "--methods", "log-linear-tail", "--model", model, "--iterations", "3", "--origins", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("m.safetensors has", run.Out, StringComparison.Ordinal);
        Assert.Contains("log-linear tail: it is not better.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_fails_has_no_scores_and_says_why()
    {
        string data = Write("one.csv", ["t,x", .. Enumerable.Range(0, 20).Select(static i => $"{i},{i % 5}")]);
        var run = ToolRun.Of("evaluate", data, "--methods", "mean,latent");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("latent failed at 3 of 3 origins", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_months_are_one_series_or_twelve_as_the_user_says()
    {
        string[] rows = [.. Enumerable.Range(1950, 8).Select(static year => $"{year},{string.Join(',', Enumerable.Range(1, 12))}")];
        string data = Write("wide.csv", ["Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec", .. rows]);
        var asked = ToolRun.Of("evaluate", data, "--time", "Year", "--methods", "seasonal-naive");
        Assert.Equal(2, asked.ExitCode);
        Assert.Contains("Give --months for one series, or name the columns with --states.", asked.Error, StringComparison.Ordinal);
        var run = ToolRun.Of("evaluate", data, "--time", "Year", "--methods", "seasonal-naive,last-value", "--months");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("value: seasonal naive has the smallest error.", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no method 'drft'. Did you mean 'drift'?", "--methods", "drft")]
    [InlineData("--metrics takes a file that ends in .json", "--metrics", "m.csv")]
    [InlineData("--horizon", "--horizon", "none")]
    public void Wrong_options_are_refused_before_work_starts(string message, params string[] options)
    {
        string data = Write("d.csv", ["t,x", "1,2", "2,3", "3,4"]);
        var run = ToolRun.Of(["evaluate", data, .. options]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private string Write(string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
