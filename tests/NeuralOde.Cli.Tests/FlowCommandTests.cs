using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public sealed class FlowCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("matching")]
    [InlineData("planar")]
    public void A_run_writes_report_metrics_and_model(string method)
    {
        string report = _folder.File("r.html"), model = _folder.File("m.safetensors"), metrics = _folder.File("m.csv");
        var run = ToolRun.Of("experiment", "flow", "--data", "pinwheel", "--method", method, "--iterations", "4", "--report", report, "--save", model, "--metrics", metrics);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("nats", run.Out, StringComparison.Ordinal);
        Assert.Contains("From noise to data", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.StartsWith("iteration,loss,validation", File.ReadAllText(metrics), StringComparison.Ordinal);

        var sample = ToolRun.Of("sample", model, "--count", "7");
        Assert.Equal(8, sample.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(sample.Out, ToolRun.Of("sample", model, "--count", "7").Out);
    }

    [Fact]
    public void Models_are_compared_by_method_and_depth()
    {
        string report = _folder.File("r.html"), metrics = _folder.File("m.json");
        string table = Table(200);
        var run = ToolRun.Of(
            "experiment", "flow", "--data", table, "--method", "planar", "--iterations", "4", "--layers", "2", "--report", report, "--metrics", metrics, "--validations", "2",
                "--compare",
            "--depths", "2", "--batch", "16");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        string page = File.ReadAllText(report);
        Assert.All(new[] { "a, b", "Models compared", "Densities by method", "by depth", "planar, 2 layers", "likelihood" }, x =>
            Assert.Contains(x, page, StringComparison.Ordinal));
        Assert.Contains("\"negativeLogLikelihood\"", File.ReadAllText(metrics), StringComparison.Ordinal);
    }

    [Fact]
    public void Densities_known_up_to_a_factor_are_fitted_by_depth()
    {
        string report = _folder.File("r.html"), metrics = _folder.File("m.csv");
        var run = ToolRun.Of("experiment", "flow", "--energies", "--depths", "1,2", "--iterations", "3", "--batch", "16", "--report", report, "--metrics", metrics);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(12, run.Out.Split('\n').Count(static x => x.Contains("KL", StringComparison.Ordinal)));
        Assert.Contains("A wave that splits", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Equal(13, File.ReadAllLines(metrics).Length);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("experiment", "flow", "--energies", "--data", "two-moons", "--no-report").ExitCode);
    }

    [Fact]
    public void Seeds_print_a_table()
    {
        var run = ToolRun.Of("experiment", "flow", "--data", "two-circles", "--method", "planar", "--layers", "2", "--iterations", "3", "--seeds", "0-1");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("kernel", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("experiment", "flow", "--seeds", "0-1", "--save", "x.safetensors").ExitCode);
    }

    [Fact]
    public void Rows_are_scored_by_a_density_that_is_learned_or_was_learned_before()
    {
        string table = Table(300), model = _folder.File("m.safetensors"), scores = _folder.File("s.csv");
        var learned = ToolRun.Of("density", table, "--method", "coupling", "--layers", "2", "--hidden", "8", "--iterations", "200", "--save", model, "--out", scores);
        Assert.Equal(ExitCode.Success, learned.ExitCode);
        string[] lines = File.ReadAllLines(scores);
        Assert.Equal("a,b,log_density,quantile", lines[0]);
        Assert.Equal(301, lines.Length);

        string unusual = _folder.File("u.csv");
        File.WriteAllText(unusual, "b,a\n0.1,0.2\n30,-30\n");
        var scored = ToolRun.Of("density", unusual, "--model", model);
        Assert.Equal(ExitCode.Success, scored.ExitCode);
        string[] listed = scored.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("3", listed[2].Trim(), StringComparison.Ordinal);
        Assert.Contains("2 rows of", scored.Error, StringComparison.Ordinal);
        Assert.Contains("0.0000", listed[2], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("density", unusual, "--model", model, "--iterations", "3").ExitCode);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("density", unusual, "--model", table).ExitCode);
    }

    [Theory]
    [InlineData("a,b\n1,2\n1,3\n1,4\n1,5\n", "same value")]
    [InlineData("a,b\n1,2\n2,3\n", "more rows than columns")]
    [InlineData("a,b\n1,2\n2,NA\n3,1\n4,1\n", "line 3")]
    [InlineData("a\nx\ny\n", "no column holds numbers")]
    public void Tables_without_a_density_are_named(string text, string expected)
    {
        string table = _folder.File("t.csv");
        File.WriteAllText(table, text);
        foreach (string[] command in new string[][] { ["density", table], ["experiment", "flow", "--data", table, "--no-report"] })
        {
            var run = ToolRun.Of(command);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_that_are_no_set_suggest_one()
    {
        var run = ToolRun.Of("experiment", "flow", "--data", "two-moon", "--no-report");
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("two-moons", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("experiment", "flow", "--data", "two-moons", "--columns", "x", "--no-report").ExitCode);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("experiment", "flow", "--method", "planar", "--sigma", "0.1", "--no-report").ExitCode);
    }

    private string Table(int rows)
    {
        string path = _folder.File("points.csv");
        var random = new Random(5);
        File.WriteAllLines(path, ["a,b",
            .. Enumerable.Range(0, rows).Select(_ => FormattableString.Invariant($"{random.NextDouble() - 0.5},{random.NextDouble() + random.NextDouble() - 1}"))]);
        return path;
    }
}
