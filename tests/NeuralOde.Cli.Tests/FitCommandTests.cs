using NeuralOde.Cli.CommandLine;

namespace NeuralOde.Cli.Tests;

public sealed class FitCommandTests : IDisposable
{
    private const string Two = "id,t,x,note\na,0,1,p\na,1,2,q\na,2,3,r\na,3,3.5,r\na,4,3.8,r\nb,0,2,p\nb,1,3,q\nb,2,3.6,r\nb,3,3.8,r\nb,4,3.9,r\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("neuralode-fit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Fit_then_forecast_writes_report_model_and_table()
    {
        string data = Write(Two), model = PathOf("m.safetensors"), report = PathOf("r.html"), output = PathOf("f.csv");
        (int code, string shown, _) = Run("fit", data, "--time", "t", "--series", "id", "--iterations", "40", "--report", report, "--save", model);
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("held-out RMSE", shown, StringComparison.Ordinal);
        Assert.Contains(report, shown, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(report), StringComparison.Ordinal);

        Assert.Equal(ExitCode.Success, Run("forecast", model, "--until", "6", "--step", "0.5", "--out", output).Code);
        string[] lines = File.ReadAllLines(output);
        Assert.Equal("id,t,x", lines[0]);
        Assert.Equal(1 + (2 * 5), lines.Length);
        Assert.StartsWith("a,4,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("b,6,", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_print_a_table_with_a_median()
    {
        (int code, string shown, _) = Run("fit", Write(Two), "--series", "id", "--iterations", "10", "--seeds", "0-2");
        Assert.Equal(ExitCode.Success, code);
        Assert.Equal(6, shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("median", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_fit_still_writes_its_model()
    {
        string model = PathOf("m.safetensors");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        (int code, _, string error) = Run(cancelled.Token, "fit", Write(Two), "--series", "id", "--save", model);
        Assert.Equal(ExitCode.Cancelled, code);
        Assert.Contains("stopped after 0", error, StringComparison.Ordinal);
        Assert.True(File.Exists(model));
    }

    [Theory]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--time year", "'year'", "t, x")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--states y", "'y'", "t, x")]
    [InlineData("t,x\n0,1\n1,oops\n2,3\n3,4\n", "", "line 3", "column 'x'")]
    [InlineData("t,x\n0,1\n2,2\n1,3\n3,4\n", "", "line 4", "increas")]
    [InlineData("t,x\n0,1\n1,2\n", "", "3", "data.csv")]
    [InlineData("t,x,y\n0,1,NA\n1,2,\n2,3,NA\n", "--states y", "'y'", "no value")]
    [InlineData("t,x\n0,1\n1,0\n2,3\n", "--log x", "x", "above 0")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--log t", "t", "state column")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--hold-out 2", "holding out the last 2", "Hold out less")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--hold-out lots", "--hold-out", "got 'lots'")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--solver rk9", "rk9", "dopri5")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--time-format lunar", "lunar", "yyyymmdd")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--report nowhere/r.html", "nowhere", "does not exist")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--hidden-states -1", "--hidden-states", "-1")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--seeds 0-1 --save m.safetensors", "--seeds", "--save")]
    public void Wrong_input_ends_before_work_with_one_message(string csv, string options, string first, string second)
    {
        (int code, string shown, string error) = Run(["fit", Write(csv), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(shown);
        Assert.Contains(first, error, StringComparison.Ordinal);
        Assert.Contains(second, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter '", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        (int code, _, string error) = Run("fit", PathOf("none.csv"));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("none.csv", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--until 2 --step 1", "not after the end of the data")]
    [InlineData("--until -5 --step 1", "before the model's start")]
    [InlineData("--until 9 --step 0", "--step")]
    [InlineData("--until 9 --step -1", "--step")]
    [InlineData("--until soon --step 1", "not a time")]
    [InlineData("--until 9", "--step")]
    [InlineData("--until 9 --step 1 --out nowhere/f.csv", "does not exist")]
    public void Wrong_forecast_is_refused(string options, string message)
    {
        string model = PathOf("m.safetensors");
        Assert.Equal(ExitCode.Success, Run("fit", Write(Two), "--series", "id", "--iterations", "5", "--save", model).Code);
        (int code, _, string error) = Run(["forecast", model, .. options.Split(' ')]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_and_truncated_models_are_refused_and_an_old_output_survives()
    {
        string model = PathOf("m.safetensors"), output = PathOf("f.csv");
        File.WriteAllText(output, "old");
        File.WriteAllText(model, "not a model");
        Assert.Equal(ExitCode.Usage, Run("forecast", model, "--until", "9", "--step", "1", "--out", output).Code);
        Run("fit", Write(Two), "--series", "id", "--iterations", "5", "--save", model);
        File.WriteAllBytes(model, File.ReadAllBytes(model)[..^8]);
        (int code, _, string error) = Run("forecast", model, "--until", "9", "--step", "1", "--out", output);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("cut off", error, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(output));
    }

    [Theory]
    [InlineData("fit")]
    [InlineData("forecast")]
    public void Help_teaches_with_examples(string command)
    {
        (int code, string shown, _) = Run(command, "--help");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains($"neuralode {command} ", shown, StringComparison.Ordinal);
        Assert.Contains("Examples:", shown, StringComparison.Ordinal);
    }

    private static (int Code, string Out, string Error) Run(params string[] arguments) => Run(default, arguments);

    private static (int Code, string Out, string Error) Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = Tool.Run(arguments, new ToolContext { Out = output, Error = error, CancellationToken = cancellation });
        return (code, output.ToString(), error.ToString());
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string Write(string text)
    {
        File.WriteAllText(PathOf("data.csv"), text);
        return PathOf("data.csv");
    }
}
