using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Fitting;

public class FitProblemTests
{
    private const string Model = """
        A' = -ka*A
        C' = ka*A/V - CL/V*C
        ka = 1.2 > 0
        V = 2 > 0 per series
        CL = 0.7 > 0 ~ lognormal(-0.3, 0.4)
        lag = 0.2 in [0, 1]
        scale = 0.9
        covariate WT
        dose AMT -> A lag lag bioavailability WT/60
        observe C = scale*C: combined below 0.3
        observe A: student(4)
        """;

    private const string Table = """
        ID,TIME,AMT,C,A,WT
        1,0,3,NA,NA,50
        1,0.5,0,0.7,2.1,50
        1,1,0,0.9,0.8,50
        1,3,2,0.6,NA,50
        1,5,0,0.1,0.2,50
        2,0,3,NA,NA,70
        2,0.7,0,0.8,1.9,70
        2,2,0,1.1,0.5,70
        2,4,0,0.4,NA,70
        """;

    [Fact]
    public void The_gradient_equals_differences_of_the_value()
    {
        var model = EquationModel.Parse(Model);
        FitProblem problem = new(model.Bound, EquationData.FromTable(CsvTable.Parse(Table, "table"), model), new SimulationOptions { RelativeTolerance = 1e-11 });
        double[] start = problem.Start();
        Assert.Equal(["ka", "V", "V", "CL", "lag", "scale", "sd(C)", "cv(C)", "sd(A)"], problem.Coordinates.Select(static x => x.Name));
        Assert.True(problem.Prepare(start));
        problem.Evaluate(start);
        double[] gradient = [.. problem.Gradient];
        FiniteDifference.AssertClose(FiniteDifference.Gradient(x => problem.Evaluate(x), start), gradient, 1e-7);
    }

    [Fact]
    public void A_fit_of_exact_data_finds_what_made_them()
    {
        var model = EquationModel.Parse("x' = -k*x + p*step(t - t1)\nk = 0.3 > 0\np = 1 > 0\nt1 = 1.2 in [0.5, 4]\nx(0) = 1 > 0\nobserve x: normal(0.01)");
        EquationSolution truth = EquationSolver.Solve(model, new EquationSolveOptions
        {
            Until = 6,
            Step = 0.5,
            Set = new Dictionary<string, double> { ["k"] = 0.7, ["p"] = 2.5, ["t1"] = 1.8, ["x(0)"] = 3 },
        });
        string table = "t,x\n" + string.Join('\n', truth.Times.Zip(truth.Values[0], static (t, x) => FormattableString.Invariant($"{t:R},{x:R}")));
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse(table, "table"), model));
        Assert.Equal(0.7, fit["k"].Value, 1e-5);
        Assert.Equal(2.5, fit["p"].Value, 1e-5);
        Assert.Equal(1.8, fit["t1"].Value, 1e-5);
        Assert.Equal(3, fit["x(0)"].Value, 1e-5);
    }

    [Fact]
    public void An_event_and_its_threshold_are_fitted()
    {
        var model = EquationModel.Parse(
            "x' = a*r\nr' = 0\nr(0) = 1 fixed\na = 1 > 0\nlimit = 2 in [1, 4]\nleft = 0.3 in [0, 0.9]\nwhen x > limit: r = left\nobserve x: normal(0.01)");
        EquationSolution truth = EquationSolver.Solve(model, new EquationSolveOptions
        {
            Until = 6,
            Step = 0.25,
            Set = new Dictionary<string, double> { ["a"] = 1.1, ["limit"] = 2.1, ["left"] = 0.25 },
        });
        string table = "t,x\n" + string.Join('\n', truth.Times.Zip(truth.Values[0], static (t, x) => FormattableString.Invariant($"{t:R},{x:R}")));
        EquationFit fit = EquationFitter.Fit(
            model, EquationData.FromTable(CsvTable.Parse(table, "table"), model), new EquationFitOptions { Profiles = false });
        Assert.Equal(1.1, fit["a"].Value, 1e-5);
        Assert.Equal(2.1, fit["limit"].Value, 1e-5);
        Assert.Equal(0.25, fit["left"].Value, 1e-5);
    }

    [Fact]
    public void The_same_fit_on_one_thread_and_on_four_has_the_same_bits()
    {
        var model = EquationModel.Parse(ReferenceModels.HareLynx);
        var data = EquationData.FromTable(CsvTable.Read(Repository.PathOf("samples/hare-lynx.csv")), model);
        double[][] found = [.. new[] { 1, 4 }.Select(x =>
        {
            EquationFit fit = EquationFitter.Fit(model, data, new EquationFitOptions { Threads = x, Starts = 6 });
            return (double[])[.. fit.Estimates.Select(static e => e.Value), .. fit.Estimates.Select(static e => e.Profile?.Lower ?? 0), .. fit.Optima.Select(static o => o.Value)];
        })];
        Assert.Equal(found[0], found[1]);
    }

    [Fact]
    public void A_parameter_that_the_data_cannot_tell_is_named()
    {
        // Only the product of a and b matters.
        var model = EquationModel.Parse("x' = -a*b*x\na = 1 > 0\nb = 0.5 > 0\nx(0) = 2 fixed\nobserve x: normal(0.1)");
        var data = EquationData.FromTable(CsvTable.Parse("t,x\n0,2\n1,1.2\n2,0.8\n3,0.5\n", "table"), model);
        EquationFit fit = EquationFitter.Fit(model, data);
        Assert.Contains(fit.Notes, static x => x.Contains("singular", StringComparison.Ordinal) && x.Contains("a, b", StringComparison.Ordinal));
        Assert.All(fit.Estimates, static x => Assert.True(double.IsNaN(x.StandardError)));
        Assert.All(fit.Estimates, static x => Assert.Equal(Verdict.NotIdentifiable, x.Profile!.Verdict));
    }

    [Fact]
    public void A_start_that_blows_up_is_left_and_said()
    {
        var model = EquationModel.Parse("x' = k*x^2\nk = 5 in [0.01, 5]\nx(0) = 1 fixed\nobserve x: lognormal");
        var data = EquationData.FromTable(CsvTable.Parse("t,x\n0,1\n1,1.26\n2,1.65\n3,2.6\n", "table"), model);
        EquationFit fit = EquationFitter.Fit(model, data);
        Assert.InRange(fit["k"].Value, 0.19, 0.21);
        Assert.Contains(fit.Notes, static x => x.Contains("cannot be solved for its start values", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_term_is_learned_and_saved_as_a_formula()
    {
        // Logistic growth, of which only the growth without limits is known.
        EquationSolution truth = EquationSolver.Solve(EquationModel.Parse("x' = 0.9*x - 0.3*x^2\nx(0) = 0.2 fixed"), new EquationSolveOptions { Until = 10, Step = 0.5 });
        string table = "t,x\n" + string.Join('\n', truth.Times.Zip(truth.Values[0], static (t, x) => FormattableString.Invariant($"{t:R},{x + (0.01 * Math.Sin(37 * t)):R}")));
        var model = EquationModel.Parse("x' = 0.9*x + unknown(x, hidden: 3)\nx(0) = 0.3 > 0\nobserve x: normal(0.01)");
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse(table, "table"), model), new EquationFitOptions { Profiles = false });
        Assert.InRange(fit.RootMeanSquares[0].RootMeanSquare, 0, 0.01);

        // The formula gives the same curve.
        Assert.DoesNotContain("unknown", fit.FittedModel.ToString(), StringComparison.Ordinal);
        EquationSolution again = EquationSolver.Solve(fit.FittedModel, new EquationSolveOptions { Until = 10, Step = 0.5 });
        Assert.All(fit.Values.Zip(again.Values[0]), static x => Assert.Equal(x.First.Fitted, x.Second, 1e-6));
        Assert.All(truth.Values[0].Zip(again.Values[0]), static x => Assert.Equal(x.First, x.Second, 0.03));
    }

    [Theory]
    [InlineData("t,x\n1,2\n", "x' = -k*x\nk = 1 > 0\nx(0) = 3 > 0\nobserve x", "there is 1 value for 2 parameters beside the noise")]
    [InlineData("t,x\n0,2\n1,1\n2,1\n", "x' = -k*x/y\ny' = 0\nk = 1 > 0\nobserve x", "The equation of x gives NaN at the start, t = 0 with x = 0, y = 0")]
    [InlineData("t,x\n0,2\n1,0\n2,1\n", "x' = -k*x\nk = 1 > 0\nx(0) = 3 > 0\nobserve x: lognormal", "table, line 3: x is 0, but a log-normal distribution")]
    [InlineData("t,x\n0,2\n1,0\n2,1\n", "x' = -k*x\nk = 1 fixed\nobserve x: normal(1)", "every parameter is fixed")]
    public void What_cannot_be_fitted_is_said(string table, string text, string message)
    {
        var model = EquationModel.Parse(text);
        EquationFitException e = Assert.Throws<EquationFitException>(() => EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse(table, "table"), model)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_goes_through_all_values_has_no_errors()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 1 > 0\nx(0) = 3 > 0\nobserve x");
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse("t,x\n0,3\n1,1.5\n2,0.75\n3,0.375\n", "table"), model));
        Assert.Equal(Math.Log(2), fit["k"].Value, 1e-7);
        Assert.True(double.IsNaN(fit["k"].StandardError));
        Assert.Contains(fit.Notes, static x => x.Contains("goes through the values exactly", StringComparison.Ordinal));
    }
}
