using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Tests.Fitting;

public class PredictionBandTests
{
    private const string Decay = "x' = -k*x\nk = 0.4 > 0\nx(0) = 2 > 0\nobserve x: normal(0.05)";

    [Fact]
    public void A_band_of_a_linear_model_is_that_of_the_closed_form()
    {
        // x is a constant that was measured 16 times: the curve's standard error is sd/4, that of a value sd √(1 + 1/16).
        var model = EquationModel.Parse("x' = 0*x\nx(0) = 2\nobserve x: normal(0.05)");
        EquationData data = Table(Enumerable.Range(0, 16).Select(static i => (i * 1.0, 2 + (0.05 * Math.Sin(3.0 * i)))));
        EquationFit fit = EquationFitter.Fit(model, data, new EquationFitOptions { Profiles = false });
        PredictionBand band = Assert.Single(fit.Bands(new BandOptions { Draws = 8000, Until = 20 }));
        Assert.Equal(20, band.Times[^1]);

        // Quantiles at 5 % of n draws have a relative error of about √(0.05·0.95/n)/(density·1.645) = 1.5 % of a standard deviation; five of them.
        double tolerance = 5 * 0.015 * 0.05;
        Assert.Equal(2 * 1.645 * 0.05 / 4, band.Upper[30] - band.Lower[30], tolerance / 4);
        Assert.Equal(2 * 1.645 * 0.05 * Math.Sqrt(1 + (1.0 / 16)), band.MeasuredUpper[30] - band.MeasuredLower[30], tolerance);
        Assert.Equal(band.Values[30], (band.Upper[30] + band.Lower[30]) / 2, tolerance / 4);
    }

    [Fact]
    public void Bands_hold_the_share_of_held_out_values_that_they_claim()
    {
        // 100 experiments of 12 values, of which the last 4 are held out: 400 values. The share's standard error is 1.5 %, or up to twice that as the values of an experiment
        // share its parameters.
        var random = new RandomSource(11);
        var model = EquationModel.Parse("x' = -k*x\nk = 0.4 > 0\nx(0) = 2 > 0\nobserve x: lognormal(0.1)");
        int inside = 0, count = 0;
        double[] noise = new double[12];
        for (int i = 0; i < 100; i++)
        {
            random.FillNormal<double>(noise);
            (EquationData training, EquationData heldOut) = Table(noise.Select(static (e, k) => (0.3 * k, 2 * Math.Exp((-0.5 * 0.3 * k) + (0.1 * e))))).HoldOut(HoldOut.Count(4));
            EquationFit fit = EquationFitter.Fit(model, training, new EquationFitOptions { Profiles = false, Threads = 1 });
            IReadOnlyList<PredictedValue> predicted = fit.Predict(heldOut, new BandOptions { Draws = 100, Seed = i });
            Assert.Equal(4, predicted.Count);
            inside += predicted.Count(static x => x.IsInside);
            count += predicted.Count;
        }

        Assert.InRange((double)inside / count, 0.84, 0.96);
    }

    [Fact]
    public void Series_that_are_fitted_alone_have_bands_of_their_own_and_seeds_repeat()
    {
        var model = EquationModel.Parse(Decay.Replace("> 0", "> 0 per series", StringComparison.Ordinal));
        string rows = string.Concat(Enumerable.Range(0, 2).SelectMany(s => Enumerable.Range(0, 8).Select(k =>
            FormattableString.Invariant($"{s},{0.5 * k},{(2 + s) * Math.Exp(-0.4 * 0.5 * k) + (0.05 * Math.Cos(5.0 * (k + s)))}\n"))));
        (EquationData training, EquationData heldOut) = EquationData.FromTable(CsvTable.Parse("ID,t,x\n" + rows, "t"), model).HoldOut(HoldOut.Fraction(0.25));
        EquationFit fit = EquationFitter.Fit(model, training, new EquationFitOptions { Profiles = false });
        Assert.True(fit.HasBands);
        IReadOnlyList<PredictedValue> once = fit.Predict(heldOut), again = fit.Predict(heldOut);
        Assert.Equal(once, again);
        Assert.Equal(["0", "0", "1", "1"], once.Select(static x => x.Series));
        Assert.NotEqual(once, fit.Predict(heldOut, new BandOptions { Seed = 1 }));
        Assert.Equal(2, fit.Bands().Count);
        Assert.Throws<ArgumentException>(() => fit.Predict(Table([(0, 1)])));
    }

    [Fact]
    public void Without_a_covariance_there_is_no_band()
    {
        var model = EquationModel.Parse("x' = -(k + m)*x\nk = 0.4\nm = 0.1\nx(0) = 2\nobserve x: normal(0.05)");
        EquationFit fit = EquationFitter.Fit(model, Table([(0, 2), (1, 1.3), (2, 0.7), (3, 0.5)]), new EquationFitOptions { Profiles = false });
        Assert.False(fit.HasBands);
        Assert.Equal(EquationFitReason.NoBand, Assert.Throws<EquationFitException>(() => fit.Bands()).Reason);
        Assert.Throws<EquationDataException>(() => Table([(0, 2), (1, 1.3)]).HoldOut(HoldOut.Count(2)));
    }

    [Theory]
    [InlineData("Normal", 3, 0.5, 0, 3, 0.25)]
    [InlineData("LogNormal", 2, 0.3, 0, 2.0920557, 0.4121647)]
    [InlineData("Proportional", -4, 0.25, 0, -4, 1)]
    [InlineData("Combined", 2, 0.3, 0.2, 2, 0.25)]
    [InlineData("Poisson", 3.7, 0, 0, 3.7, 3.7)]
    [InlineData("Poisson", 2e5, 0, 0, 2e5, 2e5)]
    [InlineData("NegativeBinomial", 6, 2.5, 0, 6, 20.4)]
    [InlineData("NegativeBinomial", 6, 0.5, 0, 6, 78)]
    [InlineData("Binomial", 0.3, 20, 0, 6, 4.2)]
    [InlineData("Student", 1, 12, 0.5, 1, 0.3)]
    public void Draws_of_noise_have_its_mean_and_variance(string kind, double f, double a, double b, double mean, double variance)
    {
        var random = new RandomSource(5);
        const int N = 200_000;
        double[] x = [.. Enumerable.Range(0, N).Select(_ => NoiseSampler.Draw(Enum.Parse<NoiseKind>(kind), f, a, b, random))];
        double average = x.Average(), spread = x.Average(v => (v - average) * (v - average)), fourth = x.Average(v => Math.Pow(v - average, 4));
        Assert.Equal(mean, average, 5 * Math.Sqrt(variance / N));
        Assert.Equal(variance, spread, 5 * Math.Sqrt(fourth / N));
    }

    private static EquationData Table(IEnumerable<(double T, double X)> rows) => EquationData.FromTable(
        CsvTable.Parse("t,x\n" + string.Concat(rows.Select(static r => FormattableString.Invariant($"{r.T:R},{r.X:R}\n"))), "t"), EquationModel.Parse(Decay));
}
