using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public sealed class HamiltonianCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_prints_its_errors_beside_the_published_ones_and_writes_report_and_metrics()
    {
        string report = _folder.File("r.html"), metrics = _folder.File("m.json"), table = _folder.File("m.csv");
        string[] few = ["experiment", "hamiltonian", "--iterations", "3", "--hidden", "8", "--batch", "20", "--tests", "2"];
        var run = ToolRun.Of([.. few, "--system", "pendulum", "--report", report, "--metrics", metrics]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("2.5e-2", run.Out, StringComparison.Ordinal);
        Assert.Contains("Hamiltonian network", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Contains("\"energy_error\"", File.ReadAllText(metrics), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, ToolRun.Of([.. few, "--system", "spring", "--no-report", "--metrics", table]).ExitCode);
        Assert.Equal(3, File.ReadAllLines(table).Length);
    }

    [Fact]
    public void Seeds_print_a_row_each_and_write_nothing()
    {
        var run = ToolRun.Of("experiment", "hamiltonian", "--system", "spring", "--iterations", "2", "--hidden", "4", "--tests", "2", "--seeds", "0-1");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(2, run.Out.Split('\n').Count(static x => x.StartsWith("mass-spring", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Usage, ToolRun.Of("experiment", "hamiltonian", "--seeds", "0-1", "--metrics", "x.json").ExitCode);
    }
}
