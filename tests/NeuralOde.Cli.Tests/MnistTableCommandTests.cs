using System.Text.Json;
using System.Xml.Linq;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

// The memory that is measured is the process's, so nothing may run beside these.
[CollectionDefinition(nameof(MnistTableCommandTests), DisableParallelization = true)]
[Collection(nameof(MnistTableCommandTests))]
public class MnistTableCommandTests
{
    private static readonly string[] s_sizes = ["--channels", "4", "--batch", "16", "--train-images", "48"];

    [Fact]
    public void The_table_trains_what_is_missing_and_takes_what_is_there()
    {
        using TemporaryFolder folder = WithData();
        string[] command = Command(folder, "--seeds", "0-1", "--epochs", "1", "--report", folder.File("r.html"), "--metrics", folder.File("n.json"));
        var run = ToolRun.Of(command);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(
            new[] { "mlp-0", "mlp-1", "odenet-0", "odenet-1", "odenet-published-0", "odenet-published-1", "resnet-0", "resnet-1" },
            Directory.GetFiles(folder.File("runs"))
                .Select(x => Path.GetFileName(x).Replace(".checkpoint.safetensors", "", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        Assert.Contains("RK-Net (our default ODE-Net: direct gradient)", run.Out);
        Assert.Contains("Euler, adjoint, 20 to 200 steps", run.Out);
        using (var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json"))))
        {
            JsonElement rows = numbers.RootElement.GetProperty("rows");
            Assert.Equal(4, rows.GetArrayLength());
            Assert.All(rows.EnumerateArray(), x => Assert.Equal(2, x.GetProperty("runs").GetArrayLength()));
            Assert.All(rows.EnumerateArray(), x => Assert.True(x.GetProperty("memory_bytes").GetInt64() > 0));
            Assert.Equal(11, numbers.RootElement.GetProperty("depth").GetArrayLength());
        }

        var report = XDocument.Parse(File.ReadAllText(folder.File("r.html")).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.Contains("Memory and time against depth", report.Root!.Value);

        // Again: nothing is trained, and no file is touched.
        DateTime[] written = Times(folder);
        var again = ToolRun.Of(Command(folder, "--seeds", "0-1", "--epochs", "1", "--no-report", "--metrics", folder.File("n.csv")));
        Assert.Equal(ExitCode.Success, again.ExitCode);
        Assert.DoesNotContain("epoch 1 of 1", again.Error);
        Assert.Equal(Errors(run.Out), Errors(again.Out));
        Assert.Equal(5, File.ReadAllLines(folder.File("n.csv")).Length);
        Assert.Equal(written, Times(folder));
    }

    [Fact]
    public void A_run_of_the_single_experiment_is_taken_up()
    {
        using TemporaryFolder folder = WithData();
        Directory.CreateDirectory(folder.File("runs"));
        string[] data = ["--data", folder.File("data"), .. s_sizes, "--no-report", "--epochs", "2"];
        Assert.Equal(
            ExitCode.Success,
            ToolRun.Of(["experiment", "mnist", .. data, "--checkpoint", folder.File("runs/odenet-0.checkpoint.safetensors"), "--metrics", folder.File("n.json")]).ExitCode);
        Assert.Equal(
            ExitCode.Success,
            ToolRun.Of(
                ["experiment", "mnist", .. data, "--published", "--schedule", "cosine", "--checkpoint", folder.File("runs/odenet-published-0.checkpoint.safetensors")]).ExitCode);
        var run = ToolRun.Of(Command(folder, "--epochs", "2", "--no-train", "--no-report"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("mlp-0.checkpoint.safetensors is not there: left out", run.Error);
        Assert.Contains("Taking " + folder.File("runs/odenet-published-0.checkpoint.safetensors"), run.Error);
        using var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json")));
        string error = ProgressText.Percent(1 - numbers.RootElement.GetProperty("test").GetProperty("accuracy").GetDouble());
        Assert.Contains(error, run.Out.Split('\n').First(x => x.StartsWith("RK-Net", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_unfinished_run_goes_on_and_one_of_other_settings_is_refused()
    {
        using TemporaryFolder folder = WithData();
        Directory.CreateDirectory(folder.File("runs"));
        string file = folder.File("runs/mlp-0.checkpoint.safetensors");
        string[] data = ["experiment", "mnist", "--model", "mlp", "--data", folder.File("data"), "--batch", "16", "--train-images", "48", "--no-report", "--epochs", "3"];
        using (var cancellation = new CancellationTokenSource())
        {
            cancellation.Cancel();
            ToolRun.Of(cancellation.Token, [.. data, "--checkpoint", file]);
        }

        Assert.Contains("is not finished: left out", ToolRun.Of(Command(folder, "--epochs", "3", "--no-train", "--no-report")).Error);
        var other = ToolRun.Of(Command(folder, "--epochs", "4", "--no-report"));
        Assert.Equal(ExitCode.Usage, other.ExitCode);
        Assert.Contains("epochs was '3' and is '4'", other.Error);
        Assert.Contains("mlp-0.checkpoint.safetensors", other.Error);
        Assert.DoesNotContain("Measuring", other.Error);
    }

    [Theory]
    [InlineData("There is no folder 'no/such' with runs", "--runs", "no/such", "--no-train")]
    [InlineData("takes a folder, and", "--runs", "DATA/train-labels-idx1-ubyte.gz")]
    [InlineData("--seeds takes seeds from 0", "--seeds", "x")]
    [InlineData("exclude each other", "--report", "x.html", "--no-report")]
    public void A_wrong_command_line_is_told_before_any_work(string message, params string[] arguments)
    {
        using TemporaryFolder folder = WithData();
        var run = ToolRun.Of(
            ["experiment", "mnist-table", "--data", folder.File("data"), .. arguments.Select(x => x.Replace("DATA", folder.File("data"), StringComparison.Ordinal))]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error.Split('\n')[0]);
    }

    private static string[] Command(TemporaryFolder folder, params string[] more) =>
        ["experiment", "mnist-table", "--data", folder.File("data"), "--runs", folder.File("runs"), .. s_sizes, .. more];

    /// <summary>Title and test error of each row; memory and time differ from run to run.</summary>
    private static string[] Errors(string output) =>
        [.. output.Split('\n').Skip(1).Take(4).Select(x => string.Join(':', x.Split("   ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(2)))];

    private static DateTime[] Times(TemporaryFolder folder) => [.. Directory.GetFiles(folder.File("runs")).Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc)];

    private static TemporaryFolder WithData()
    {
        var folder = new TemporaryFolder();
        IdxBytes.WriteBlocks(folder.File("data"));
        return folder;
    }
}
