using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public sealed class FitCommandTests : IDisposable
{
    private const string Two = "id,t,x,note\na,0,1,p\na,1,2,q\na,2,3,r\na,3,3.5,r\na,4,3.8,r\nb,0,2,p\nb,1,3,q\nb,2,3.6,r\nb,3,3.8,r\nb,4,3.9,r\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
        Assert.Equal(7, shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("median", shown, StringComparison.Ordinal);
        Assert.Contains("The mean of 3 forecasts: error ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_make_an_ensemble_that_forecasts()
    {
        string model = PathOf("e.safetensors"), report = PathOf("e.html"), metrics = PathOf("e.json");
        (int code, _, _) = Run("fit", Write(Two), "--series", "id", "--iterations", "5", "--seeds", "0-1", "--save", model, "--report", report, "--metrics", metrics);
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("no band in which observations lie", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Contains("\"run\":\"1\",\"failure\":null", File.ReadAllText(metrics), StringComparison.Ordinal);
        (code, string shown, _) = Run("forecast", model, "--until", "7", "--step", "1");
        Assert.Equal(ExitCode.Success, code);
        Assert.StartsWith("id,t,x,x_lowest,x_highest", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_prints_a_row_for_each_combination()
    {
        (int code, string shown, _) = Run("fit", Write(Two), "--series", "id", "--iterations", "5", "--grid", "hidden=4:5,5", "--grid", "hidden-states=0:1");
        Assert.Equal(ExitCode.Success, code);
        Assert.Equal(
            ["hidden=4 hidden-states=0", "hidden=4 hidden-states=1", "hidden=5,5 hidden-states=0", "hidden=5,5 hidden-states=1"],
            shown.Split('\n').Where(static x => x.StartsWith("hidden=", StringComparison.Ordinal)).Select(static x => string.Join(' ', x.Split(' ')[..2])));
        Assert.Contains("flatters its settings", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fit_canceled_before_its_first_iteration_leaves_an_old_model()
    {
        string model = PathOf("m.safetensors");
        File.WriteAllText(model, "old");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        (int code, string shown, string error) = Run(cancelled.Token, "fit", Write(Two), "--series", "id", "--save", model);
        Assert.Equal(ExitCode.Canceled, code);
        Assert.Contains("stopped before anything was learned; no files were written", error, StringComparison.Ordinal);
        Assert.Empty(shown);
        Assert.Equal("old", File.ReadAllText(model));
    }

    [Theory]
    [InlineData("--save", "data.csv")]
    [InlineData("--report", "data.csv")]
    [InlineData("--save", "link.csv")]
    [InlineData("--save", "linked/data.csv")]
    public void A_fit_never_replaces_what_it_reads(string option, string name)
    {
        string data = Write(Two);
        File.CreateSymbolicLink(PathOf("link.csv"), data);
        Directory.CreateSymbolicLink(PathOf("linked"), _folder.Path);
        (int code, _, string error) = Run("fit", data, "--series", "id", "--iterations", "5", option, PathOf(name));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"{option} {PathOf(name)} would replace the file that is read", error, StringComparison.Ordinal);
        Assert.Equal(Two, File.ReadAllText(data));
    }

    [Fact]
    public void Outputs_that_are_one_file_by_a_link_are_refused()
    {
        File.WriteAllText(PathOf("r.html"), "old");
        File.CreateSymbolicLink(PathOf("l.html"), PathOf("r.html"));
        (int code, _, string error) = Run("fit", Write(Two), "--series", "id", "--report", PathOf("r.html"), "--save", PathOf("l.html"));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("name the same file", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_too_far_ahead_names_its_option_and_the_time_as_the_data_have_it()
    {
        string model = PathOf("m.safetensors");
        Run("fit", Write("date,x\n2020-01-01,1\n2020-01-02,2\n2020-01-03,1\n2020-01-04,2\n"), "--time-dependent", "--hold-out", "none", "--iterations", "50", "--save", model);
        (int code, _, string error) = Run("forecast", model, "--until", "9000-01-01", "--step", "2500000");
        Assert.Equal(ExitCode.Failure, code);
        Assert.Matches(@"cannot be solved beyond date = \d{4}-", error);
        Assert.Contains("Choose an earlier --until.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("AdaptiveSteps", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_never_replaces_its_model()
    {
        string model = PathOf("m.safetensors");
        Run("fit", Write(Two), "--series", "id", "--iterations", "5", "--save", model);
        byte[] before = File.ReadAllBytes(model);
        (int code, _, string error) = Run("forecast", model, "--until", "9", "--step", "1", "--out", model);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("would replace the file that is read", error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Theory]
    [InlineData(1e300, 1)]
    [InlineData(1e307, 1)]
    [InlineData(1e300, -1)]
    public void Values_at_the_end_of_the_range_of_numbers_make_no_trace(double scale, int sign)
    {
        string rows = string.Concat(Enumerable.Range(0, 8).Select(i => FormattableString.Invariant($"{i},{(i % 2 == 0 ? 1 : sign) * scale * (1 + (0.5 * i)):R}\n")));
        (int code, string shown, string error) = Run("fit", Write("t,x\n" + rows), "--iterations", "5", "--report", PathOf("r.html"));
        Assert.True(code == ExitCode.Success || error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].StartsWith("neuralode: ", StringComparison.Ordinal), error);
        Assert.DoesNotContain("   at ", error + shown, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.0")]
    [InlineData("none")]
    public void Nothing_is_held_out_for(string text)
    {
        (int code, string shown, _) = Run("fit", Write(Two), "--series", "id", "--iterations", "5", "--hold-out", text);
        Assert.Equal(ExitCode.Success, code);
        Assert.DoesNotContain("held-out", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_digits_name_the_option_that_makes_them_dates()
    {
        (int code, _, string error) = Run("fit", Write("date,x\n20200101,1\n20200102,2\n20200103,3\n20200104,4\n"), "--iterations", "5");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("Give --time-format yyyymmdd if they are dates.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_run_draws_no_conclusions_and_does_as_many_iterations_as_it_says()
    {
        string noise = "t,x\n" + string.Concat(Enumerable.Range(0, 40).Select(static i => $"{i},{i * 7919 % 13}\n"));
        (int code, string shown, string error) = Run("fit", Write(noise), "--iterations", "1");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains(" 1 iteration;", shown, StringComparison.Ordinal);
        Assert.Contains("1 of 1 ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("could not follow", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("explains less", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_zero_against_zero_have_no_ratio()
    {
        (int code, string shown, _) = Run("fit", Write("t,x\n0,1e-300\n1,2e-300\n2,1e-300\n3,2e-300\n4,3e-300\n"), "--iterations", "5");
        Assert.Equal(ExitCode.Success, code);
        Assert.DoesNotContain("NaN", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_with_a_comma_in_a_name_is_read_by_its_semicolons()
    {
        (int code, string shown, _) = Run("fit", Write("t;x (m, s);y\n0;1;2\n1;2;3\n2;3;5\n3;4;6\n"), "--iterations", "5");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("x (m, s)", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Decimal_commas_are_read_with_a_word_and_ambiguous_ones_are_an_error()
    {
        (int code, string output, string error) = Run("fit", Write("t;x;y\n0;0,5;0\n1;0,7;1\n2;0,9;2\n3;1,5;3\n"), "--iterations", "2");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("'0,5' was read as 0.5", output + error, StringComparison.Ordinal);
        (code, _, error) = Run("fit", Write("t;x\n0;1,234\n1;1,235\n2;1,236\n3;1,237\n"));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("'1,234' can be 1.234 and 1234", error, StringComparison.Ordinal);
        Assert.Contains("--decimal comma", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--time year", "'year'", "t, x")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--states y", "'y'", "t, x")]
    [InlineData("t,x\n0,1\n1,oops\n2,3\n3,4\n", "", "line 3", "column 'x'")]
    [InlineData("t,x\n0,1\n2,2\n1,3\n2,4\n", "", "line 5", "--equal-times mean")]
    [InlineData("date,x\n01/02/2024,1\n02/02/2024,3\n03/02/2024,4\n", "", "2024-02-01 and 2024-01-02", "--time-format dmy")]
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
    [InlineData("t,x\n0,1\n", "", "there is 1 row;", "data.csv")]
    [InlineData("a,x\n0,1\n1,2\n2,3\n", "", "Name the column that holds the times with --time, or", "a, x")]
    [InlineData("t,x\n0,1\n0,2\n2,3\n", "", "name the column that tells them apart with --series", "line 3")]
    [InlineData("t,x,y\n0,1,a\n1,2,5\n2,3,6\n", "", "omit the column by naming the others with --states", "'y'")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--hold-out 2", "The series has 3", "with --hold-out")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--hidden-states 2147483647", "from 0 to 1,000", "2147483647")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--hidden 2000000000", "from 1 to 10,000", "2000000000")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--iterations 2147483647", "from 1 to 100,000,000", "2147483647")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--seeds 0-1 --figure m.svg", "--seeds", "--figure")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--grid hidden=4:8 --save m.safetensors", "--grid", "--save")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--grid hiden=4:8", "'hiden' is none", "hidden")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--grid hidden", "such as --grid hidden=8:16", "'hidden'")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--grid hidden=4:x", "--hidden", "'x'")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--grid hidden=4:8 --hidden 3", "--hidden", "twice")]
    [InlineData("t,x\n0,1\n1,2\n2,3\n", "--grid hidden=4:8 --model latent", "--grid", "network")]
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
    [InlineData("--until 4.5 --step 1", "--step 1 reaches past --until 4.5 from the end of the data, 4")]
    [InlineData("--until 9 --step 0", "--step")]
    [InlineData("--until 9 --step -1", "--step")]
    [InlineData("--until soon --step 1", "--until: 'soon' is not a number")]
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
        int code = Tool.Run(arguments, new CommandContext { Out = output, Error = error, CancellationToken = cancellation });
        return (code, output.ToString(), error.ToString());
    }

    private string PathOf(string name) => _folder.File(name);

    private string Write(string text)
    {
        File.WriteAllText(PathOf("data.csv"), text);
        return PathOf("data.csv");
    }
}
