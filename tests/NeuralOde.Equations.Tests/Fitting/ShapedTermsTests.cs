using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Fitting;

/// <summary>Unknown terms of a sign or a direction, parameters that walk, stages, and combinations that the data determine.</summary>
public class ShapedTermsTests
{
    /// <summary>Of a rate that is a difference of states of size 3 over a time of 1e-4.</summary>
    private const double Rounding = 1e-10;

    private static readonly EquationFitOptions s_plain = new() { Profiles = false };

    [Fact]
    public void A_term_that_rises_and_has_a_sign_does_so_whatever_the_data_say()
    {
        // The truth, 0.5 sin(x) + 0.2, falls beyond x = 1.6 and is negative nowhere near; a rising term flattens there.
        EquationData Data(EquationModel m) => Simulated("x' = 0.5*sin(x) + 0.2\nx(0) = 0.1", m, 6, 0.25);
        foreach ((string options, int direction, int sign) in ((string, int, int)[])[("rising: x", 1, 0), ("sign: positive, rising: x", 1, 1), ("falling: x", -1, 0),
            ("sign: negative", 0, -1)])
        {
            var model = EquationModel.Parse($"x' = 0.2 + unknown(x, {options})\nx(0) = 0.1 fixed\nobserve x: normal");
            EquationFit fit = EquationFitter.Fit(model, Data(model), s_plain with { Starts = 4 });
            string text = fit.FittedModel.ToString();
            double[] term = [.. Enumerable.Range(0, 31).Select(i => Rate(text, 0.1 * i) - 0.2)];
            for (int i = 0; i < term.Length; i++)
            {
                Assert.True(sign == 0 || sign * term[i] >= -Rounding, $"{options}: {term[i]} at {0.1 * i}");
                Assert.True(direction == 0 || i == 0 || direction * (term[i] - term[i - 1]) >= -Rounding, $"{options}: at {0.1 * i}");
            }

            Assert.Equal(model.ToString(), EquationModel.Parse(model.ToString()).ToString());

            // Without the term, x would be 0.1 + 0.2 t: off by 1.09 in the root mean square, as where the sign forbids every term that helps.
            Assert.True(direction <= 0 || fit.RootMeanSquares[0].RootMeanSquare < 0.11, options);
            Assert.Contains(options, model.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("unknown(x, sign: up)", "positive or negative")]
    [InlineData("unknown(x, rising: y)", "does not depend on 'y'")]
    [InlineData("unknown(x, rising: x, falling: x)", "two directions")]
    [InlineData("unknown(x, color: x)", "It has hidden")]
    public void A_shape_that_cannot_be_is_said(string term, string message)
    {
        ModelTextException e = Assert.Throws<ModelTextException>(() => EquationModel.Parse($"x' = {term}\nobserve x"));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_walking_parameter_follows_the_change_that_made_the_data()
    {
        // The rate of decay doubles in the middle.
        var model = EquationModel.Parse("x' = -k*x\nk = 0.2 > 0 walks 0.5 from 0 to 10 every 1\nx(0) = 5 fixed\nobserve x: normal(0.01)");
        Assert.Equal(model.ToString(), EquationModel.Parse(model.ToString()).ToString());
        EquationFit fit = EquationFitter.Fit(model, Simulated("x' = -if(t < 5, 0.2, 0.4)*x\nx(0) = 5", model, 10, 0.25), s_plain);
        (string name, IReadOnlyList<double> times, IReadOnlyList<double> values) = Assert.Single(fit.Walks);
        Assert.Equal("k", name);
        Assert.Equal(11, times.Count);
        Assert.Equal(0.2, values[2], 0.03);
        Assert.Equal(0.4, values[8], 0.06);

        // The saved model has the path as a formula, and gives the fitted values.
        EquationSolution solved = EquationSolver.Solve(fit.FittedModel, new EquationSolveOptions { Until = 10, Step = 0.25 });
        FittedValue last = fit.Values[^1];
        Assert.Equal(last.Fitted, solved.Values[0][^1], 1e-5);
        Assert.InRange(fit.RootMeanSquares[0].RootMeanSquare, 0, 0.02);
        Assert.Throws<ModelTextException>(() => EquationModel.Parse("x' = -k*x\nk = 0.2 > 0 walks 0.5 from 5 to 1 every 1\nobserve x"));
        Assert.Throws<ModelTextException>(() => EquationModel.Parse("x' = -k*x\nk = 0.2 > 0 walks 0.5 from 0 to 9 every 1 per series\nobserve x"));
    }

    [Fact]
    public void The_gradient_by_increments_equals_differences()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 0.2 > 0 walks 0.5 from 0 to 4 every 1\nx(0) = 5\nobserve x: normal(0.1)");
        EquationData data = Simulated("x' = -if(t < 2, 0.2, 0.4)*x\nx(0) = 5", model, 4, 0.5);
        FitProblem problem = new(model.Bound, data, new SimulationOptions { RelativeTolerance = 1e-10 });
        double[] point = problem.Start();
        Assert.True(problem.Prepare(point));
        point = [.. point.Select(static (x, i) => x + (0.05 * Math.Sin(i + 1)))];
        problem.Evaluate(point);
        double[] gradient = [.. problem.Gradient];
        for (int i = 0; i < point.Length; i++)
        {
            double[] moved = [.. point];
            moved[i] += 1e-5;
            double above = problem.Evaluate(moved);
            moved[i] -= 2e-5;
            Assert.Equal((above - problem.Evaluate(moved)) / 2e-5, gradient[i], 1e-5 * (1 + Math.Abs(gradient[i])));
        }
    }

    [Fact]
    public void Stages_find_an_oscillation_whose_start_is_out_of_phase()
    {
        // Twenty periods; the frequency begins a fifth too high, so that at the end the start is four periods off.
        var model = EquationModel.Parse("x' = w*y\ny' = -w*x\nw = 1.2 > 0\nx(0) = 0 fixed\ny(0) = 1 > 0\nobserve x: normal");
        EquationData data = Simulated("x' = y\ny' = -x\nx(0) = 0\ny(0) = 1.5", model, 40 * Math.PI, 0.5);
        EquationFit alone = EquationFitter.Fit(model, data, s_plain), staged = EquationFitter.Fit(model, data, s_plain with { Stages = 16 });
        Assert.Equal(1, staged["w"].Value, 1e-5);
        Assert.Equal(1.5, staged["y(0)"].Value, 1e-4);
        Assert.True(Math.Abs(alone["w"].Value - 1) > 0.01, "the start is near enough without stages, so that the test shows nothing");
    }

    [Theory]
    [InlineData("x' = -(k + m)*x", "k = 0.4", "m = 0.15", "k + m = 0.8")]
    [InlineData("x' = -k*m*x", "k = 0.4 > 0", "m = 3 > 0", "k*m = 0.8")]
    [InlineData("x' = -k/m*x", "k = 0.4 > 0", "m = 3 > 0", "m/k = 1.25")]
    [InlineData("x' = -k*m^2*x", "k = 0.4 > 0", "m = 3 > 0", "k*m^2 = 0.8")]
    public void A_combination_that_the_data_determine_is_named(string rate, string first, string second, string words)
    {
        var model = EquationModel.Parse($"{rate}\n{first}\n{second}\nx(0) = 2 fixed\nobserve x: normal(0.01)");
        EquationFit fit = EquationFitter.Fit(model, Simulated("x' = -0.8*x\nx(0) = 2", model, 3, 0.25), s_plain);
        Assert.Contains(fit.Notes, static x => x.Contains("The information matrix is singular", StringComparison.Ordinal));
        Assert.Contains(fit.Notes, x => x.Contains(words, StringComparison.Ordinal));
    }

    private static double Rate(string text, double x)
        => (EquationSolver.Solve(
            EquationModel.Parse(text.Replace("x(0) = 0.1 fixed", FormattableString.Invariant($"x(0) = {x:R} fixed"), StringComparison.Ordinal)),
            new EquationSolveOptions { Until = 1e-4, Step = 1e-4, RelativeTolerance = 1e-12 }).Values[0][^1] - x) / 1e-4;

    /// <summary>Values of x that another model gives.</summary>
    private static EquationData Simulated(string text, EquationModel model, double until, double step)
    {
        EquationSolution x = EquationSolver.Solve(EquationModel.Parse(text), new EquationSolveOptions { Until = until, Step = step });
        string rows = string.Concat(x.Times.Select((t, i) => FormattableString.Invariant($"{t:R},{x.Values[0][i]:R}\n")));
        return EquationData.FromTable(CsvTable.Parse("t,x\n" + rows, "simulated"), model);
    }
}
