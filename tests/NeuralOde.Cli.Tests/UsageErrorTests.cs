using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public class UsageErrorTests
{
    [Theory]
    [InlineData("NAME", "learn")]
    [InlineData("There is no command 'lern'. Did you mean 'learn'?", "lern", "spiral")]
    [InlineData("There is no system 'spirl'. Did you mean 'spiral'? The choices are spiral, nonlinear, cubic.", "learn", "spirl")]
    [InlineData("There is no option '--itrations'. Did you mean '--iterations'?", "learn", "spiral", "--itrations", "5")]
    [InlineData("There is no option '--itrations'. Did you mean '--iterations'?", "learn", "--itrations", "5", "spiral")]
    [InlineData("There is no solver 'rk5'", "learn", "spiral", "--solver", "rk5")]
    [InlineData("The choices are direct, adjoint, truncated, interpolated, gauss, reversible, forward, auto.", "learn", "spiral", "--gradient", "magic")]
    [InlineData("The choices are network, linear.", "learn", "spiral", "--field", "cube")]
    [InlineData("--iterations takes a whole number from 1", "learn", "spiral", "--iterations", "0")]
    [InlineData("got 'many'", "learn", "spiral", "--iterations", "many")]
    [InlineData("--learning-rate takes a number above 0", "learn", "spiral", "--learning-rate", "-1")]
    [InlineData("with a point, not a comma", "learn", "spiral", "--learning-rate", "0,01")]
    [InlineData("got 'NaN'", "learn", "spiral", "--rtol", "NaN")]
    [InlineData("--hidden takes whole numbers", "learn", "spiral", "--hidden", "16,x")]
    [InlineData("--seeds takes seeds", "learn", "spiral", "--seeds", "4-2")]
    [InlineData("--step asks for fixed steps", "learn", "spiral", "--step", "0.1", "--rtol", "1e-3")]
    [InlineData("euler has no error estimate", "learn", "spiral", "--solver", "euler", "--rtol", "1e-3")]
    [InlineData("--report and --no-report exclude each other", "learn", "spiral", "--no-report", "--report", "x.html")]
    [InlineData(".json or .csv", "learn", "spiral", "--metrics", "numbers.txt")]
    [InlineData("does not exist", "learn", "spiral", "--report", "no/such/folder/x.html")]
    [InlineData("does not exist", "learn", "spiral", "--no-report", "--save", "no/such/folder/x.safetensors")]
    [InlineData("is a folder", "learn", "spiral", "--report", ".")]
    [InlineData("name the same file", "learn", "spiral", "--report", "x.html", "--save", "x.html")]
    [InlineData("--seeds prints a table and writes no files", "learn", "spiral", "--seeds", "0-1", "--report", "x.html")]
    [InlineData("--seeds prints a table and writes no files", "learn", "spiral", "--seeds", "0-1", "--figure", "x.svg")]
    [InlineData("--seeds prints a table and writes no files", "learn", "spiral", "--seeds", "0-1", "--no-report", "--metrics", "x.csv")]
    [InlineData("rk4 has no error estimate, so it takes --step H, not tolerances", "learn", "spiral", "--solver", "rk4", "--rtol", "1e-3")]
    [InlineData("--step 1E-09 makes 3.1e10 steps", "learn", "spiral", "--no-report", "--step", "1e-9")]
    [InlineData("not 100000 different ones.", "learn", "spiral", "--no-report", "--windows", "100000")]
    [InlineData("at most 31.45 units of time", "learn", "spiral", "--no-report", "--window-max", "100")]
    [InlineData("a window must hold two", "learn", "spiral", "--no-report", "--window-max", "1e-5")]
    [InlineData("'.' is a folder", "forecast", ".", "--until", "2", "--step", "1")]
    [InlineData("Windows last", "learn", "spiral", "--no-report", "--window-max", "100")]
    public void A_wrong_command_line_is_told_in_one_line_before_any_work(string message, params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Empty(run.Out);
        string[] lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(message, lines[0]);
        Assert.StartsWith("neuralode: ", lines[0]);
        Assert.True(lines.Length <= 2, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain("(Parameter", run.Error);
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_no_trace()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Usage, ToolRun.Of("learn", "spiral", "--report", folder.File("a.html"), "--save", folder.File("no/a.safetensors")).ExitCode);
        Assert.Empty(folder.Names());
    }
}
