using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public sealed class PerSampleCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_prints_its_errors_and_writes_report_and_model()
    {
        string report = _folder.File("r.html"), model = _folder.File("m.safetensors");
        var run = ToolRun.Of("experiment", "per-sample", "--iterations", "5", "--series", "10", "--report", report, "--save", model);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("Error of the field", run.Out, StringComparison.Ordinal);
        Assert.Contains("learned field", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.True(File.Exists(model));
    }

    [Fact]
    public void Seeds_print_a_table_with_a_median()
    {
        var run = ToolRun.Of("experiment", "per-sample", "--system", "spiral", "--iterations", "3", "--series", "5", "--seeds", "0-1");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("median", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, ToolRun.Of("experiment", "per-sample", "--seeds", "0-1", "--save", "x.safetensors").ExitCode);
    }
}
