namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>Where exponential smoothing starts: the season from the mean deviations around a moving average, level and slope from a line through the first values.</summary>
internal static class SmoothingStart
{
    private const int LineLength = 10;

    /// <summary>The season, which starts with the first value; the level before the first value; the slope; and the scale of values.</summary>
    public static (double[] Season, double Level, double Slope, double Scale) Of(SmoothingStructure structure, double[] values)
    {
        double[] season = Season(structure, values);
        bool isMultiplicative = structure.Season == SmoothingSeason.Multiplicative;
        int length = Math.Min(values.Length, Math.Max(LineLength, 2 * structure.Period));
        double sum = 0, sumTime = 0, count = 0, changes = 0;
        double[] rest = new double[length];
        for (int i = 0; i < length; i++)
        {
            rest[i] = isMultiplicative ? values[i] / season[i % season.Length] : values[i] - season[i % season.Length];
            if (!double.IsNaN(rest[i]))
            {
                (sum, sumTime, count) = (sum + rest[i], sumTime + i, count + 1);
            }
        }

        (double mean, double middle) = (sum / count, sumTime / count);
        double products = 0, squares = 0;
        for (int i = 0; i < length; i++)
        {
            if (!double.IsNaN(rest[i]))
            {
                products += (i - middle) * (rest[i] - mean);
                squares += (i - middle) * (i - middle);
                changes += (rest[i] - mean) * (rest[i] - mean);
            }
        }

        double slope = structure.Trend == SmoothingTrend.None || squares == 0 ? 0 : products / squares;
        double level = structure.Trend == SmoothingTrend.None ? mean : mean - (slope * (middle + 1));
        double scale = Math.Sqrt(changes / count);
        return (season, structure.IsRelative && level <= 0 ? Math.Abs(mean) / 2 : level, slope, scale > 0 ? scale : 1e-8 + (1e-8 * Math.Abs(mean)));
    }

    private static double[] Season(SmoothingStructure structure, double[] values)
    {
        int period = structure.Period;
        double[] season = new double[period];
        if (structure.Season == SmoothingSeason.None)
        {
            return season;
        }

        bool isMultiplicative = structure.Season == SmoothingSeason.Multiplicative;
        double[] sums = new double[period];
        int[] counts = new int[period];

        // Of the first seasons only: later ones are what smoothing is for.
        int length = Math.Min(values.Length, Math.Max(3 * period, Math.Min(values.Length, 5 * period)));
        for (int i = 0; i < length; i++)
        {
            // A whole season around the value; at the ends the nearest one.
            int first = Math.Clamp(i - (period / 2), 0, length - period);
            double average = 0;
            int present = 0;
            for (int k = first; k < first + period; k++)
            {
                if (!double.IsNaN(values[k]))
                {
                    average += values[k];
                    present++;
                }
            }

            average /= present;
            double rest = isMultiplicative ? values[i] / average : values[i] - average;
            if (double.IsFinite(rest))
            {
                sums[i % period] += rest;
                counts[i % period]++;
            }
        }

        for (int k = 0; k < period; k++)
        {
            season[k] = counts[k] == 0 ? (isMultiplicative ? 1 : 0) : sums[k] / counts[k];
        }

        double mean = season.Average();
        return Array.ConvertAll(season, x => isMultiplicative ? Math.Max(x / mean, 0.01) : x - mean);
    }
}
