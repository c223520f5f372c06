namespace NeuralOde.Series.Evaluation;

/// <summary>The forecast that every model should beat: nothing changes.</summary>
public static class NaiveForecast
{
    /// <summary>
    /// Forecasts each component by its last observed value in the series' training part; where a series never observed it,
    /// by the mean of its training values in the other series.
    /// </summary>
    /// <param name="split">The two parts; of the second only the times are read.</param>
    /// <returns>Series at the held-out times. A component without any training value is NaN.</returns>
    public static TimeSeriesSet LastObserved(HoldOutSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        int components = split.Training.Components.Count;
        var series = new List<TimeSeries>();
        for (int s = 0; s < split.HeldOut.Series.Count; s++)
        {
            TimeSeries heldOut = split.HeldOut.Series[s];
            double[] values = new double[heldOut.Count * components];
            for (int c = 0; c < components; c++)
            {
                double last = Last(split.Training.Series[s], c) ?? Mean(split.Training, c);
                for (int point = 0; point < heldOut.Count; point++)
                {
                    values[(point * components) + c] = last;
                }
            }

            series.Add(heldOut.WithValues(values));
        }

        return split.HeldOut.WithSeries(series);
    }

    private static double? Last(TimeSeries series, int component)
    {
        for (int point = series.Count - 1; point >= 0; point--)
        {
            if (!double.IsNaN(series[point, component]))
            {
                return series[point, component];
            }
        }

        return null;
    }

    private static double Mean(TimeSeriesSet set, int component)
    {
        double sum = 0;
        int count = 0;
        foreach (TimeSeries series in set.Series)
        {
            for (int point = 0; point < series.Count; point++)
            {
                if (!double.IsNaN(series[point, component]))
                {
                    sum += series[point, component];
                    count++;
                }
            }
        }

        return sum / count;
    }
}
