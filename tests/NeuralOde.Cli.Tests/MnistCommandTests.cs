using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Persistence;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Tests;

public class MnistCommandTests
{
    private static string[] Command(TemporaryFolder folder, params string[] more) =>
        ["experiment", "mnist", "--data", folder.File("data"), "--channels", "4", "--epochs", "2", "--batch", "16", "--learning-rate", "0.01", .. more];

    [Fact]
    public void Training_writes_report_model_and_metrics_and_says_so()
    {
        using TemporaryFolder folder = WithData();
        var run = ToolRun.Of(Command(folder, "--report", folder.File("r.html"), "--save", folder.File("m.safetensors"), "--metrics", folder.File("n.json")));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(new[] { "r.html", "m.safetensors", "n.json" }, x => Assert.Contains(x, run.Out));
        Assert.Contains("of 60 test images right", run.Out);
        Assert.Contains("epoch 2 of 2   step      26 of 26", run.Error);
        Assert.Contains("8 + 8 evaluations", run.Error);

        var report = XDocument.Parse(File.ReadAllText(folder.File("r.html")).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.Empty(report.Descendants("script"));
        Assert.Contains("neuralode experiment mnist", report.Root!.Value);
        Assert.Contains("Evaluations of the field", report.Root!.Value);

        using var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json")));
        Assert.Equal("completed", numbers.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(26, numbers.RootElement.GetProperty("step_losses").GetArrayLength());
        Assert.Equal(2, numbers.RootElement.GetProperty("epochs").GetArrayLength());
        Assert.Equal(60, numbers.RootElement.GetProperty("test").GetProperty("confusion").EnumerateArray().Sum(x => x.EnumerateArray().Sum(y => y.GetInt32())));

        var classifier = ImageClassifier.Load(folder.File("m.safetensors"));
        Assert.Equal((MnistModel.OdeNet, 12), (classifier.Options.Model, classifier.Rows));
        ImageDataset test = ImageCollection.Mnist.Load(folder.File("data"), ImageSplit.Test);
        int correct = Enumerable.Range(0, 60).Count(i => Array.IndexOf(classifier.Classify(test.Image(i)), classifier.Classify(test.Image(i)).Max()) == test.Labels[i]);
        Assert.Equal(correct, numbers.RootElement.GetProperty("test").GetProperty("correct").GetInt32());
    }

    [Theory]
    [InlineData("--model", "mlp", "--hidden", "16")]
    [InlineData("--model", "resnet", "--blocks", "1", "--norm", "group", "--channels", "4")]
    [InlineData("--model", "rknet", "--channels", "4", "--published", "--schedule", "cosine", "--clip", "1", "--shift", "1")]
    [InlineData("--channels", "4", "--published", "--threads", "1")]
    [InlineData("--channels", "4", "--solver", "dopri5", "--rtol", "1e-2", "--gradient", "adjoint", "--validation", "20")]
    [InlineData("--channels", "4", "--solver", "euler", "--norm", "mixed", "--test-images", "10", "--dataset", "fashion-mnist")]
    public void Options_combine(params string[] options)
    {
        using TemporaryFolder folder = WithData();
        var run = ToolRun.Of(["experiment", "mnist", "--data", folder.File("data"), "--no-report", "--epochs", "1", "--train-images", "32", "--batch", "16", .. options]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
    }

    [Theory]
    [InlineData("euler, fixed steps of at most 0.05", "--solver", "euler")]
    [InlineData("dopri5, rtol 1e-3, atol 1e-3", "--solver", "dopri5")]
    [InlineData("rk4, fixed steps of at most 0.5, direct", "--solver", "rk4", "--step", "0.5")]
    [InlineData("rk4, fixed steps of at most 0.5, direct")]
    [InlineData("euler, fixed steps of at most 0.05, adjoint", "--published")]
    public void A_named_solver_takes_steps_of_its_own(string words, params string[] options)
    {
        using TemporaryFolder folder = WithData();
        Assert.Contains(
            words,
            ToolRun.Of(["experiment", "mnist", "--data", folder.File("data"), "--channels", "4", "--no-report", "--epochs", "1", "--train-images", "16", .. options]).Error);
    }

    [Theory]
    [InlineData("cosine")]
    [InlineData("constant", "--published")]
    [InlineData("constant", "--schedule", "constant")]
    [InlineData("cosine", "--published", "--schedule", "cosine")]
    public void The_learning_rate_falls_unless_the_published_settings_are_asked_for(string words, params string[] options)
    {
        using TemporaryFolder folder = WithData();
        ToolRun.Of(Command(folder, ["--train-images", "16", "--no-report", "--metrics", folder.File("n.json"), .. options]));
        using var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json")));
        Assert.Equal(
            ("0.01", words),
            (
                numbers.RootElement.GetProperty("settings").GetProperty("learning rate").GetString(),
                numbers.RootElement.GetProperty("settings").GetProperty("schedule").GetString()));
    }

    [Fact]
    public void The_metrics_as_csv_have_a_row_a_step()
    {
        using TemporaryFolder folder = WithData();
        ToolRun.Of(Command(folder, "--no-report", "--metrics", folder.File("n.csv")));
        string[] lines = File.ReadAllLines(folder.File("n.csv"));
        Assert.Equal("step,loss,correct,images,forward_evaluations,backward_evaluations", lines[0]);
        Assert.Equal(27, lines.Length);
    }

    [Fact]
    public void A_run_that_is_stopped_and_resumed_ends_with_the_same_model()
    {
        using TemporaryFolder folder = WithData();
        ToolRun.Of(Command(folder, "--no-report", "--save", folder.File("straight")));
        string[] kept = Command(folder, "--no-report", "--save", folder.File("resumed"), "--checkpoint", folder.File("run"), "--resume");
        int stops = 0;
        var run = ToolRun.Of(new CancellationToken(canceled: true), kept);
        Assert.Equal(ExitCode.Canceled, run.ExitCode);
        Assert.Contains("stopped before anything was learned", run.Error);
        do
        {
            // Stopped at whatever moment the clock brings, again and again.
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(150 + (50 * stops)));
            run = ToolRun.Of(cancellation.Token, kept);
            stops++;
        }
        while (run.ExitCode == ExitCode.Canceled);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        (SafeTensorsFile a, SafeTensorsFile b) = (SafeTensors.Load(folder.File("straight")), SafeTensors.Load(folder.File("resumed")));
        Assert.All(a.Tensors, x => Assert.Equal(x.ToSingles(), b[x.Name].ToSingles()));
        Assert.Equal(a.Tensors.Count, b.Tensors.Count);
    }

    [Fact]
    public void A_process_that_is_killed_again_and_again_ends_with_the_same_model()
    {
        using TemporaryFolder folder = WithData();
        string[] twelve = [.. Command(folder, "--no-report").Select(x => x == "2" ? "12" : x)];
        ToolRun.Of([.. twelve, "--save", folder.File("straight")]);
        string[] kept = [.. twelve, "--save", folder.File("killed"), "--checkpoint", folder.File("run"), "--checkpoint-every", "3", "--resume"];
        for (int kills = 0; ; kills++)
        {
            using Process process = Process.Start(new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "NeuralOde.Cli.dll"), .. kept]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            DateTime before = File.GetLastWriteTimeUtc(folder.File("run"));
            while (kills < 3 && !process.HasExited && File.GetLastWriteTimeUtc(folder.File("run")) == before)
            {
                Thread.Sleep(1);
            }

            if (kills < 3 && !process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
                continue;
            }

            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == ExitCode.Success, error);
            break;
        }

        (SafeTensorsFile a, SafeTensorsFile b) = (SafeTensors.Load(folder.File("straight")), SafeTensors.Load(folder.File("killed")));
        Assert.All(a.Tensors, x => Assert.Equal(x.ToSingles(), b[x.Name].ToSingles()));
    }

    [Fact]
    public void A_checkpoint_is_not_replaced_by_a_new_run_nor_resumed_with_other_settings()
    {
        using TemporaryFolder folder = WithData();
        string[] kept = Command(folder, "--no-report", "--checkpoint", folder.File("run"), "--schedule", "constant");
        Assert.Equal(ExitCode.Success, ToolRun.Of(kept).ExitCode);
        byte[] before = File.ReadAllBytes(folder.File("run"));
        Assert.Contains("Add --resume to resume from it", Fault(kept));
        Assert.Contains("seed was '0' and is '5'", Fault([.. kept, "--resume", "--seed", "5"]));
        Assert.Contains("solver was 'rk4' and is 'midpoint'", Fault([.. kept, "--resume", "--solver", "midpoint", "--step", "0.5"]));
        Assert.Contains("normalization was 'batch' and is 'group'", Fault([.. kept, "--resume", "--norm", "group"]));
        Assert.Equal(before, File.ReadAllBytes(folder.File("run")));

        // One that is done stays done, and is measured again; with more epochs it goes on.
        Assert.Equal(ExitCode.Success, ToolRun.Of([.. kept, "--resume"]).ExitCode);
        Assert.Contains("3 epochs in", ToolRun.Of([.. kept.Select(x => x == "2" ? "3" : x), "--resume"]).Out);

        static string Fault(string[] arguments)
        {
            var run = ToolRun.Of(arguments);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            return run.Error;
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_with_1_and_says_what_to_try()
    {
        using TemporaryFolder folder = WithData();
        var run = ToolRun.Of(["experiment", "mnist", "--data", folder.File("data"), "--model", "mlp", "--no-report", "--learning-rate", "1e30"]);
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("training gave up after", run.Error);
        Assert.Contains("Try --learning-rate lower", run.Error);
    }

    [Theory]
    [InlineData("There is no experiment 'mnis'. Did you mean 'mnist'? The experiments are", "experiment", "mnis")]
    [InlineData("There is no option '--modle'. Did you mean '--model'?", "experiment", "mnist", "--modle", "mlp")]
    [InlineData("There is no model 'vgg'. The choices are odenet, rknet, resnet, mlp.", "experiment", "mnist", "--model", "vgg")]
    [InlineData("resnet solves no equation, so it takes no --solver.", "experiment", "mnist", "--model", "resnet", "--solver", "euler")]
    [InlineData("mlp has no convolutions, so it takes no --norm.", "experiment", "mnist", "--model", "mlp", "--norm", "group")]
    [InlineData("resnet has no equation that could be normalized", "experiment", "mnist", "--model", "resnet", "--norm", "mixed")]
    [InlineData("odenet has no residual blocks, so it takes no --blocks.", "experiment", "mnist", "--blocks", "3")]
    [InlineData("rknet takes its gradient directly", "experiment", "mnist", "--model", "rknet", "--gradient", "adjoint")]
    [InlineData("--resume needs --checkpoint FILE", "experiment", "mnist", "--resume")]
    [InlineData("rk4 has no error estimate", "experiment", "mnist", "--rtol", "1e-3")]
    [InlineData("there is no folder 'no/such'", "experiment", "mnist", "--data", "no/such")]
    [InlineData("--shift takes a whole number from 0 to 8", "experiment", "mnist", "--shift", "9")]
    public void A_wrong_command_line_is_told_before_any_work(string message, params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Contains(message, run.Error.Split('\n')[0]);
        Assert.Contains(arguments.Length > 2 ? "'neuralode experiment mnist --help'" : "'neuralode experiment --help'", run.Error);
    }

    [Fact]
    public void Missing_and_damaged_files_are_told_with_what_to_do()
    {
        using TemporaryFolder folder = WithData();
        File.Delete(folder.File("data/train-labels-idx1-ubyte.gz"));
        var missing = ToolRun.Of(Command(folder));
        Assert.Equal(ExitCode.Usage, missing.ExitCode);
        Assert.Contains("missing there is train-labels-idx1-ubyte", missing.Error);
        Assert.Contains("Download them from https://", missing.Error);
        File.WriteAllText(folder.File("data/train-labels-idx1-ubyte"), "<html>404</html>");
        Assert.Contains("an idx file with two zero bytes", ToolRun.Of(Command(folder)).Error);
        Assert.DoesNotContain("   at ", ToolRun.Of(Command(folder)).Error);
    }

    [Fact]
    public void A_report_that_would_replace_the_checkpoint_is_refused()
    {
        using TemporaryFolder folder = WithData();
        Assert.Contains("name the same file", ToolRun.Of(Command(folder, "--no-report", "--save", folder.File("x"), "--checkpoint", folder.File("x"))).Error);
    }

    private static TemporaryFolder WithData()
    {
        var folder = new TemporaryFolder();
        IdxBytes.WriteBlocks(folder.File("data"));
        return folder;
    }
}
