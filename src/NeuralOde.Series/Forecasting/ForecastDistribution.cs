using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Forecasts as distributions: at each time of each series and for each component the quantiles at <see cref="Probabilities"/>, which are the median and the ends of the
/// bands of 50, 80 and 95 %. Immutable.
/// </summary>
public sealed class ForecastDistribution
{
    private static readonly double[] s_levels = [0.5, 0.8, 0.95];

    private readonly TimeSeriesSet[] _quantiles;

    /// <summary>Puts quantiles together.</summary>
    /// <param name="quantiles">One set for each of <see cref="Probabilities"/>, with the same series and times.</param>
    /// <exception cref="ArgumentException">The number of sets is another, or their series differ.</exception>
    public ForecastDistribution(IReadOnlyList<TimeSeriesSet> quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        ArgumentException.ThrowIf(
            quantiles.Count != NormalQuantiles.Count, $"There are {quantiles.Count} sets of quantiles; a distribution has {NormalQuantiles.Count}.", nameof(quantiles));
        foreach (TimeSeriesSet set in quantiles)
        {
            ArgumentException.ThrowIf(
                !set.Components.SequenceEqual(quantiles[0].Components)
                    || !set.Series.Select(static x => (x.Id, x.Count)).SequenceEqual(quantiles[0].Series.Select(static x => (x.Id, x.Count))),
                "The quantiles of a distribution belong to the same series, times and components.", nameof(quantiles));
        }

        _quantiles = [.. quantiles];
    }

    /// <summary>The probabilities of the quantiles, rising: 0.025, 0.1, 0.25, 0.5, 0.75, 0.9 and 0.975.</summary>
    public static IReadOnlyList<double> Probabilities => NormalQuantiles.Probabilities;

    /// <summary>The probabilities that the bands claim to hold: 0.5, 0.8 and 0.95.</summary>
    public static IReadOnlyList<double> Levels => s_levels;

    /// <summary>The point forecast, which has the smallest expected absolute error: the median.</summary>
    public TimeSeriesSet Median => _quantiles[NormalQuantiles.Count / 2];

    /// <summary>One quantile of every forecast value.</summary>
    /// <param name="probability">One of <see cref="Probabilities"/>.</param>
    /// <returns>Series of that quantile, in natural values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is none of them.</exception>
    public TimeSeriesSet Quantile(double probability)
    {
        int index = Probabilities.ToList().IndexOf(probability);
        return index >= 0 ? _quantiles[index]
            : throw new ArgumentOutOfRangeException(nameof(probability), probability, $"The quantiles are those at {string.Join(", ", Probabilities)}.");
    }

    /// <summary>The lower ends of the bands of one level.</summary>
    /// <param name="level">One of <see cref="Levels"/>.</param>
    /// <returns>Series of the lower ends.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is none of them.</exception>
    public TimeSeriesSet Lower(double level) => _quantiles[s_levels.Length - 1 - LevelIndex(level)];

    /// <summary>The upper ends of the bands of one level.</summary>
    /// <param name="level">One of <see cref="Levels"/>.</param>
    /// <returns>Series of the upper ends.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is none of them.</exception>
    public TimeSeriesSet Upper(double level) => _quantiles[s_levels.Length + 1 + LevelIndex(level)];

    /// <summary>How many observations lie in the bands, of how many: a share far from the level says that the bands are not to be trusted.</summary>
    /// <param name="observed">The same series at the same times, in the same order; missing values do not count.</param>
    /// <param name="level">One of <see cref="Levels"/>.</param>
    /// <returns>The two numbers.</returns>
    /// <exception cref="ArgumentException">The series or their lengths differ.</exception>
    public (int Inside, int Count) Coverage(TimeSeriesSet observed, double level)
    {
        ArgumentNullException.ThrowIfNull(observed);
        CheckMatch(observed);
        return BandCoverage.Of(observed, Lower(level), Upper(level));
    }

    /// <summary>
    /// Writes one row per time: the series' id where there is a name for it, the time, and for each component its median as <c>NAME</c> and the ends of its bands as
    /// <c>NAME_lower_50</c>, <c>NAME_upper_50</c> and so on.
    /// </summary>
    /// <param name="output">Where the text goes; it stays open.</param>
    public void WriteCsv(TextWriter output) => Table().WriteCsv(output);

    /// <summary>Writes the same to a file, all or nothing.</summary>
    /// <param name="path">The target; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void WriteCsv(string path) => Table().WriteCsv(path);

    /// <summary>The table that <see cref="WriteCsv(TextWriter)"/> writes, as a set with a component for each column.</summary>
    /// <returns>The set.</returns>
    public TimeSeriesSet Table()
    {
        (string Suffix, TimeSeriesSet Set)[] columns =
        [
            ("", Median), .. s_levels.SelectMany(level => new[] { ($"_lower_{100 * level:0}", Lower(level)), ($"_upper_{100 * level:0}", Upper(level)) }),
        ];
        int components = Median.Components.Count;
        var series = new TimeSeries[Median.Series.Count];
        for (int s = 0; s < series.Length; s++)
        {
            TimeSeries median = Median.Series[s];
            double[] values = new double[columns.Length * median.Values.Length];
            for (int i = 0; i < median.Count; i++)
            {
                for (int c = 0; c < components; c++)
                {
                    for (int k = 0; k < columns.Length; k++)
                    {
                        values[(((i * components) + c) * columns.Length) + k] = columns[k].Set.Series[s][i, c];
                    }
                }
            }

            series[s] = new TimeSeries(median.Id, median.Times, values);
        }

        return new TimeSeriesSet([.. Median.Components.SelectMany(x => columns.Select(column => x + column.Suffix))], series, Median.Time, seriesName: Median.SeriesName);
    }

    private void CheckMatch(TimeSeriesSet observed) => ArgumentException.ThrowIf(
        !observed.Series.Select(static x => (x.Id, x.Count, x.Components)).SequenceEqual(Median.Series.Select(static x => (x.Id, x.Count, x.Components))),
        "Bands are compared with the same series at the same times.", nameof(observed));

    private static int LevelIndex(double level)
    {
        int index = Array.IndexOf(s_levels, level);
        return index >= 0 ? index : throw new ArgumentOutOfRangeException(nameof(level), level, $"The levels are {string.Join(", ", s_levels)}.");
    }
}
