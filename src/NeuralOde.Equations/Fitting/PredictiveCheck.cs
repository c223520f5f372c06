using NeuralOde.Equations.Data;

namespace NeuralOde.Equations.Fitting;

/// <summary>Quantiles of measured values near a time, beside those of values that the fitted model simulates at the same times.</summary>
/// <param name="Time">The mean time of the values.</param>
/// <param name="Count">How many values were measured.</param>
/// <param name="Measured">The quantiles of the measured values, at the levels of the check.</param>
/// <param name="Lower">The lower ends of the 95 % intervals of the simulated quantiles.</param>
/// <param name="Median">The medians of the simulated quantiles.</param>
/// <param name="Upper">The upper ends of the intervals.</param>
public sealed record PredictiveBin(
    double Time, int Count, IReadOnlyList<double> Measured, IReadOnlyList<double> Lower, IReadOnlyList<double> Median, IReadOnlyList<double> Upper);

/// <summary>
/// A visual predictive check: whether the model, with its noise, the uncertainty of its parameters and the differences between series, makes values like the measured ones.
/// </summary>
/// <param name="Series">The series; empty for all of them together.</param>
/// <param name="Observable">What is measured.</param>
/// <param name="Bins">Bins of times, rising.</param>
public sealed record PredictiveCheck(string Series, string Observable, IReadOnlyList<PredictiveBin> Bins)
{
    /// <summary>The levels of the quantiles.</summary>
    public static IReadOnlyList<double> Levels { get; } = [0.1, 0.5, 0.9];

    /// <summary>How many measured quantiles lie within the intervals of the simulated ones: about 95 % where the model is right.</summary>
    public (int Inside, int Count) Coverage => (
        Bins.Sum(static b => Levels.Where((_, q) => b.Measured[q] >= b.Lower[q] && b.Measured[q] <= b.Upper[q]).Count()), Levels.Count * Bins.Count);

    /// <summary>The check from simulations of all series.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The measured values.</param>
    /// <param name="simulated">For each series the simulated values, draw after draw.</param>
    /// <param name="series">Which series; all of them together where null.</param>
    internal static IEnumerable<PredictiveCheck> Of(EquationModel model, EquationData data, IReadOnlyList<double[]>[] simulated, int? series)
    {
        int draws = simulated.Where((_, s) => series is null || s == series).Min(static x => x.Count);
        for (int o = 0; o < model.Observables.Count; o++)
        {
            List<(double Time, double Value, int Series, int Place)> values =
            [
                .. Enumerable.Range(0, data.Series.Count).Where(s => series is null || s == series).SelectMany(s => data.Series[s].Values
                    .Select((x, i) => (Time: data.Series[s].Times[x.Time], x.Value, Series: s, Place: i, x.Observable)).Where(x => x.Observable == o)
                    .Select(static x => (x.Time, x.Value, x.Series, x.Place))),
            ];
            if (values.Count > 0 && draws > 0)
            {
                yield return new PredictiveCheck(
                    series is { } one ? data.Series[one].Input.Name : "", model.Observables[o], [.. Binned([.. values.OrderBy(static x => x.Time)], simulated, draws)]);
            }
        }
    }

    /// <summary>Bins of about the same number of values; equal times stay together.</summary>
    private static IEnumerable<PredictiveBin> Binned((double Time, double Value, int Series, int Place)[] values, IReadOnlyList<double[]>[] simulated, int draws)
    {
        const int MostBins = 12, FewestValues = 5;
        int size = Math.Max(FewestValues, (int)Math.Ceiling(values.Length / (double)MostBins));
        for (int begin = 0; begin < values.Length;)
        {
            int end = Math.Min(values.Length, begin + size);
            while (end < values.Length && (values[end].Time == values[end - 1].Time || values.Length - end < FewestValues))
            {
                end++;
            }

            (double Time, double Value, int Series, int Place)[] bin = values[begin..end];
            double[] measured = Sorted(bin.Select(static x => x.Value));
            double[][] quantiles = [.. Levels.Select(_ => new double[draws])];
            for (int d = 0; d < draws; d++)
            {
                double[] drawn = Sorted(bin.Select(x => simulated[x.Series][d][x.Place]));
                for (int q = 0; q < Levels.Count; q++)
                {
                    quantiles[q][d] = Quantiles.Of(drawn, Levels[q]);
                }
            }

            foreach (double[] x in quantiles)
            {
                Array.Sort(x);
            }

            yield return new PredictiveBin(
                bin.Average(static x => x.Time),
                bin.Length,
                [.. Levels.Select(q => Quantiles.Of(measured, q))],
                [.. quantiles.Select(static x => Quantiles.Of(x, 0.025))],
                [.. quantiles.Select(static x => Quantiles.Of(x, 0.5))],
                [.. quantiles.Select(static x => Quantiles.Of(x, 0.975))]);
            begin = end;
        }
    }

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted;
    }
}
