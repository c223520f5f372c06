using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Tests;

public class LatentSpiralsCommandTests
{
    /// <summary>A small run; what is given more takes the place of what it has.</summary>
    private static string[] Command(params string[] more)
    {
        string[] small =
        [
            "--hidden",
            "8", "--latent", "3", "--width", "8", "--spirals", "24", "--validation-spirals", "6", "--test-spirals", "10", "--batch", "12",
            "--iterations", "24", "--validate-every", "8",
        ];
        return ["experiment", "latent-spirals", .. small.Chunk(2).Where(x => !more.Contains(x[0]) && !(x[0] == "--width" && more.Contains("rnn"))).SelectMany(x => x), .. more];
    }

    [Fact]
    public void Training_writes_report_model_and_metrics_and_says_so()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(Command("--report", folder.File("r.html"), "--save", folder.File("m.safetensors"), "--metrics", folder.File("n.json")));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(new[] { "r.html", "m.safetensors", "n.json" }, x => Assert.Contains(x, run.Out));
        Assert.Contains("latent ODE: median error per test spiral", run.Out);
        Assert.Contains("0.1642", run.Out);
        Assert.Contains("(always 0)", run.Out);
        Assert.Contains("iteration      24 of 24", run.Error);
        Assert.Contains("tsit5", run.Error);

        XElement report = Page(folder.File("r.html"));
        string[] sections =
        [
            "Errors on test spirals", "Reconstruction and extrapolation", "From clockwise to counter-clockwise", "Generated spirals", "The latent space",
            "Learning", "Settings",
        ];
        foreach (string section in sections)
        {
            Assert.Contains(report.Descendants("h2"), x => x.Value == section);
        }

        using var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json")));
        JsonElement model = Assert.Single(numbers.RootElement.GetProperty("models").EnumerateArray());
        Assert.Equal("latent-ode", model.GetProperty("model").GetString());
        Assert.Equal([30, 50, 100], model.GetProperty("errors").EnumerateArray().Select(x => x.GetProperty("observations").GetInt32()));
        Assert.Equal(24, model.GetProperty("training").GetProperty("losses").GetArrayLength());
        Assert.Equal(3, model.GetProperty("training").GetProperty("validation_errors").GetArrayLength());

        var saved = SpiralModel.Load(folder.File("m.safetensors"));
        SpiralErrors errors = LatentSpiralsExperiment.Measure(saved.Model, LatentSpiralsExperiment.CreateTest(saved.Options))[^1];
        Assert.Equal(errors.Reconstruction.Median, model.GetProperty("errors")[2].GetProperty("reconstruction").GetProperty("median").GetDouble());
    }

    [Fact]
    public void Both_models_are_trained_and_stand_in_one_report()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(Command(
            "--model", "both", "--report", folder.File("r.html"), "--save", folder.File("m.safetensors"), "--metrics", folder.File("n.csv"),
            "--checkpoint", folder.File("c.safetensors")));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(new[] { "m-latent-ode.safetensors", "m-rnn.safetensors", "c-latent-ode.safetensors", "c-rnn.safetensors" }, x => Assert.True(File.Exists(folder.File(x)), x));
        Assert.Equal(3, run.Out.Split('\n').Count(x => x.StartsWith("latent ODE  ", StringComparison.Ordinal)));
        Assert.Equal(3, run.Out.Split('\n').Count(x => x.StartsWith("recurrent network  ", StringComparison.Ordinal)));
        string[] lines = File.ReadAllLines(folder.File("n.csv"));
        Assert.Equal("model,iteration,loss,validation_error", lines[0]);
        Assert.Equal((49, 24), (lines.Length, lines.Count(x => x.StartsWith("rnn,", StringComparison.Ordinal))));
        Assert.Equal(12, Page(folder.File("r.html")).Descendants("tr").Count(x => x.Descendants("th").Any(y => y.Value is "latent ODE" or "recurrent network")));

        // Two that were trained apart are reported on together.
        var loaded = ToolRun.Of(
            "experiment", "latent-spirals", "--load", folder.File("m-latent-ode.safetensors"), "--load", folder.File("m-rnn.safetensors"),
            "--report", folder.File("l.html"));
        Assert.Equal(ExitCode.Success, loaded.ExitCode);
        Assert.Equal(Table(run), Table(loaded));
        Assert.Contains("was loaded from", Page(folder.File("l.html")).Value);
        Assert.DoesNotContain(Page(folder.File("l.html")).Descendants("h2"), x => x.Value == "Learning");

        // And so are two finished checkpoints, with all that was recorded.
        var resumed = ToolRun.Of(Command("--model", "both", "--report", folder.File("r2.html"), "--checkpoint", folder.File("c.safetensors"), "--resume"));
        Assert.Equal(Table(run), Table(resumed));
        Assert.DoesNotContain("iteration       1", resumed.Error);
        Assert.Contains(Page(folder.File("r2.html")).Descendants("h2"), x => x.Value == "Learning");

        static string Table(ToolRun run) =>
            run.Out[run.Out.IndexOf("observa-", StringComparison.Ordinal)..run.Out.IndexOf("Wrote the report", StringComparison.Ordinal)].Split("Wrote the metrics")[0];
    }

    [Fact]
    public void Two_models_that_were_trained_apart_are_reported_on_together()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Success, ToolRun.Of(Command("--checkpoint", folder.File("c-latent-ode"), "--no-report", "--solver", "dopri5")).ExitCode);
        Assert.Equal(ExitCode.Success, ToolRun.Of(Command("--model", "rnn", "--checkpoint", folder.File("c-rnn"), "--no-report")).ExitCode);
        var run = ToolRun.Of(Command("--model", "both", "--checkpoint", folder.File("c"), "--resume", "--no-report", "--solver", "dopri5"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.DoesNotContain("of 24", run.Error);

        // A fault of the second's checkpoint is told before the first is trained.
        File.Delete(folder.File("c-latent-ode"));
        File.WriteAllText(folder.File("c-rnn"), "nothing");
        Assert.DoesNotContain("Learning", Fault(Command("--model", "both", "--checkpoint", folder.File("c"), "--resume", "--no-report")));
        Assert.False(File.Exists(folder.File("c-latent-ode")));
    }

    [Theory]
    [InlineData("euler, fixed steps of at most 0.05, adjoint", "--published", "--likelihood-deviation", "0.3")]
    [InlineData("dopri5, rtol 1e-3, atol 1e-4, adjoint", "--solver", "dopri5", "--rtol", "1e-3", "--gradient", "adjoint")]
    [InlineData("rk4, fixed steps of at most 0.2, direct", "--solver", "rk4", "--step", "0.2", "--schedule", "constant", "--clip", "1", "--threads", "1")]
    [InlineData("by a recurrent network", "--model", "rnn", "--seed", "3", "--learning-rate", "0.01")]
    public void Options_combine(string words, params string[] options)
    {
        var run = ToolRun.Of(Command([.. options, "--no-report"]));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains(words, run.Error);
    }

    [Fact]
    public void A_run_stops_early_where_no_validation_is_better()
    {
        var run = ToolRun.Of(Command("--no-report", "--learning-rate", "1e-12", "--patience", "1", "--validate-every", "1"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("stopped early", run.Out);
    }

    [Theory]
    [InlineData("latent-ode")]
    [InlineData("rnn")]
    public void A_run_that_is_stopped_and_resumed_ends_with_the_same_model(string model)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Success, ToolRun.Of(Command("--model", model, "--no-report", "--save", folder.File("straight"), "--iterations", "60")).ExitCode);
        string[] kept = Command(
            "--model", model, "--no-report", "--save", folder.File("resumed"), "--iterations", "60", "--checkpoint", folder.File("run"),
            "--checkpoint-every", "5", "--resume");
        var run = ToolRun.Of(new CancellationToken(canceled: true), kept);
        Assert.Equal(ExitCode.Canceled, run.ExitCode);
        Assert.Contains("stopped before anything was learned", run.Error);
        int stops = 0;
        do
        {
            // Stopped at whatever moment the clock brings, again and again.
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(60 + (60 * stops)));
            run = ToolRun.Of(cancellation.Token, kept);
            stops++;
        }
        while (run.ExitCode == ExitCode.Canceled);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        (SafeTensorsFile a, SafeTensorsFile b) = (SafeTensors.Load(folder.File("straight")), SafeTensors.Load(folder.File("resumed")));
        Assert.Equal(a.Tensors.Count, b.Tensors.Count);
        Assert.All(a.Tensors, x => Assert.Equal(x.ToSingles(), b[x.Name].ToSingles()));
    }

    [Fact]
    public void A_checkpoint_is_not_replaced_by_a_new_run_nor_resumed_with_other_settings()
    {
        using var folder = new TemporaryFolder();
        string[] kept = Command("--no-report", "--checkpoint", folder.File("run"));
        Assert.Equal(ExitCode.Success, ToolRun.Of(kept).ExitCode);
        byte[] before = File.ReadAllBytes(folder.File("run"));
        Assert.Contains("Add --resume to resume from it", Fault(kept));
        Assert.Contains("seed was '0' and is '5'", Fault([.. kept, "--resume", "--seed", "5"]));
        Assert.Contains("solver was 'tsit5' and is 'dopri5'", Fault([.. kept, "--resume", "--solver", "dopri5"]));
        Assert.Equal(before, File.ReadAllBytes(folder.File("run")));
    }

    [Theory]
    [InlineData("There is no model 'lstm'. The choices are latent-ode, rnn, both.", "--model", "lstm")]
    [InlineData("rnn solves no equation, so it takes no --solver.", "--model", "rnn", "--solver", "euler")]
    [InlineData("--resume needs --checkpoint FILE", "--resume")]
    [InlineData("rk4 has no error estimate", "--solver", "rk4", "--rtol", "1e-3")]
    [InlineData("A batch of 30 is more than there are spirals to learn from, 20.", "--batch", "30", "--spirals", "20")]
    [InlineData("--load trains nothing, so it takes no --iterations.", "--load", "m.safetensors", "--iterations", "7")]
    [InlineData("--load trains nothing, so it takes no --published.", "--load", "m.safetensors", "--published")]
    [InlineData("m.safetensors", "--load", "no/such/m.safetensors")]
    [InlineData("--likelihood-deviation takes a number above 0", "--likelihood-deviation", "0")]
    public void A_wrong_command_line_is_told_before_any_work(string message, params string[] arguments)
    {
        string error = Fault(["experiment", "latent-spirals", .. arguments]);
        Assert.Contains(message, error.Split('\n')[0]);
        Assert.Contains("'neuralode experiment latent-spirals --help'", error);
    }

    [Fact]
    public void A_file_that_is_no_model_of_spirals_is_told_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        SafeTensors.Save(folder.File("x"), [SafeTensor.Create<float>("a", [1], [1])]);
        Assert.Contains("Use a file that 'neuralode experiment latent-spirals --save' wrote", Fault(["experiment", "latent-spirals", "--no-report", "--load", folder.File("x")]));
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_with_1_and_says_what_to_try()
    {
        var run = ToolRun.Of(Command("--no-report", "--learning-rate", "1e30", "--model", "rnn", "--iterations", "100"));
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("Try --learning-rate lower", run.Error);
    }

    private static string Fault(string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Empty(run.Out);
        return run.Error;
    }

    private static XElement Page(string path)
    {
        XElement page = XDocument.Parse(File.ReadAllText(path).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)).Root!;
        Assert.Empty(page.Descendants("script"));
        return page;
    }
}
