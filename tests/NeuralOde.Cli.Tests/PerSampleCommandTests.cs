using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public sealed class PerSampleCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("neuralode-per-sample-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_prints_its_errors_and_writes_report_and_model()
    {
        string report = Path.Combine(_folder, "r.html"), model = Path.Combine(_folder, "m.safetensors");
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
