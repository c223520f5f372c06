using NeuralOde.TestSupport;

namespace NeuralOde.Cli.Tests;

public class CheckGradientTests
{
    [Fact]
    public void A_fitted_model_gets_a_table_of_methods_and_one_to_trust()
    {
        using var folder = new TemporaryFolder();
        string data = Repository.PathOf("samples/hare-lynx.csv"), model = folder.File("m.safetensors");
        var fit = ToolRun.Of("fit", data, "--log", "Hare,Lynx", "--iterations", "20", "--save", model);
        Assert.True(fit.ExitCode == 0, fit.Error);
        var check = ToolRun.Of("check-gradient", model, data, "--directions", "2");
        Assert.True(check.ExitCode == 0, check.Out + check.Error);
        Assert.All((string[])["direct", "adjoint", "truncated", "interpolated", "gauss", "Trust "], x => Assert.Contains(x, check.Out, StringComparison.Ordinal));
        Assert.Contains("biased", check.Out, StringComparison.Ordinal);

        var missing = ToolRun.Of("check-gradient", model, folder.File("none.csv"));
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("There is no file", missing.Error, StringComparison.Ordinal);
        Assert.Contains("no series 'x'", ToolRun.Of("check-gradient", model, data, "--id", "x").Error, StringComparison.Ordinal);
    }
}
