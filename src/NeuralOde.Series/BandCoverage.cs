namespace NeuralOde.Series;

/// <summary>How many observed values lie within a band.</summary>
internal static class BandCoverage
{
    /// <summary>Counts observed values, and those from the lower end of a band to its upper one; all three have the same series and times.</summary>
    public static (int Inside, int Count) Of(TimeSeriesSet observed, TimeSeriesSet low, TimeSeriesSet high)
    {
        int inside = 0, count = 0;
        for (int s = 0; s < observed.Series.Count; s++)
        {
            ReadOnlySpan<double> values = observed.Series[s].Values, lower = low.Series[s].Values, upper = high.Series[s].Values;
            for (int i = 0; i < values.Length; i++)
            {
                count += double.IsNaN(values[i]) ? 0 : 1;
                inside += values[i] >= lower[i] && values[i] <= upper[i] ? 1 : 0;
            }
        }

        return (inside, count);
    }
}
