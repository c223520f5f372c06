namespace NeuralOde.Series.Scaling;

/// <summary>The statistics behind <see cref="Standardization.Fit"/>.</summary>
internal static class StandardizationFit
{
    /// <summary>A solver should neither cross the data in less than one unit of time nor need more than this many.</summary>
    private const double MaximumModelSpan = 100;

    public static ComponentScale Component(TimeSeriesSet training, int c)
    {
        var scale = new ComponentScale(training.Components[c], training.IsLog(c), Mean: 0, Deviation: 1);
        var values = new List<double>();
        foreach (TimeSeries series in training.Series)
        {
            for (int point = 0; point < series.Count; point++)
            {
                double value = series[point, c];
                if (!double.IsNaN(value))
                {
                    values.Add(scale.Standardize(value));
                }
            }
        }

        if (values.Count == 0)
        {
            throw new SeriesException(SeriesReason.NoTrainingValue, $"'{training.Components[c]}' has no value in the training part.", "Hold out less, or leave the component out.")
            {
                Component = training.Components[c],
            };
        }

        if (values.Min() == values.Max())
        {
            return scale with { Mean = values[0] };
        }

        // Divided by the largest, so that no square overflows.
        double largest = values.Max(Math.Abs);
        double mean = values.Sum(value => value / largest) / values.Count;
        double variance = values.Sum(value => ((value / largest) - mean) * ((value / largest) - mean)) / values.Count;
        double deviation = largest * Math.Sqrt(variance);
        return scale with { Mean = largest * mean, Deviation = double.IsNormal(deviation) ? deviation : 1 };
    }

    public static double TimeScale(TimeSeriesSet training, ComponentScale[] scales)
    {
        double squaredSlope = 0, duration = 0;
        foreach (TimeSeries series in training.Series)
        {
            for (int c = 0; c < scales.Length; c++)
            {
                int previous = -1;
                for (int point = 0; point < series.Count; point++)
                {
                    if (double.IsNaN(series[point, c]))
                    {
                        continue;
                    }

                    if (previous >= 0)
                    {
                        // ∫ (dx/dt)² dt for a straight line between neighbors.
                        double gap = series.Times[point] - series.Times[previous];
                        double change = scales[c].Standardize(series[point, c]) - scales[c].Standardize(series[previous, c]);
                        squaredSlope += change * change / gap;
                        duration += gap;
                    }

                    previous = point;
                }
            }
        }

        double longest = training.Series.Max(series => series.Times[^1] - series.Times[0]);
        if (longest == 0)
        {
            return 1;
        }

        double unit = squaredSlope > 0 ? Math.Sqrt(duration / squaredSlope) : longest;
        return Math.Clamp(unit, longest / MaximumModelSpan, longest);
    }
}
