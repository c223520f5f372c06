using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Tests.Fitting;

public class PopulationFitTests
{
    private const string Constant = "A' = 0*A\nA(0) = 2 > 0 varies 0.3\nobserve A: lognormal";

    private const string Theophylline = """
        A' = -Ka*A
        C' = Ka*Ke/Cl*A - Ke*C
        Ka = 1.5 > 0 varies 0.3
        Ke = 0.08 > 0
        Cl = 0.04 > 0 varies 0.2
        A(0) = Dose
        covariate Dose
        observe Concentration = C: normal
        """;

    [Fact]
    public void A_linear_model_has_the_estimates_errors_and_likelihood_of_the_closed_form()
    {
        // The logarithms are μ + η_i + ε_ij, balanced: with N series of n values, σ² = SSW/(N(n − 1)), σ² + nω² = n·SSB/N, and μ has the variance (σ² + nω²)/(Nn).
        const int N = 30, Count = 5;
        var random = new RandomSource(4);
        double[] draws = random.Normal([N * (Count + 1)], dtype: DType.Float64).ToDoubles();
        double[][] logs = [.. Enumerable.Range(0, N).Select(i => Enumerable.Range(1, Count).Select(j => 1 + (0.4 * draws[i * 6]) + (0.2 * draws[(i * 6) + j])).ToArray())];
        double[] means = [.. logs.Select(static x => x.Average())];
        double mean = means.Average(), within = logs.Zip(means).Sum(x => x.First.Sum(y => (y - x.Second) * (y - x.Second))), between = means.Sum(m => (m - mean) * (m - mean));
        double variance = within / (N * (Count - 1)), sum = Count * between / N, omega = Math.Sqrt((sum - variance) / Count);
        double logDensity = -0.5 * ((N * Count * Math.Log(2 * Math.PI)) + (N * (Count - 1) * Math.Log(variance)) + (N * Math.Log(sum)) + (N * Count));
        EquationFit fit = Fit(Constant, Table(logs), out EquationData data);
        Assert.True(fit.IsConverged);
        Assert.Equal(Math.Exp(mean), fit["A(0)"].Value, 1e-5 * Math.Exp(mean));
        Assert.Equal(omega, fit["omega(A(0))"].Value, 1e-4 * omega);
        Assert.Equal(Math.Sqrt(variance), fit["sd(A)"].Value, 1e-4 * Math.Sqrt(variance));
        Assert.Equal(-logDensity + logs.Sum(static x => x.Sum()), fit.NegativeLogLikelihood, 1e-5);
        Assert.Equal(Math.Exp(mean) * Math.Sqrt(sum / (N * Count)), fit["A(0)"].StandardError, 1e-3);

        // The mode of a deviation is its mean given the values: ω²n/(σ² + nω²) of the series' mean from the population's.
        double share = omega * omega * Count / sum;
        Assert.Equal(mean + (share * (means[7] - mean)), Math.Log(fit.Individuals.First(static x => x.Series == "7").Value), 1e-4);
        (string name, double shrinkage) = Assert.Single(fit.Shrinkages);
        Assert.Equal("A(0)", name);
        Assert.Equal(1 - (share * Math.Sqrt(between / (N - 1)) / omega), shrinkage, 1e-3);
        Assert.Equal(N * Count, fit.Values.Count);
        Assert.Contains(FormattableString.Invariant($"varies {fit["omega(A(0))"].Value:R}"), fit.FittedModel.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, fit.ParameterCount);
        Assert.Equal(data.Count, fit.ValueCount);
        Assert.True(fit.HasBands);
    }

    [Fact]
    public void Theophylline_has_lme4s_estimates_by_the_same_approximation_and_errors_near_nlmes()
    {
        // benchmarks/peers/population.R: lme4's nlmer by Laplace's approximation; nlme's own approximation differs in the third digit.
        var table = CsvTable.Read(Repository.PathOf("samples/theophylline.csv"));
        var model = EquationModel.Parse(Theophylline);
        var data = EquationData.FromTable(table, model, new EquationDataOptions { SeriesColumn = "Subject" });
        EquationFit fit = EquationFitter.Fit(model, data);
        Assert.True(fit.IsConverged, string.Join(' ', fit.Notes));
        Assert.Equal(176.9917, fit.NegativeLogLikelihood, 2e-3);
        Assert.Equal(-2.4656, Math.Log(fit["Ke"].Value), 2e-3);
        Assert.Equal(0.48285, Math.Log(fit["Ka"].Value), 2e-3);
        Assert.Equal(-3.23022, Math.Log(fit["Cl"].Value), 2e-3);
        Assert.Equal(0.65584, fit["omega(Ka)"].Value, 3e-3);
        Assert.Equal(0.16754, fit["omega(Cl)"].Value, 2e-3);
        Assert.Equal(0.70783, fit["sd(Concentration)"].Value, 2e-3);
        Assert.Equal(0.0525, fit["Ke"].StandardError / fit["Ke"].Value, 0.005);
        Assert.Equal(0.199, fit["Ka"].StandardError / fit["Ka"].Value, 0.02);
        Assert.Equal(0.0600, fit["Cl"].StandardError / fit["Cl"].Value, 0.006);
        Assert.Equal(24, fit.Individuals.Count);
    }

    [Fact]
    public void A_spread_prints_back_and_what_cannot_vary_is_refused()
    {
        Assert.Contains("varies 0.3", EquationModel.Parse(Constant).ToString(), StringComparison.Ordinal);
        foreach (string wrong in (string[])["A(0) = 2 varies 0.3", "A(0) = 2 > 0 varies -1", "A(0) = 2 > 0 varies 0.3 fixed", "A(0) = 2 > 0 varies 0.3 per series"])
        {
            Assert.Throws<ModelTextException>(() => EquationModel.Parse(Constant.Replace("A(0) = 2 > 0 varies 0.3", wrong, StringComparison.Ordinal)));
        }

        EquationFitException e = Assert.Throws<EquationFitException>(() => Fit(Constant, Table([[1, 1.1]]), out _));
        Assert.Equal(EquationFitReason.TooFewValues, e.Reason);
    }

    private static string Table(double[][] logs) =>
        "ID,t,A\n" + string.Concat(logs.SelectMany((x, i) => x.Select((y, j) => FormattableString.Invariant($"{i},{j},{Math.Exp(y):R}\n"))));

    private static EquationFit Fit(string text, string table, out EquationData data)
    {
        var model = EquationModel.Parse(text);
        data = EquationData.FromTable(CsvTable.Parse(table, "table"), model);
        return EquationFitter.Fit(model, data);
    }
}
