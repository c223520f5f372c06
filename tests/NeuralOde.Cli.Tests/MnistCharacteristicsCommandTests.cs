using System.Text.Json;
using System.Xml.Linq;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public class MnistCharacteristicsCommandTests
{
    [Fact]
    public void Without_a_model_one_is_trained_and_measured()
    {
        using TemporaryFolder folder = WithData();
        string[] command = Command(folder, "--train-images", "48", "--epochs", "2", "--run", folder.File("run"));
        var run = ToolRun.Of([.. command, "--report", folder.File("r.html"), "--metrics", folder.File("n.json")]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("epoch 2 of 2", run.Error);
        Assert.Contains("rk4, 2 steps", run.Out);
        using var numbers = JsonDocument.Parse(File.ReadAllText(folder.File("n.json")));
        JsonElement[] tolerances = [.. numbers.RootElement.GetProperty("tolerances").EnumerateArray()];
        Assert.Equal(7, tolerances.Length);
        Assert.Equal(15, numbers.RootElement.GetProperty("inference").GetArrayLength());
        Assert.Equal(2, numbers.RootElement.GetProperty("training").GetProperty("epochs").GetArrayLength());

        // A tighter tolerance takes more work and errs less, from end to end if not at every step.
        Assert.True(tolerances[5].GetProperty("evaluations").GetInt64() > tolerances[0].GetProperty("evaluations").GetInt64());
        Assert.True(tolerances[5].GetProperty("relative_error").GetDouble() < tolerances[0].GetProperty("relative_error").GetDouble());
        var report = XDocument.Parse(File.ReadAllText(folder.File("r.html")).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.Contains("Train precisely, infer cheaply", report.Root!.Value);

        // The run that was kept serves a saved model, without training again.
        Assert.Equal(
            ExitCode.Success,
            ToolRun.Of(
                "experiment", "mnist", "--data", folder.File("data"), "--channels", "4", "--epochs", "1", "--batch", "16", "--train-images", "48",
                "--no-report", "--save", folder.File("m")).ExitCode);
        var saved = ToolRun.Of(
            ["experiment", "mnist-characteristics", folder.File("m"), .. Command(folder, "--run", folder.File("run"), "--no-report", "--metrics", folder.File("n.csv"))[2..]]);
        Assert.Equal(ExitCode.Success, saved.ExitCode);
        Assert.DoesNotContain("epoch 2 of 2", saved.Error);
        Assert.Equal(1 + 7 + 15, File.ReadAllLines(folder.File("n.csv")).Length);
    }

    [Fact]
    public void What_does_not_fit_is_told_before_any_work()
    {
        using TemporaryFolder folder = WithData();
        string[] train = ["experiment", "mnist", "--data", folder.File("data"), "--epochs", "1", "--train-images", "32", "--no-report"];
        ToolRun.Of([.. train, "--model", "mlp", "--save", folder.File("mlp")]);
        ToolRun.Of([.. train, "--channels", "4", "--save", folder.File("m"), "--checkpoint", folder.File("fixed")]);
        Assert.Contains("solves no equation", Fault(folder.File("mlp")));
        Assert.Contains("There is no file", Fault(folder.File("none")));
        Assert.Contains("Add --train", Fault(folder.File("m"), "--run", folder.File("none")));
        Assert.Contains("its evaluations never change", Fault(folder.File("m"), "--run", folder.File("fixed")));
        Assert.Contains("a checkpoint of a training run is wanted", Fault(folder.File("m"), "--run", folder.File("mlp")));
        Assert.Contains("was trained on MNIST", Fault(folder.File("m"), "--dataset", "fashion-mnist"));
        Assert.Contains("There is no solver 'euler'", Fault(folder.File("m"), "--solver", "euler"));

        string Fault(params string[] arguments)
        {
            var run = ToolRun.Of(["experiment", "mnist-characteristics", "--data", folder.File("data"), "--no-report", .. arguments]);
            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Empty(run.Out);
            return run.Error;
        }
    }

    private static string[] Command(TemporaryFolder folder, params string[] more) =>
        ["experiment", "mnist-characteristics", "--data", folder.File("data"), "--channels", "4", "--batch", "16", "--images", "8", .. more];

    private static TemporaryFolder WithData()
    {
        var folder = new TemporaryFolder();
        IdxBytes.WriteBlocks(folder.File("data"));
        return folder;
    }
}
