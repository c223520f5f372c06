using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>The values of a series on a regular grid, from the first to the last; NaN where there is none.</summary>
internal static class GridValues
{
    /// <summary>How many values at most are read, from the end: older ones say little of what comes.</summary>
    private const int MostValues = 2000;

    /// <summary>The values; null where the series is not on a grid, too short, or has more gaps than values.</summary>
    public static double[]? Of(ComponentSeries series)
    {
        const int Least = 6;
        if (series.Count < Least)
        {
            return null;
        }

        int first = Math.Max(0, series.Count - MostValues);
        double length = series.Times[^1] - series.Times[first] + 1;
        if (length > 2 * (series.Count - first) || Math.Abs(length - Math.Round(length)) > 0.05)
        {
            return null;
        }

        double[] values = new double[(int)Math.Round(length)];
        Array.Fill(values, double.NaN);
        for (int i = first; i < series.Count; i++)
        {
            double place = series.Times[i] - series.Times[first];
            int at = (int)Math.Round(place);
            if (Math.Abs(place - at) > 0.05 || at >= values.Length || !double.IsNaN(values[at]))
            {
                return null;
            }

            values[at] = series.Values[i];
        }

        return values;
    }
}
