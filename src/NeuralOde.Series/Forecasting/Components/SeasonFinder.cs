namespace NeuralOde.Series.Forecasting.Components;

/// <summary>Finds the season of one component: among those that the calendar suggests, then in the autocorrelation.</summary>
internal static class SeasonFinder
{
    /// <summary>How much of the variance beside the trend a season must explain. Half of it for a season that the calendar suggests.</summary>
    private const double Strength = 0.8;

    /// <summary>The length of the season in steps; null where none is found.</summary>
    public static double? Find(IReadOnlyList<ComponentSeries> series, TimeGrid grid)
    {
        ComponentSeries longest = series.MaxBy(static x => x.Count)!;
        if (!grid.IsRegular || longest.Count < 6)
        {
            return null;
        }

        foreach (double period in grid.NaturalPeriods)
        {
            if (StrengthOf(longest, period) > Strength * 0.4)
            {
                return period;
            }
        }

        return Repeating(longest) is { } found && StrengthOf(longest, found) > Strength ? found : null;
    }

    /// <summary>
    /// The share of the variance beside a moving average that a repeated season explains, adjusted for the number of its values; 0 where fewer than two seasons
    /// are there.
    /// </summary>
    internal static double StrengthOf(ComponentSeries series, double period)
    {
        double start = series.Times[0], end = series.Times[^1];
        if (period < 2 || end - start + 1 < 2 * period)
        {
            return 0;
        }

        // Seasons of many steps are compared in at most 24 parts.
        int phases = (int)Math.Min(24, Math.Round(period));
        double[] rest = Detrended(series, period);
        double[] sums = new double[phases];
        int[] counts = new int[phases];
        double total = 0, mean = 0;
        int used = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            if (!double.IsNaN(rest[i]))
            {
                int phase = Phase(series.Times[i], period, phases);
                sums[phase] += rest[i];
                counts[phase]++;
                mean += rest[i];
                used++;
            }
        }

        mean /= Math.Max(1, used);
        for (int i = 0; i < rest.Length; i++)
        {
            total += double.IsNaN(rest[i]) ? 0 : (rest[i] - mean) * (rest[i] - mean);
        }

        double within = total;
        for (int phase = 0; phase < phases; phase++)
        {
            double offset = counts[phase] == 0 ? 0 : (sums[phase] / counts[phase]) - mean;
            within -= counts[phase] * offset * offset;
        }

        int freedom = used - phases;
        return freedom < 1 || total <= 0 ? 0 : Math.Max(0, 1 - (within / freedom / (total / (used - 1))));
    }

    private static int Phase(double time, double period, int phases)
    {
        double part = time / period;
        return Math.Min(phases - 1, (int)Math.Floor(((part - Math.Floor(part)) * phases) + 1e-6));
    }

    /// <summary>The values less the mean of the season around each; NaN within half a season of the ends.</summary>
    private static double[] Detrended(ComponentSeries series, double period)
    {
        double[] rest = new double[series.Count];
        int low = 0, high = 0;
        double sum = 0;
        for (int i = 0; i < series.Count; i++)
        {
            double time = series.Times[i];
            for (; high < series.Count && series.Times[high] <= time + (period / 2) - 1e-9; high++)
            {
                sum += series.Values[high];
            }

            for (; series.Times[low] < time - (period / 2) - 1e-9; low++)
            {
                sum -= series.Values[low];
            }

            bool isInside = time - series.Times[0] >= (period / 2) - 1 && series.Times[^1] - time >= (period / 2) - 1;
            rest[i] = isInside ? series.Values[i] - (sum / (high - low)) : double.NaN;
        }

        return rest;
    }

    /// <summary>The lag of the first high peak of the autocorrelation that is as high again after twice the lag.</summary>
    private static double? Repeating(ComponentSeries series)
    {
        int length = (int)Math.Round(series.Times[^1] - series.Times[0]) + 1;
        if (length is < 12 or > 200_000)
        {
            return null;
        }

        double[] values = new double[length];
        Array.Fill(values, double.NaN);
        (double slope, double mean, double middle) = Line(series);
        for (int i = 0; i < series.Count; i++)
        {
            values[(int)Math.Round(series.Times[i] - series.Times[0])] = series.Values[i] - mean - (slope * (series.Times[i] - middle));
        }

        int longest = Math.Min(length / 4, 400);
        double[] correlation = new double[(2 * longest) + 2];
        for (int lag = 0; lag < correlation.Length; lag++)
        {
            correlation[lag] = Correlation(values, lag);
        }

        bool wasLow = false;
        for (int lag = 2; lag <= longest; lag++)
        {
            wasLow |= correlation[lag - 1] < 0.2;
            if (wasLow && correlation[lag] > 0.5 && correlation[lag] >= correlation[lag - 1] && correlation[lag] >= correlation[lag + 1]
                && correlation[2 * lag] > 0.8 * correlation[lag])
            {
                return lag;
            }
        }

        return null;
    }

    private static (double Slope, double Mean, double Middle) Line(ComponentSeries series)
    {
        double middle = series.Times.Average(), mean = series.Values.Average(), products = 0, squares = 0;
        for (int i = 0; i < series.Count; i++)
        {
            products += (series.Times[i] - middle) * (series.Values[i] - mean);
            squares += (series.Times[i] - middle) * (series.Times[i] - middle);
        }

        return (products / squares, mean, middle);
    }

    private static double Correlation(double[] values, int lag)
    {
        double products = 0, first = 0, second = 0;
        for (int i = lag; i < values.Length; i++)
        {
            double a = values[i], b = values[i - lag];
            if (!double.IsNaN(a) && !double.IsNaN(b))
            {
                products += a * b;
                first += a * a;
                second += b * b;
            }
        }

        return first > 0 && second > 0 ? products / Math.Sqrt(first * second) : 0;
    }
}
