using System.Text.Json;

namespace NeuralOde.Cli.Tests;

/// <summary>Equations of one's own, from the command line: <c>solve</c> and <c>fit --equations</c>.</summary>
public class EquationCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Sample(string name) => Repository.PathOf("samples/" + name);

    private string Model(string text)
    {
        string path = _folder.File("model.ode");
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Solve_writes_a_table_with_sensitivities_and_a_picture()
    {
        string output = _folder.File("path.csv"), plot = _folder.File("path.svg");
        var run = ToolRun.Of("solve", Model("x' = -k*x\nk = 0.5\nx(0) = 2 fixed\ny = x^2"), "--until", "2", "--step", "1", "--sensitivities", "k", "--out", output, "--plot", plot);
        Assert.Equal(0, run.ExitCode);
        string[] lines = File.ReadAllLines(output);
        Assert.Equal("t,x,y,dx/dk,dy/dk", lines[0]);
        Assert.Equal(4, lines.Length);
        double[] last = [.. lines[3].Split(',').Select(static x => double.Parse(x, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(2 * Math.Exp(-1), last[1], 1e-8);
        Assert.Equal(-4 * Math.Exp(-1), last[3], 1e-7);
        Assert.StartsWith("<svg", File.ReadAllText(plot), StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_draws_parameters_from_priors_or_from_the_estimates_of_a_fit()
    {
        string table = _folder.File("decay.csv"), numbers = _folder.File("fit.json"), output = _folder.File("band.csv"), plot = _folder.File("band.svg");
        File.WriteAllText(table, "t,x\n0,2.02\n1,1.21\n2,0.73\n3,0.45\n");
        string model = Model("x' = -k*x\nk = 0.3 > 0\nx(0) = 1 > 0\nobserve x");
        Assert.Equal(0, ToolRun.Of("fit", table, "--equations", model, "--time", "t", "--no-profiles", "--metrics", numbers).ExitCode);
        var run = ToolRun.Of("solve", model, "--until", "3", "--step", "1", "--draws", "200", "--estimates", numbers, "--out", output, "--plot", plot);
        Assert.Equal(0, run.ExitCode);
        string[] lines = File.ReadAllLines(output);
        Assert.Equal("t,x,x lower,x upper", lines[0]);
        double[] last = [.. lines[^1].Split(',').Select(static x => double.Parse(x, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(0.45, last[1], 0.02);
        Assert.InRange(last[1], last[2], last[3]);
        Assert.InRange(last[3] - last[2], 1e-4, 0.1);
        Assert.StartsWith("<svg", File.ReadAllText(plot), StringComparison.Ordinal);
        Assert.Contains("--estimates takes the JSON", ToolRun.Of("solve", model, "--until", "3", "--draws", "50", "--estimates", table).Error, StringComparison.Ordinal);
        Assert.Contains("give --estimates", ToolRun.Of("solve", model, "--until", "3", "--draws", "50").Error, StringComparison.Ordinal);
        Assert.Contains("go with --draws", ToolRun.Of("solve", model, "--until", "3", "--seed", "1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_population_forecasts_other_subjects_and_its_report_checks_it()
    {
        string table = _folder.File("known.csv"), others = _folder.File("others.csv"), report = _folder.File("fit.html");
        string Rows(int first, int count) => "ID,t,x\n" + string.Concat(Enumerable.Range(first, count).SelectMany(i => Enumerable.Range(0, 5).Select(j =>
            FormattableString.Invariant($"{i},{j},{2 * Math.Exp((0.4 * Math.Sin(5.0 * i)) - (0.3 * j) + (0.05 * Math.Sin((31.0 * i) + (17 * j)))):R}\n"))));
        File.WriteAllText(table, Rows(0, 10));
        File.WriteAllText(others, Rows(20, 2));
        string model = Model("x' = -k*x\nk = 0.3 > 0\nx(0) = 1 > 0 varies 0.3\nobserve x: lognormal");
        var run = ToolRun.Of("fit", table, "--equations", model, "--subjects", others, "--hold-out", "2", "--report", report);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Other series, held out:", run.Out, StringComparison.Ordinal);
        Assert.Contains("20: x(0) = ", run.Out, StringComparison.Ordinal);
        string page = File.ReadAllText(report);
        Assert.Contains("Quantiles of the residuals", page, StringComparison.Ordinal);
        Assert.Contains("Predictive check by series", page, StringComparison.Ordinal);
        var pooled = ToolRun.Of("fit", table, "--equations", Model("x' = -k*x\nk = 0.3 > 0\nx(0) = 1 > 0\nobserve x"), "--subjects", others);
        Assert.Contains("--subjects needs parameters that vary", pooled.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_exports_a_class_and_writes_estimates_as_a_table()
    {
        string table = _folder.File("decay.csv"), code = _folder.File("Decay.cs"), numbers = _folder.File("numbers.csv");
        File.WriteAllText(table, "t,x\n0,2.02\n1,1.21\n2,0.73\n3,0.45\n");
        string model = Model("x' = -k*x\nk = 0.3 > 0\nx(0) = 1 > 0\nobserve x");
        string[] fit = ["fit", table, "--equations", model, "--time", "t"];
        Assert.Equal(0, ToolRun.Of([.. fit, "--export", code, "--metrics", numbers]).ExitCode);
        Assert.Contains("public sealed class Decay", File.ReadAllText(code), StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(numbers);
        Assert.StartsWith("series,parameter,estimate,standard_error", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, static x => x.StartsWith(",k,0.5", StringComparison.Ordinal) && x.EndsWith("Identifiable", StringComparison.Ordinal));
        var run = ToolRun.Of([.. fit, "--export", _folder.File("my-decay.cs")]);
        Assert.Contains("--export names the class after the file", run.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, run.ExitCode);
    }

    [Fact]
    public void Fit_forecasts_what_was_held_out_and_says_how_much_lies_within_the_bands()
    {
        string table = _folder.File("decay.csv"), report = _folder.File("r.html"), output = _folder.File("values.csv");
        File.WriteAllText(table, "t,x\n0,2.02\n1,1.21\n2,0.73\n3,0.45\n4,0.26\n5,0.17\n6,0.1\n");
        string model = Model("x' = -k*x\nk = 0.3 > 0\nx(0) = 1 > 0\nobserve x: proportional");
        string[] fit = ["fit", table, "--equations", model, "--time", "t", "--hold-out", "2"];
        var run = ToolRun.Of([.. fit, "--no-profiles", "--report", report, "--out", output]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("5 values, 3 parameters", run.Out, StringComparison.Ordinal);
        Assert.Contains("of 2 values of x", run.Out, StringComparison.Ordinal);
        Assert.Contains("held out", File.ReadAllText(report), StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(output);
        Assert.Equal("series,observable,time,measured,fitted,residual,lower,upper,held_out", lines[0]);
        Assert.Equal(2, lines.Count(static x => x.EndsWith(",1", StringComparison.Ordinal)));
        string singular = Model("x' = -(k + m)*x\nk = 0.3\nm = 0.1\nx(0) = 1 > 0\nobserve x: proportional(0.1)");
        Assert.Contains("there are no bands", ToolRun.Of("fit", table, "--equations", singular, "--time", "t", "--hold-out", "2").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_scans_sets_and_lists_events()
    {
        string model = Model("h' = v\nv' = -9.81\nh(0) = 10 fixed\nv(0) = 0 fixed\nr = 0.8 fixed\nwhen h < 0: v = -r*v");
        var run = ToolRun.Of("solve", model, "--until", "2", "--step", "2", "--scan", "r=0.5:0.9:3", "--set", "h(0)=5");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("r,t,h,v", run.Out, StringComparison.Ordinal);
        Assert.Equal(1 + (3 * 2), run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("Event: r = 0.5, h < 0 at 1.00", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_takes_doses_from_a_table()
    {
        string table = _folder.File("doses.csv");
        File.WriteAllText(table, "ID,TIME,AMT,WT\n1,0,100,50\n1,12,50,50\n2,0,30,60\n");
        var run = ToolRun.Of("solve", Model("A' = -k*A\nk = 0.1 fixed\ncovariate WT\nC = A/WT\ndose AMT -> A"), "--until", "12", "--step", "6", "--data", table);
        Assert.Equal(0, run.ExitCode);
        string[] lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("series,t,A,C", lines[0]);
        Assert.StartsWith("1,0,100,2", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("1,12,80.119", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("2,0,30,0.5", lines[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x' = -kk*x\nk = 1", "There is no 'kk'. Did you mean 'k'?")]
    [InlineData("x' = x^2\nx(0) = 1 fixed", "t = 0.9999")]
    [InlineData("x' = u\ninput u", "The model needs values of the input u.")]
    public void Solve_says_what_is_wrong(string text, string message)
    {
        var run = ToolRun.Of("solve", Model(text), "--until", "2");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_prints_estimates_and_verdicts_and_writes_files()
    {
        string report = _folder.File("fit.html"), metrics = _folder.File("fit.json"), values = _folder.File("values.csv"), fitted = _folder.File("fitted.ode");
        var run = ToolRun.Of(
            "fit", Sample("hare-lynx.csv"), "--equations", Sample("hare-lynx.ode"), "--time", "Year", "--report", report, "--metrics", metrics, "--out", values, "--save", fitted);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("± 0.0549", run.Out, StringComparison.Ordinal);
        Assert.Contains("-log L 122.926", run.Out, StringComparison.Ordinal);
        Assert.Contains("a is determined by the data: 0.54, from", run.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllText(metrics));
        Assert.Equal(0.5400, json.RootElement.GetProperty("estimates")[0].GetProperty("value").GetDouble(), 1e-4);
        Assert.Equal(43, File.ReadAllLines(values).Length);
        Assert.Contains("What the data determine", File.ReadAllText(report), StringComparison.OrdinalIgnoreCase);

        // The saved model begins where this one ended.
        var again = ToolRun.Of("fit", Sample("hare-lynx.csv"), "--equations", fitted, "--time", "Year", "--no-profiles");
        Assert.Contains("-log L 122.926", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_of_each_subject_prints_all_of_them()
    {
        var run = ToolRun.Of("fit", Sample("theophylline.csv"), "--equations", Sample("theophylline.ode"), "--series", "Subject", "--no-profiles");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(12, run.Out.Split('\n').Count(static x => x.Contains(" lKe ", StringComparison.Ordinal)));
        Assert.Contains("-2.50807", run.Out, StringComparison.Ordinal);
        Assert.Contains("± 0.0561", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_formula_is_found_for_an_unknown_term()
    {
        // Logistic growth with a little noise of a fixed pattern; its square term is what is unknown.
        string table = _folder.File("growth.csv");
        double Size(double t) => 3 / (1 + (14 * Math.Exp(-0.9 * t)));
        File.WriteAllLines(table, ["t,x", .. Enumerable.Range(0, 41).Select(i => FormattableString.Invariant($"{i * 0.25:R},{Size(i * 0.25) + (0.01 * Math.Sin(37 * i)):R}"))]);
        var run = ToolRun.Of(
            "fit", table, "--equations", Model("x' = 0.9*x + unknown(x, hidden: 3)\nx(0) = 0.3 > 0\nobserve x: normal"), "--formula", "--starts", "4", "--no-profiles");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("x' = 0.9*x + f1_1*x^2", run.Out, StringComparison.Ordinal);
        var known = ToolRun.Of("fit", table, "--equations", Model("x' = -k*x\nk = 1\nobserve x"), "--formula");
        Assert.Contains("--formula needs a model with unknown terms", known.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rival_model_stands_beside_the_fit()
    {
        string rival = Model(File.ReadAllText(Sample("influenza.ode")).TrimEnd() + ": negbinomial");
        var run = ToolRun.Of("fit", Sample("influenza.csv"), "--equations", Sample("influenza.ode"), "--no-profiles", "--compare", rival);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("influenza.ode: 3 parameters, -log L 59.66", run.Out, StringComparison.Ordinal);
        Assert.Contains("model.ode: 3 parameters, -log L 60.835", run.Out, StringComparison.Ordinal);
        Assert.Contains("By AIC influenza.ode is the better model, by 2.35", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x' = -k*x\nk = 1 > 0\nobserve Hares", "There is no 'Hares'")]
    [InlineData("Hare' = -k*Hare\nk = 1 > 0\nobserve Hares = Hare", "no column 'Hares' of an observable. Did you mean 'Hare'?")]
    [InlineData("x' = -k*x\nk = 1 > 0\nx(0) = 1 fixed\nobserve Hare = -x: lognormal", "cannot be solved for its start values")]
    public void Fit_says_what_is_wrong(string text, string message)
    {
        var run = ToolRun.Of("fit", Sample("hare-lynx.csv"), "--equations", Model(text), "--time", "Year");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_other_models_are_refused()
    {
        var run = ToolRun.Of("fit", Sample("hare-lynx.csv"), "--equations", Sample("hare-lynx.ode"), "--iterations", "5");
        Assert.Contains("--iterations does not go with --equations", run.Error, StringComparison.Ordinal);
        Assert.Contains("--starts takes --equations", ToolRun.Of("fit", Sample("hare-lynx.csv"), "--starts", "5").Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
