using System.Text.Json;
using System.Xml.Linq;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;
using NeuralOde.Persistence;

namespace NeuralOde.Cli.Tests;

public class LearnCommandTests
{
    [Fact]
    public void Learning_writes_report_model_metrics_and_figure_and_says_so()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(
            "learn", "spiral", "--iterations", "60", "--report", folder.File("r.html"), "--save", folder.File("m.safetensors"),
            "--metrics", folder.File("n.json"), "--figure", folder.File("f.svg"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(["f.svg", "m.safetensors", "n.json", "r.html"], folder.Names());
        Assert.All(folder.Names(), x => Assert.Contains(x, run.Out));
        Assert.Contains("Error ", run.Out);
        Assert.Contains("iteration      60 of 60", run.Error);

        XDocument report = Xml(folder.File("r.html"));
        Assert.Contains("neuralode learn spiral --iterations 60", report.Root!.Value);
        Assert.Empty(report.Descendants("script"));
        Assert.Equal("svg", Xml(folder.File("f.svg")).Root!.Name.LocalName);

        SafeTensorsFile model = SafeTensors.Load(folder.File("m.safetensors"));
        Assert.Equal(6, model.Tensors.Count);
        Assert.Contains("spiral", model.Metadata["system"]);

        using var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json")));
        Assert.Equal(60, numbers.RootElement.GetProperty("losses").GetArrayLength());
        Assert.Equal(200, numbers.RootElement.GetProperty("learned").GetArrayLength());
        Assert.Equal("completed", numbers.RootElement.GetProperty("outcome").GetString());
    }

    [Fact]
    public void Metrics_as_csv_have_a_row_an_iteration()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Success, ToolRun.Of("learn", "cubic", "--iterations", "20", "--no-report", "--metrics", folder.File("n.csv")).ExitCode);
        string[] lines = File.ReadAllLines(folder.File("n.csv"));
        Assert.Equal("iteration,loss,observation_error", lines[0]);
        Assert.Equal(21, lines.Length);
        Assert.StartsWith("20,", lines[20]);
        Assert.Equal(["n.csv"], folder.Names());
    }

    [Fact]
    public void An_existing_file_is_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.html"), "old");
        Assert.Equal(ExitCode.Success, ToolRun.Of("learn", "spiral", "--field", "linear", "--iterations", "5", "--report", folder.File("r.html")).ExitCode);
        Assert.Contains("learned matrix", File.ReadAllText(folder.File("r.html")));
    }

    [Fact]
    public void A_run_canceled_before_its_first_iteration_leaves_old_files_and_ends_with_130()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("m.safetensors"), "old");
        var run = ToolRun.Of(new CancellationToken(canceled: true), "learn", "spiral", "--report", folder.File("r.html"), "--save", folder.File("m.safetensors"));
        Assert.Equal(ExitCode.Canceled, run.ExitCode);
        Assert.Contains("stopped before anything was learned; no files were written", run.Error);
        Assert.Empty(run.Out);
        Assert.Equal(["m.safetensors"], folder.Names());
        Assert.Equal("old", File.ReadAllText(folder.File("m.safetensors")));
    }

    [Fact]
    public void Training_that_cannot_go_on_ends_with_1_and_says_what_to_try()
    {
        // Tolerances far below single precision need more steps than training grants.
        var run = ToolRun.Of("learn", "spiral", "--no-report", "--rtol", "1e-30", "--atol", "1e-30");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("training gave up", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public void Seeds_print_a_table_with_the_median()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("learn", "spiral", "--field", "linear", "--iterations", "10", "--seeds", "0-2,7");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        string[] lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, lines.Length);
        Assert.Equal(["0", "1", "2", "7", "median", "worst"], lines.Skip(1).Select(x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
    }

    [Fact]
    public void A_table_of_seeds_that_is_stopped_says_so()
    {
        var run = ToolRun.Of(new CancellationToken(canceled: true), "learn", "spiral", "--seeds", "0-2");
        Assert.Equal(ExitCode.Canceled, run.ExitCode);
        Assert.Contains("stopped after 0 of 3 seeds", run.Error);
        Assert.DoesNotContain("median", run.Out);
    }

    [Fact]
    public void A_table_of_seeds_that_is_stopped_keeps_the_median_of_the_finished_ones()
    {
        using var cancellation = new CancellationTokenSource();
        using var output = new StoppingWriter(cancellation, afterLines: 3);
        using var error = new StringWriter();
        int code = Tool.Run(
            ["learn", "spiral", "--field", "linear", "--iterations", "10", "--seeds", "0-5"],
            new CommandContext { Out = output, Error = error, CancellationToken = cancellation.Token });
        Assert.Equal(ExitCode.Canceled, code);
        Assert.Contains("stopped after 2 of 6 seeds", error.ToString());
        Assert.Contains("median", output.ToString());
    }

    [Theory]
    [InlineData("--published")]
    [InlineData("--solver", "rk4")]
    [InlineData("--solver", "dopri5", "--rtol", "1e-5", "--gradient", "adjoint")]
    [InlineData("--step", "0.1", "--gradient", "truncated")]
    [InlineData(
        "--optimizer", "sgd", "--loss", "absolute", "--schedule", "constant", "--clip", "1", "--hidden", "8", "--windows", "3",
        "--window-min", "2", "--window-max", "4", "--window-points", "6")]
    public void Options_combine(params string[] options)
    {
        var run = ToolRun.Of(["learn", "spiral", "--no-report", "--iterations", "5", .. options]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
    }

    [Fact]
    public void The_same_command_line_gives_the_same_model()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "a", "b" })
        {
            ToolRun.Of("learn", "spiral", "--no-report", "--iterations", "30", "--seed", "5", "--save", folder.File(name));
        }

        (SafeTensorsFile a, SafeTensorsFile b) = (SafeTensors.Load(folder.File("a")), SafeTensors.Load(folder.File("b")));
        Assert.All(a.Tensors, x => Assert.Equal(x.ToSingles(), b[x.Name].ToSingles()));
    }

    private sealed class StoppingWriter(CancellationTokenSource cancellation, int afterLines) : StringWriter
    {
        private int _lines;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (++_lines == afterLines)
            {
                cancellation.Cancel();
            }
        }
    }

    private static XDocument Xml(string path) => XDocument.Parse(File.ReadAllText(path).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
}
