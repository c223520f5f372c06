using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Tests.Fitting;

/// <summary>Populations: correlated deviations, bands, subjects that were not fitted, predictive checks.</summary>
public class CorrelatedPopulationTests
{
    private const string Constants = "A' = 0*A\nB' = 0*B\nA(0) = 2 > 0 varies 0.3\nB(0) = 1 > 0 varies 0.3\nobserve A, B: lognormal(0.2)\n";

    [Fact]
    public void The_covariance_has_its_inverse_determinant_and_correlations()
    {
        RandomEffects effects = new(3, [[0, 2], [1]]), full = new(3, [[2, 0, 1]]);
        Assert.Equal(4, effects.CoordinateCount);
        Assert.Equal(6, full.CoordinateCount);
        double[] x = [-0.5, 0.2, -1, 0.7, -1.3, 0.4];
        double[] factor = full.Factor(x);
        (double[] precision, double half) = full.Inverse(x);
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double sum = 0;
                for (int k = 0; k < 3; k++)
                {
                    sum += precision[(i * 3) + k] * Enumerable.Range(0, 3).Sum(l => factor[(k * 3) + l] * factor[(j * 3) + l]);
                }

                Assert.Equal(i == j ? 1 : 0, sum, 1e-12);
            }

            Assert.Equal(Math.Exp(2 * x[i]), Enumerable.Range(0, 3).Sum(l => factor[(i * 3) + l] * factor[(i * 3) + l]), 1e-12);
        }

        Assert.Equal(Math.Log(factor[0] * factor[4] * factor[8]), half, 1e-12);
        Assert.Equal(0.7 / Math.Sqrt(1 + 0.49), effects.Correlation(x.AsSpan(0, 4), (2, 0)), 1e-12);
        Assert.Equal(0, effects.Correlation(x.AsSpan(0, 4), (1, 0)), 1e-12);
    }

    [Fact]
    public void A_linear_model_has_the_correlation_of_the_closed_form()
    {
        // Means of n logarithms per series have the covariance Ω + σ²/n, so that with σ known Ω is the covariance of the means less σ²/n.
        const int N = 40, Count = 4;
        string table = Table(N, Count, out double[][] means);
        var model = EquationModel.Parse(Constants + "correlate A, B");
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse(table, "table"), model));
        Assert.True(fit.IsConverged);
        double[] mean = [means.Average(static x => x[0]), means.Average(static x => x[1])];
        double Mixed(int i, int j) => means.Average(x => (x[i] - mean[i]) * (x[j] - mean[j])) - (i == j ? 0.04 / Count : 0);
        Assert.Equal(Math.Exp(mean[0]), fit["A(0)"].Value, 1e-4);
        Assert.Equal(Math.Sqrt(Mixed(0, 0)), fit["omega(A(0))"].Value, 1e-3);
        Assert.Equal(Math.Sqrt(Mixed(1, 1)), fit["omega(B(0))"].Value, 1e-3);
        double correlation = Mixed(0, 1) / Math.Sqrt(Mixed(0, 0) * Mixed(1, 1));
        Assert.InRange(correlation, 0.5, 0.9);
        Assert.Equal(correlation, fit["corr(A(0), B(0))"].Value, 2e-3);

        // Without noise the error of a correlation is (1 − ρ²)/√N; noise of a tenth of the variance makes it a little larger.
        Assert.InRange(fit["corr(A(0), B(0))"].StandardError, (1 - (correlation * correlation)) / Math.Sqrt(N), 1.6 * (1 - (correlation * correlation)) / Math.Sqrt(N));
        var alone = EquationModel.Parse(Constants);
        EquationFit independent = EquationFitter.Fit(alone, EquationData.FromTable(CsvTable.Parse(table, "table"), alone));
        Assert.InRange(independent.NegativeLogLikelihood - fit.NegativeLogLikelihood, 3, 30);
    }

    [Fact]
    public void A_new_subject_has_its_mode_and_band_by_the_closed_form()
    {
        var model = EquationModel.Parse(Constants + "correlate A, B");
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse(Table(40, 4, out _), "table"), model));

        // Only A is measured, twice; B follows by the correlation.
        var known = EquationData.FromTable(CsvTable.Parse("ID,t,A,B\nnew,0,5,NA\nnew,1,4.5,NA\n", "new"), model);
        EquationFit subject = fit.ForSubjects(known);
        double a = fit["omega(A(0))"].Value, b = fit["omega(B(0))"].Value, rho = fit["corr(A(0), B(0))"].Value;
        double deviation = ((Math.Log(5) + Math.Log(4.5)) / 2) - Math.Log(fit["A(0)"].Value);
        double eta = a * a / ((a * a) + 0.02) * deviation, other = rho * a * b / ((a * a) + 0.02) * deviation;
        Assert.Equal(Math.Log(fit["A(0)"].Value) + eta, Math.Log(subject.Individuals[0].Value), 1e-6);
        Assert.Equal(Math.Log(fit["B(0)"].Value) + other, Math.Log(subject.Individuals[1].Value), 1e-6);

        var later = EquationData.FromTable(CsvTable.Parse("ID,t,A,B\nnew,0,NA,NA\nnew,2,4,2\n", "new"), model);
        PredictedValue[] predicted = [.. subject.Predict(later, new BandOptions { Draws = 4000 })];
        double width = Math.Log(predicted[0].Upper / predicted[0].Lower) / (2 * 1.645), exact = Math.Sqrt((0.02 * a * a / ((a * a) + 0.02)) + 0.04);
        Assert.Equal(exact, width, 0.05 * exact);
        double left = (b * b) - (rho * rho * a * a * b * b / ((a * a) + 0.02));
        width = Math.Log(predicted[1].Upper / predicted[1].Lower) / (2 * 1.645);

        // The uncertainty of the population adds a few percent.
        Assert.InRange(width, Math.Sqrt(left + 0.04), 1.12 * Math.Sqrt(left + 0.04));
        Assert.Equal(EquationFitReason.NoPopulation, Assert.Throws<EquationFitException>(() => Single().ForSubjects(known)).Reason);
    }

    [Fact]
    public void Bands_of_a_population_hold_the_share_that_they_claim_and_its_predictive_check_agrees()
    {
        var model = EquationModel.Parse(Constants + "correlate A, B");
        (EquationData training, EquationData heldOut) = EquationData.FromTable(CsvTable.Parse(Table(60, 5, out _), "table"), model).HoldOut(HoldOut.Count(2));
        EquationFit fit = EquationFitter.Fit(model, training);
        Assert.True(fit.HasBands);
        IReadOnlyList<PredictedValue> predicted = fit.Predict(heldOut, new BandOptions { Draws = 100 });

        // 240 values, two of each kind in a series depend on one another: a standard error of 2 to 2.7 %.
        Assert.InRange(predicted.Count(static x => x.IsInside) / (double)predicted.Count, 0.82, 0.98);
        IReadOnlyList<PredictiveCheck> checks = fit.PredictiveChecks(new BandOptions { Draws = 200 });
        Assert.Equal(["A", "B"], checks.Select(static x => x.Observable));
        Assert.All(checks, static x => Assert.InRange(x.Coverage.Inside, x.Coverage.Count - 3, x.Coverage.Count));
        Assert.Equal(120, fit.PredictiveChecks(new BandOptions { Draws = 20 }, bySeries: true).Count);

        // One pair of constants for all cannot make values that differ so much: the outer quantiles are missed.
        EquationFit pooled = EquationFitter.Fit(EquationModel.Parse(Constants.Replace(" varies 0.3", "", StringComparison.Ordinal)), training,
            new EquationFitOptions { Profiles = false });
        Assert.All(pooled.PredictiveChecks(new BandOptions { Draws = 200 }), static x => Assert.InRange(x.Coverage.Inside, 0, x.Coverage.Count / 2));
    }

    [Fact]
    public void Correlations_print_back_and_what_cannot_be_correlated_is_refused()
    {
        Assert.Contains("correlate A, B", EquationModel.Parse(Constants + "correlate A, B").ToString(), StringComparison.Ordinal);
        foreach (string wrong in (string[])["correlate A, C", "correlate A, A", "correlate A, B\ncorrelate B, A", "correlate"])
        {
            Assert.Throws<ModelTextException>(() => EquationModel.Parse(Constants + wrong));
        }
    }

    [Fact]
    public void Normal_quantiles_have_their_known_values()
    {
        Assert.Equal(-1.6448536269514722, SpecialFunctions.NormalQuantile(0.05), 1e-12);
        Assert.Equal(1.959963984540054, SpecialFunctions.NormalQuantile(0.975), 1e-12);
        Assert.Equal(-4.753424308822899, SpecialFunctions.NormalQuantile(1e-6), 1e-10);
        Assert.Equal(0, SpecialFunctions.NormalQuantile(0.5), 1e-14);
        (IReadOnlyList<double> normal, IReadOnlyList<double> residuals) = Single().QuantilePlot("A");
        Assert.Equal(normal.Count, residuals.Count);
        Assert.Equal(residuals, residuals.Order());
    }

    private static EquationFit Single()
    {
        var model = EquationModel.Parse("A' = 0*A\nA(0) = 2 > 0\nobserve A: lognormal");
        return EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Parse("t,A\n0,2\n1,2.2\n2,1.9\n3,2.1\n", "one"), model), new EquationFitOptions { Profiles = false });
    }

    private static string Table(int series, int count, out double[][] means)
    {
        double[] noise = new RandomSource(8).Normal([series * ((2 * count) + 2)], dtype: DType.Float64).ToDoubles();
        int at = 0;
        List<string> rows = ["ID,t,A,B"];
        means = new double[series][];
        for (int i = 0; i < series; i++)
        {
            double first = noise[at++], second = (0.7 * first) + (Math.Sqrt(1 - 0.49) * noise[at++]);
            means[i] = [0, 0];
            for (int j = 0; j < count; j++)
            {
                double a = 1 + (0.4 * first) + (0.2 * noise[at++]), b = 0.2 + (0.5 * second) + (0.2 * noise[at++]);
                means[i][0] += a / count;
                means[i][1] += b / count;
                rows.Add(FormattableString.Invariant($"{i},{j},{Math.Exp(a):R},{Math.Exp(b):R}"));
            }
        }

        return string.Join('\n', rows) + "\n";
    }
}
