namespace NeuralOde.Cli.Tests;

/// <summary><c>neuralode explain</c>: formulas for learned dynamics.</summary>
public class ExplainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Growth()
    {
        string table = _folder.File("growth.csv");
        double Size(double t) => 3 / (1 + (14 * Math.Exp(-0.9 * t)));
        File.WriteAllLines(table, ["t,x", .. Enumerable.Range(0, 41).Select(i => FormattableString.Invariant($"{i * 0.25:R},{Size(i * 0.25) + (0.01 * Math.Sin(37 * i)):R}"))]);
        return table;
    }

    [Fact]
    public void A_saved_network_is_explained_with_and_without_its_data()
    {
        string model = _folder.File("growth.safetensors"), report = _folder.File("formula.html"), save = _folder.File("formula.ode"), output = _folder.File("formula.csv");
        Assert.Equal(0, ToolRun.Of("fit", Growth(), "--quick", "--hold-out", "none", "--iterations", "600", "--save", model).ExitCode);
        var alone = ToolRun.Of("explain", model, "--degree", "2", "--most", "2");
        Assert.Equal(0, alone.ExitCode);
        Assert.Contains("x'  2", alone.Out, StringComparison.Ordinal);
        var run = ToolRun.Of("explain", model, "--data", Growth(), "--degree", "2", "--most", "2", "--report", report, "--save", save, "--out", output);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("x + x^2", run.Out, StringComparison.Ordinal);
        Assert.Contains("f1_1*x + f1_2*x^2", File.ReadAllText(save), StringComparison.Ordinal);
        Assert.StartsWith("term,time,network,formula", File.ReadAllText(output), StringComparison.Ordinal);
        string page = File.ReadAllText(report);
        Assert.Contains("Terms against error", page, StringComparison.Ordinal);
        Assert.Contains("Data, network and formula", page, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("solve", save, "--until", "5").ExitCode);
    }

    [Fact]
    public void Unknown_terms_of_equations_are_explained()
    {
        string model = _folder.File("model.ode");
        File.WriteAllText(model, "x' = 0.9*x + unknown(x, hidden: 3)\nx(0) = 0.3 > 0\nobserve x: normal");
        var run = ToolRun.Of("explain", model, "--data", Growth(), "--starts", "4", "--terms", "x/(1 + x), sin(x)", "--most", "2");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("x' = 0.9*x + f1_1*x^2", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x' = -k*x\nk = 1\nobserve x", "has no unknown terms")]
    [InlineData("x' = unknown(x)\nobserve x", "need --data")]
    public void What_cannot_be_explained_is_said(string text, string message)
    {
        string model = _folder.File("model.ode");
        File.WriteAllText(model, text);
        var run = ToolRun.Of("explain", model);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_kind_and_terms_that_are_none_are_refused()
    {
        string model = _folder.File("growth.safetensors");
        File.WriteAllText(model, "not a model");
        Assert.Equal(2, ToolRun.Of("explain", model).ExitCode);
        Assert.Contains("--terms takes expressions", ToolRun.Of("explain", model, "--terms", "x,,y").Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
