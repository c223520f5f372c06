using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Fitting;

public class SolutionEnsembleTests
{
    private static EquationSolveOptions Until(double time) => new() { Until = time, Step = time / 2 };

    [Fact]
    public void The_band_of_a_decay_with_a_lognormal_rate_has_the_quantiles_of_the_closed_form()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 0.5 > 0 ~ lognormal(-0.7, 0.3)\nx(0) = 2 fixed\ny = 3*x");
        var ensemble = SolutionEnsemble.Solve(model, Until(2), ParameterDraws.FromPriors(model, 4000, seed: 3), 0.9);
        Assert.Equal(4000, ensemble.Count);
        Assert.Equal(2 * Math.Exp(-1), ensemble.Center.Values[0][^1], 1e-7);

        // 1.6449 is the normal distribution's 95 % quantile. The sampling error of a quantile of 4,000 draws is 0.05*0.95/4000 over the squared density, 0.0334 of a sd.
        double Quantile(double z) => 2 * Math.Exp(-2 * Math.Exp(-0.7 + (0.3 * z)));
        double error = 4 * 0.0334 * 0.3 * 2 * Math.Exp(-0.7 + (0.3 * 1.6449));
        Assert.Equal(Quantile(1.6449), ensemble.Lower[0][^1], error * Quantile(1.6449));
        Assert.Equal(Quantile(-1.6449), ensemble.Upper[0][^1], error * Quantile(-1.6449));
        Assert.Equal(3 * ensemble.Upper[0][^1], ensemble.Upper[1][^1], 1e-9);
    }

    [Fact]
    public void Draws_from_estimates_have_their_covariance_and_the_band_is_that_of_the_fit()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 0.4 > 0\nx(0) = 2 > 0\nobserve x: normal");
        string rows = string.Concat(Enumerable.Range(0, 25).Select(i => FormattableString.Invariant($"{0.2 * i:R},{(3 * Math.Exp(-0.1 * i)) + (0.1 * Math.Sin(17 * i)):R}\n")));
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse("t,x\n" + rows, "table"), model), new EquationFitOptions { Profiles = false });
        ParameterCovariance covariance = fit.Covariance!;
        Assert.Equal(["k", "x(0)", "sd(x)"], covariance.Names);
        Assert.Equal(fit["k"].StandardError, fit["k"].Value * Math.Sqrt(covariance.Matrix[0][0]), 1e-12);
        IReadOnlyList<IReadOnlyDictionary<string, double>> draws = ParameterDraws.FromEstimates(model, covariance, 4000, seed: 1);
        double[] k = [.. draws.Select(static x => Math.Log(x["k"]))], start = [.. draws.Select(static x => Math.Log(x["x(0)"]))];
        double Mixed(double[] a, double[] b) => a.Zip(b, (x, y) => (x - a.Average()) * (y - b.Average())).Average();

        // Four standard errors of a sample covariance.
        double Room(int i, int j) => 4 * Math.Sqrt(((covariance.Matrix[i][i] * covariance.Matrix[j][j]) + (covariance.Matrix[i][j] * covariance.Matrix[i][j])) / 4000);
        Assert.Equal(covariance.Matrix[0][0], Mixed(k, k), Room(0, 0));
        Assert.Equal(covariance.Matrix[0][1], Mixed(k, start), Room(0, 1));

        var ensemble = SolutionEnsemble.Solve(fit.FittedModel, Until(4.8), draws, 0.9);
        PredictionBand band = fit.Bands(new BandOptions { Draws = 4000, Seed = 5 })[0];
        double width = band.Upper[^1] - band.Lower[^1];
        Assert.Equal(width, ensemble.Upper[0][^1] - ensemble.Lower[0][^1], 0.08 * width);
    }

    [Fact]
    public void What_is_set_is_not_drawn_and_series_of_a_table_have_ensembles_of_their_own()
    {
        var model = EquationModel.Parse("A' = -k*A\nk = 0.1 ~ normal(0.1, 0.02)\ndose AMT -> A");
        var table = CsvTable.Parse("ID,TIME,AMT\n1,0,100\n2,0,50\n", "table");
        IReadOnlyList<IReadOnlyDictionary<string, double>> draws = ParameterDraws.FromPriors(model, 50);
        IReadOnlyList<(string Series, SolutionEnsemble Ensemble)> found = SolutionEnsemble.Solve(table, model, Until(4), draws);
        Assert.Equal(["1", "2"], found.Select(static x => x.Series));
        Assert.Equal(2 * found[1].Ensemble.Upper[0][^1], found[0].Ensemble.Upper[0][^1], 1e-6);
        found = SolutionEnsemble.Solve(table, model, Until(4) with { Set = new Dictionary<string, double> { ["k"] = 0.2 } }, draws);
        Assert.Equal(found[0].Ensemble.Lower[0][^1], found[0].Ensemble.Upper[0][^1]);
    }

    [Fact]
    public void Nothing_to_draw_is_said()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 0.5\nx(0) = 2 fixed");
        Assert.Equal(EquationSolveReason.NothingToDraw, Assert.Throws<EquationSolveException>(() => ParameterDraws.FromPriors(model, 20)).Reason);
        ParameterCovariance other = new(["a"], [1], [false], [[1]]);
        Assert.Equal(EquationSolveReason.NothingToDraw, Assert.Throws<EquationSolveException>(() => ParameterDraws.FromEstimates(model, other, 20)).Reason);
    }

    [Fact]
    public void Sensitivities_of_quantities_are_their_total_derivatives()
    {
        var model = EquationModel.Parse("x' = -k*x\nk = 0.5\nx(0) = 2\ny = k*x^2");
        EquationSolution solution = EquationSolver.Solve(model, Until(2) with { SensitivitiesBy = ["k", "x(0)"], RelativeTolerance = 1e-11 });
        Assert.Equal(["x", "y", "dx/dk", "dy/dk", "dx/dx(0)", "dy/dx(0)"], solution.Columns);
        double x = 2 * Math.Exp(-1);
        Assert.Equal((x * x) - (2 * 0.5 * 2 * x * x), solution.Values[3][^1], 1e-9);
        Assert.Equal(0.5 * 2 * x * Math.Exp(-1), solution.Values[5][^1], 1e-9);
    }
}
