using System.Globalization;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public sealed class LatentFitCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fit_then_forecast_writes_report_model_and_tables_with_bands()
    {
        string data = Decays(), model = PathOf("m.safetensors"), report = PathOf("r.html"), held = PathOf("h.csv"), output = PathOf("f.csv");
        ToolRun fit = Fit(
            data, "--series", "id", "--states", "x", "--covariates", "w", "--iterations", "30", "--samples", "20", "--report", report,
            "--save", model, "--out", held);
        Assert.Equal(ExitCode.Success, fit.ExitCode);
        Assert.Contains("held-out RMSE", fit.Out, StringComparison.Ordinal);
        Assert.Matches(@"The bands of 90 % hold \d+ of 5 held-out values", fit.Out);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Equal("id,t,x,x_lower,x_upper", File.ReadLines(held).First());
        Assert.Equal(1 + 5, File.ReadLines(held).Count());

        Assert.Equal(ExitCode.Success, ToolRun.Of("forecast", model, "--until", "8", "--step", "1", "--out", output).ExitCode);
        string[] lines = File.ReadAllLines(output);
        Assert.Equal("id,t,x,x_lower,x_upper", lines[0]);

        // Held-out values are known to the saved model: each forecast starts at the last of five times, 4.
        Assert.Equal(1 + (5 * 5), lines.Length);
        Assert.StartsWith("a,4,", lines[1], StringComparison.Ordinal);
        double[] numbers = [.. lines[1].Split(',').Skip(2).Select(x => double.Parse(x, CultureInfo.InvariantCulture))];
        Assert.True(numbers[1] < numbers[0] && numbers[0] < numbers[2]);
    }

    [Fact]
    public void Series_that_the_model_has_never_seen_are_forecast()
    {
        string model = PathOf("m.safetensors");
        Assert.Equal(ExitCode.Success, Fit(Decays(), "--series", "id", "--states", "x", "--hold-out", "none", "--iterations", "5", "--save", model).ExitCode);
        string other = Write("new.csv", "id,t,x\nnew,10,5\nnew,11,4\n");
        var run = ToolRun.Of("forecast", model, "--data", other, "--until", "13", "--step", "1");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        string[] lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("new,11,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("new,13,", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Labeled_series_make_a_classifier_that_is_tested()
    {
        string train = Labeled("train.ts", 24), test = Labeled("test.ts", 10), report = PathOf("r.html"), model = PathOf("c.safetensors");
        var run = ToolRun.Of("fit", train, "--model", "latent", "--test", test, "--iterations", "40", "--units", "8", "--latent", "2", "--report", report, "--save", model);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Matches(@"Test: \d+ of 10 series right", run.Out);
        Assert.Contains("Confusion", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.True(File.Exists(model));

        var forecast = ToolRun.Of("forecast", model, "--until", "1", "--step", "1");
        Assert.Equal(ExitCode.Usage, forecast.ExitCode);
    }

    [Fact]
    public void Seeds_print_a_table_with_a_median()
    {
        ToolRun run = Fit(Decays(), "--series", "id", "--states", "x", "--iterations", "3", "--seeds", "0-1");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("in the band", run.Out, StringComparison.Ordinal);
        Assert.Contains("median", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--hidden-states 2", "--hidden-states is an option of the default model")]
    [InlineData("--time-dependent", "--time-dependent is an option of the default model")]
    [InlineData("--solver tsit5", "--solver is an option of the default model")]
    [InlineData("--test t.ts", "--test is for classifiers")]
    public void Options_that_do_not_apply_to_a_latent_model_are_refused(string option, string message)
    {
        ToolRun run = Fit([Decays(), "--series", "id", .. option.Split(' ')]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--latent 2")]
    [InlineData("--samples 2")]
    [InlineData("--covariates w")]
    public void Options_of_a_latent_model_are_refused_without_it(string option)
    {
        var run = ToolRun.Of(["fit", Decays(), "--series", "id", .. option.Split(' ')]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains($"{option.Split(' ')[0]} takes --model latent", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_labeled_series_cannot_have_is_refused()
    {
        string data = Labeled("train.ts", 6);
        Assert.Contains("add --model latent", ToolRun.Of("fit", data).Error, StringComparison.Ordinal);
        Assert.Contains("--hold-out is for forecasts", Fit(data, "--hold-out", "2").Error, StringComparison.Ordinal);
        Assert.Contains("--states is for tables", Fit(data, "--states", "x").Error, StringComparison.Ordinal);
        Assert.Contains("There is no file", Fit(PathOf("none.ts")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_series_is_too_few_for_a_latent_model()
    {
        ToolRun run = Fit(Write("one.csv", "t,x\n0,1\n1,2\n2,3\n3,4\n"));
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("only one series here", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_data_are_refused_for_a_model_that_is_not_latent()
    {
        string model = PathOf("m.safetensors"), data = Decays();
        Assert.Equal(ExitCode.Success, ToolRun.Of("fit", data, "--series", "id", "--states", "x", "--iterations", "3", "--save", model).ExitCode);
        var run = ToolRun.Of("forecast", model, "--data", data, "--until", "9", "--step", "1");
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--data takes a latent model", run.Error, StringComparison.Ordinal);
    }

    private static ToolRun Fit(params string[] arguments) => ToolRun.Of(["fit", .. arguments, "--model", "latent"]);

    private string Decays()
    {
        var text = new StringWriter();
        text.WriteLine("id,t,x,w");
        foreach (char id in "abcde")
        {
            for (int t = 0; t < 5; t++)
            {
                text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id},{t},{(id - 'a' + 1) * Math.Exp(-0.5 * t):R},{id - 'a'}"));
            }
        }

        return Write("decays.csv", text.ToString());
    }

    private string Labeled(string name, int count)
    {
        var text = new StringWriter();
        text.WriteLine("@classLabel true up down\n@data");
        for (int i = 0; i < count; i++)
        {
            text.WriteLine(
                string.Join(',', Enumerable.Range(0, 4 + (i % 3)).Select(t => (i % 2 == 0 ? t : -t).ToString(CultureInfo.InvariantCulture))) + (i % 2 == 0 ? ":up" : ":down"));
        }

        return Write(name, text.ToString());
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    private string PathOf(string name) => _folder.File(name);
}
