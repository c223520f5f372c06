namespace NeuralOde.Cli.Fit;

/// <summary>What a forecast does that the data never did: marked in the figure and said in words.</summary>
internal static class ForecastWarnings
{
    /// <summary>A forecast may go this part of the range beyond it before a word is said.</summary>
    private const double Tolerance = 0.1;

    /// <summary>The lowest and the highest value of a component that was seen in training, over all series.</summary>
    public static (double Low, double High) Seen(TimeSeriesSet training, int component)
    {
        double[] values = [.. training.Series.SelectMany(x => Enumerable.Range(0, x.Count).Select(i => x[i, component])).Where(double.IsFinite)];
        return (values.Min(), values.Max());
    }

    /// <summary>Whether a value is farther from what was seen than a tenth of its range, or below 0 where nothing was.</summary>
    public static bool IsUnseen(double value, (double Low, double High) seen)
    {
        double room = Tolerance * (seen.High - seen.Low);
        return value < seen.Low - room || value > seen.High + room || (value < 0 && seen.Low >= 0);
    }

    /// <summary>Sentences about the components whose forecasts leave what was seen.</summary>
    /// <param name="set">The data, for names.</param>
    /// <param name="training">What was learned from.</param>
    /// <param name="forecast">The forecast values of a component, of all series that are drawn.</param>
    public static IEnumerable<string> Of(TimeSeriesSet set, TimeSeriesSet training, Func<int, IEnumerable<double>> forecast)
    {
        for (int c = 0; c < set.Components.Count; c++)
        {
            (double Low, double High) seen = Seen(training, c);
            double[] values = [.. forecast(c).Where(double.IsFinite)];
            if (values.Length == 0)
            {
                continue;
            }

            (double low, double high) = (values.Min(), values.Max());
            if (low < 0 && seen.Low >= 0)
            {
                yield return $"The forecast of {set.Components[c]} falls to {FitReport.Number(low)}, and no value that was learned from is below 0: it cannot be right there.";
            }

            if (IsUnseen(low, seen) || IsUnseen(high, seen))
            {
                yield return $"The forecast of {set.Components[c]} leaves the range that was seen, {FitReport.Number(seen.Low)} to {FitReport.Number(seen.High)}: it goes "
                    + $"from {FitReport.Number(low)} to {FitReport.Number(high)}. Outside, the dynamics are a guess.";
            }
        }
    }
}
