namespace NeuralOde.Cli.Fit;

/// <summary>Where the forecast of a series does what no series did: said in words.</summary>
internal static class SeriesWarnings
{
    /// <summary>A forecast may be faster than what was seen by this part before a word is said.</summary>
    private const double Tolerance = 0.1;

    private const int MostNamed = 3;

    /// <summary>Sentences about forecasts of several series.</summary>
    /// <param name="training">What was learned from.</param>
    /// <param name="forecast">The forecast of the same series, after their last observations.</param>
    public static IEnumerable<string> Of(TimeSeriesSet training, TimeSeriesSet forecast)
    {
        if (training.Series.Count < 2)
        {
            yield break;
        }

        for (int c = 0; c < training.Components.Count; c++)
        {
            Change[] seen = [.. training.Series.SelectMany(x => Changes(Observed(x, c)))];
            if (seen.Length == 0)
            {
                continue;
            }

            double fall = seen.Min(static x => x.Rate), rise = seen.Max(static x => x.Rate), room = Tolerance * (rise - fall);
            List<string> faster = [], against = [];
            foreach (TimeSeries ahead in forecast.Series)
            {
                TimeSeries known = training.Series.First(x => x.Id == ahead.Id);
                (double Time, double Value)[] past = [.. Observed(known, c)];
                Change[] changes = [.. Changes(past.TakeLast(1).Concat(Observed(ahead, c)))];
                if (changes.Any(x => x.Rate > rise + room || x.Rate < fall - room))
                {
                    faster.Add(ahead.Id);
                }

                // What series that are observed longer did after the time at which this one ends.
                double[] later = [.. past.Length == 0 ? [] : seen.Where(x => x.From >= past[^1].Time).Select(static x => x.Rate)];
                if (later.Length > 0 && changes.Any(x => (x.Rate > room && Array.TrueForAll(later, static y => y <= 0)) || (x.Rate < -room && Array.TrueForAll(later,
                    static y => y >= 0))))
                {
                    against.Add(ahead.Id);
                }
            }

            string name = training.Components[c];
            if (faster.Count > 0)
            {
                yield return $"The forecast of {name} for {Named(training, faster)} changes faster than any series did. No series shows whether it can.";
            }

            if (against.Count > 0)
            {
                yield return $"The forecast of {name} for {Named(training, against)} turns where every series that was observed so late did the opposite.";
            }
        }
    }

    private static IEnumerable<(double Time, double Value)> Observed(TimeSeries series, int component) =>
        Enumerable.Range(0, series.Count).Where(i => !double.IsNaN(series[i, component])).Select(i => (series.Times[i], series[i, component]));

    private static IEnumerable<Change> Changes(IEnumerable<(double Time, double Value)> points)
    {
        (double Time, double Value)? before = null;
        foreach ((double time, double value) in points)
        {
            if (before is { } last && time > last.Time)
            {
                yield return new Change(last.Time, (value - last.Value) / (time - last.Time));
            }

            before = (time, value);
        }
    }

    private static string Named(TimeSeriesSet set, List<string> ids) =>
        $"{set.SeriesName ?? "series"} {string.Join(", ", ids.Take(MostNamed))}{(ids.Count > MostNamed ? $" and {ids.Count - MostNamed} more" : "")}";

    private readonly record struct Change(double From, double Rate);
}
