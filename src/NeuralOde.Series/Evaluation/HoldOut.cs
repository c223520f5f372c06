namespace NeuralOde.Series.Evaluation;

/// <summary>The two parts of a set: what learning sees, and the last part of each series, which nothing else ever sees.</summary>
/// <param name="Training">The first part of each series. It shares no data with the other.</param>
/// <param name="HeldOut">The last part of each series, in the same order and with the same ids.</param>
public sealed record HoldOutSplit(TimeSeriesSet Training, TimeSeriesSet HeldOut);

/// <summary>
/// Which last part of each series is held out, to compare forecasts with: a number of points, a fraction of them, or a span of time.
/// Only points at which something was observed count.
/// </summary>
/// <example>
/// <code>
/// var split = HoldOut.Count(4).Split(set);
/// </code>
/// </example>
public sealed class HoldOut
{
    /// <summary>A forecast needs a state and a slope to start from.</summary>
    private const int MinimumTraining = 2;

    private readonly string _what;
    private readonly string _text;
    private readonly Func<double[], int> _count;

    private HoldOut(string what, string text, Func<double[], int> count)
    {
        _what = what;
        _text = text;
        _count = count;
    }

    /// <summary>Holds out the last points of each series.</summary>
    /// <param name="points">How many observed points; at least 1.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static HoldOut Count(int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        return new HoldOut($"the last {points}", points.ToString(CultureInfo.InvariantCulture), _ => points);
    }

    /// <summary>Holds out the last fraction of each series' observed points, rounded to the nearest number, but at least one.</summary>
    /// <param name="fraction">Above 0 and below 1.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not above 0 and below 1.</exception>
    public static HoldOut Fraction(double fraction)
    {
        ArgumentOutOfRangeException.ThrowIf(!(fraction > 0 && fraction < 1), nameof(fraction), fraction, "The fraction must be above 0 and below 1.");
        return new HoldOut(
            FormattableString.Invariant($"the last part of {fraction}"),
            fraction.ToString(CultureInfo.InvariantCulture),
            times => Math.Max(1, (int)Math.Round(fraction * times.Length, MidpointRounding.AwayFromZero)));
    }

    /// <summary>Holds out what was observed less than a span before each series' last observation.</summary>
    /// <param name="span">The span, in the unit of the times (days where they are dates); positive and finite.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The span is not positive and finite.</exception>
    public static HoldOut Span(double span)
    {
        ArgumentOutOfRangeException.ThrowIf(!(span > 0 && double.IsFinite(span)), nameof(span), span, "The span must be positive and finite.");
        string name = FormattableString.Invariant($"a time of {span}");
        return new HoldOut(name, name, times => times.Count(time => time > times[^1] - span));
    }

    /// <summary>Reads a rule: a number of points such as 5, a fraction such as 0.2, or "none" (also 0), in any culture.</summary>
    /// <param name="text">The text.</param>
    /// <param name="rule">The rule; null where nothing is held out, or the text is none.</param>
    /// <returns>Whether the text is such a rule.</returns>
    public static bool TryParse(string text, out HoldOut? rule)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction);
        rule = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 ? Count(count)
            : isNumber && fraction is > 0 and < 1 ? Fraction(fraction)
            : null;
        return rule is not null || (isNumber && fraction == 0) || string.Equals(text, "none", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The rule as text: the number of points or the fraction, which <see cref="TryParse"/> reads back, or "a time of" and the span.</summary>
    public override string ToString() => _text;

    /// <summary>How many of a series' last points are held out.</summary>
    /// <param name="times">The times of its observed points, rising.</param>
    /// <returns>The number; 0 where there are no points.</returns>
    public int CountOf(IReadOnlyList<double> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        return times.Count == 0 ? 0 : _count([.. times]);
    }

    /// <summary>Splits every series of a set. Points without an observation stay with the part whose time they fall into.</summary>
    /// <param name="set">The set.</param>
    /// <returns>The two parts.</returns>
    /// <exception cref="SeriesException">A series would keep fewer than two observed points to learn from; the message names it.</exception>
    public HoldOutSplit Split(TimeSeriesSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var training = new List<TimeSeries>();
        var heldOut = new List<TimeSeries>();
        foreach (TimeSeries series in set.Series)
        {
            int[] observed = Enumerable.Range(0, series.Count).Where(series.IsObserved).ToArray();
            int count = CountOf(Array.ConvertAll(observed, point => series.Times[point]));
            if (observed.Length - count < MinimumTraining)
            {
                throw new SeriesException(
                    SeriesReason.HoldOutTooLarge,
                    $"{(series.Id.Length == 0 ? "The series" : $"Series '{series.Id}'")} has {observed.Length} observed points; "
                        + $"holding out {_what} would leave {Math.Max(0, observed.Length - count)} of them, and at least {MinimumTraining} are needed to learn from.",
                    series.Id.Length == 0 ? "Hold out less." : "Hold out less, or leave the series out.")
                {
                    Series = series.Id,
                };
            }

            int cut = observed[^count];
            training.Add(series.Slice(0, cut));
            heldOut.Add(series.Slice(cut, series.Count - cut));
        }

        return new HoldOutSplit(set.WithSeries(training), set.WithSeries(heldOut));
    }
}
