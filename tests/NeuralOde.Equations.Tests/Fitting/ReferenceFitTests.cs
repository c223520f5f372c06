using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Fitting;

/// <summary>Fits against published values, and R's and SciPy's.</summary>
public class ReferenceFitTests(ITestOutputHelper output)
{
    private EquationFit Fit(string text, string path, EquationDataOptions? read = null, EquationFitOptions? options = null)
    {
        var model = EquationModel.Parse(text);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(CsvTable.Read(path), model, read), options);
        output.WriteLine(FormattableString.Invariant($"{watch.ElapsedMilliseconds} ms, -log L = {fit.NegativeLogLikelihood:R}, converged {fit.IsConverged}"));
        foreach (ParameterEstimate x in fit.Estimates)
        {
            output.WriteLine(FormattableString.Invariant($"{x.Series} {x.Name} = {x.Value:G7} ± expected {x.ExpectedError:G5}, observed {x.ObservedError:G5}; {x.Words}"));
        }

        foreach (Optimum x in fit.Optima)
        {
            output.WriteLine(FormattableString.Invariant($"optimum {x.Value:G9}, {x.Count} times"));
        }

        foreach (string note in fit.Notes)
        {
            output.WriteLine(note);
        }

        return fit;
    }

    private static string Sample(string name) => Repository.PathOf("samples/" + name);

    private static void Near(double expected, double actual, double relative)
        => Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected), FormattableString.Invariant($"{actual:R} should be {expected:R} within {relative:P2}."));

    [Fact]
    public void Hare_and_lynx_by_maximum_likelihood()
    {
        EquationFit fit = Fit(ReferenceModels.HareLynx, Sample("hare-lynx.csv"));
        Near(122.926, fit.NegativeLogLikelihood, 5e-6);
        (string Name, double Value, double Error)[] expected =
        [
            ("a", 0.5400, 0.0549), ("b", 0.02716, 0.00357), ("c", 0.7966, 0.0779), ("d", 0.02370, 0.00305), ("Hare(0)", 34.60, 2.60), ("Lynx(0)", 5.844, 0.449),
        ];
        foreach ((string name, double value, double error) in expected)
        {
            Near(value, fit[name].Value, 1e-3);
            bool isNear = new[] { fit[name].ObservedError, fit[name].ExpectedError }.Any(x => Math.Abs(x - error) <= 0.01 * error);
            Assert.True(isNear, FormattableString.Invariant($"{name}: {fit[name].ObservedError:R} or {fit[name].ExpectedError:R} should be {error:R}."));
        }

        Near(0.218, fit["sd(Hare)"].Value, 5e-3);
        Near(0.220, fit["sd(Lynx)"].Value, 5e-3);
        Assert.All(fit.Estimates.Where(static x => x.Profile is not null), static x => Assert.Equal(Verdict.Identifiable, x.Profile!.Verdict));
    }

    [Fact]
    public void Hare_and_lynx_with_priors()
    {
        EquationFit fit = Fit(ReferenceModels.HareLynxWithPriors, Sample("hare-lynx.csv"));
        (string Name, double Mean, double Deviation)[] posterior = [("a", 0.547, 0.063), ("b", 0.0277, 0.0042), ("c", 0.800, 0.089), ("d", 0.0241, 0.0035)];
        foreach ((string name, double mean, double deviation) in posterior)
        {
            Assert.InRange(fit[name].Value, mean - (0.3 * deviation), mean + (0.3 * deviation));
            Near(deviation, fit[name].StandardError, 0.2);
        }
    }

    [Fact]
    public void School_influenza_by_least_squares()
    {
        EquationFit fit = Fit(ReferenceModels.Influenza, Sample("influenza.csv"));
        Near(1.6692, fit["beta"].Value, 1e-3);
        Near(0.0257, fit["beta"].StandardError, 1e-2);
        Near(0.4435, fit["gamma"].Value, 1e-3);
        Near(0.0156, fit["gamma"].StandardError, 1e-2);
        Near(17.16, fit.RootMeanSquares[0].RootMeanSquare, 1e-3);
    }

    [Fact]
    public void School_influenza_by_the_negative_binomial()
    {
        EquationFit fit = Fit(
            ReferenceModels.Influenza + ": negbinomial", Sample("influenza.csv"));
        Near(1.7266, fit["beta"].Value, 1e-3);
        Near(0.0416, fit["beta"].StandardError, 1e-2);
        Near(0.5410, fit["gamma"].Value, 1e-3);
        Near(0.0373, fit["gamma"].StandardError, 1e-2);
        Near(12.0, fit["phi(in_bed)"].Value, 5e-3);
    }

    [Fact]
    public void Theophylline_of_twelve_subjects_at_once()
    {
        EquationFit fit = Fit(ReferenceModels.Theophylline, Sample("theophylline.csv"), new() { SeriesColumn = "Subject" });
        Near(-2.5081, fit["lKe", "3"].Value, 1e-3);
        Near(0.0561, fit["lKe", "3"].StandardError, 1e-2);
        Near(0.8975, fit["lKa", "3"].Value, 1e-3);
        Near(0.0693, fit["lKa", "3"].StandardError, 1e-2);
        Near(-3.2300, fit["lCl", "3"].Value, 1e-3);
        Near(0.0397, fit["lCl", "3"].StandardError, 1e-2);
        Assert.Equal(12 * 4, fit.Estimates.Count);
        Assert.True(fit.IsConverged);
    }

    [RealDataFact("equations/one_comp_mm.csv")]
    public void What_cannot_be_told_is_said()
    {
        EquationFit fit = Fit(ReferenceModels.MichaelisMenten, RealDataFactAttribute.PathOf("equations/one_comp_mm.csv"));
        ParameterEstimate km = fit["Km"], ka = fit["ka"];
        Assert.NotEqual(Verdict.Identifiable, km.Profile!.Verdict);
        Assert.True(double.IsNaN(km.StandardError));
        Assert.Contains("Km", km.Words, StringComparison.Ordinal);
        Assert.All(km.Profile.Values.Zip(km.Profile.Deviances), static x => Assert.True(x.First is < 0.001 or > 30 || x.Second <= 0.5));
        Assert.Equal(Verdict.Identifiable, ka.Profile!.Verdict);
        Near(0.62, ka.Profile.Lower, 0.02);
        Near(0.93, ka.Profile.Upper, 0.02);
    }

    [RealDataFact("equations/boehm.csv")]
    public void Dimerization_is_found_from_random_starts()
    {
        EquationFit fit = Fit(ReferenceModels.Boehm, RealDataFactAttribute.PathOf("equations/boehm.csv"), options: new() { Starts = 40, Profiles = false });
        Near(138.222, fit.NegativeLogLikelihood, 1e-5);
        Assert.Equal(-1, fit["kxh"].AtBound);
        Assert.Contains(fit.Notes, static x => x.Contains("kxh is at its lower bound", StringComparison.Ordinal));
    }
}
