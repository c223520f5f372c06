
namespace NeuralOde.Series.Latent;

/// <summary>A forecast with bands: at each time of each series a mean, and an interval that the next observation lies in with a given probability, if the model is right.</summary>
public sealed class SeriesForecast
{
    internal SeriesForecast(TimeSeriesSet mean, TimeSeriesSet lower, TimeSeriesSet upper, double level) => (Mean, Lower, Upper, Level) = (mean, lower, upper, level);

    /// <summary>The means; of logarithms where a component is learned as one.</summary>
    public TimeSeriesSet Mean { get; }

    /// <summary>The bands' lower ends.</summary>
    public TimeSeriesSet Lower { get; }

    /// <summary>The bands' upper ends.</summary>
    public TimeSeriesSet Upper { get; }

    /// <summary>The probability that a band claims to hold.</summary>
    public double Level { get; }

    /// <summary>How many observations lie in the bands, of how many: a share far from <see cref="Level"/> says that the bands are not to be trusted.</summary>
    /// <param name="observed">The same series at the same times, in the same order; missing values do not count.</param>
    /// <returns>The two numbers.</returns>
    /// <exception cref="ArgumentException">The series or their lengths differ.</exception>
    public (int Inside, int Count) Coverage(TimeSeriesSet observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentException.ThrowIf(
            !observed.Series.Select(static x => (x.Id, x.Count, x.Components)).SequenceEqual(Mean.Series.Select(static x => (x.Id, x.Count, x.Components))),
            "Bands are compared with the same series at the same times.", nameof(observed));
        return BandCoverage.Of(observed, Lower, Upper);
    }

    /// <summary>Writes one row per time: the series' id where there is a name for it, the time, and for each component its mean, <c>NAME_lower</c> and <c>NAME_upper</c>.</summary>
    /// <param name="output">Where the text goes; it stays open.</param>
    public void WriteCsv(TextWriter output) => Table().WriteCsv(output);

    /// <summary>Writes the same to a file, all or nothing.</summary>
    /// <param name="path">The target; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void WriteCsv(string path) => Table().WriteCsv(path);

    private TimeSeriesSet Table()
    {
        var series = new TimeSeries[Mean.Series.Count];
        for (int s = 0; s < series.Length; s++)
        {
            TimeSeries mean = Mean.Series[s];
            double[] values = new double[3 * mean.Values.Length];
            for (int i = 0; i < mean.Values.Length; i++)
            {
                (values[3 * i], values[(3 * i) + 1], values[(3 * i) + 2]) = (mean.Values[i], Lower.Series[s].Values[i], Upper.Series[s].Values[i]);
            }

            series[s] = new TimeSeries(mean.Id, mean.Times, values);
        }

        return new TimeSeriesSet([.. Mean.Components.SelectMany(static x => (string[])[x, $"{x}_lower", $"{x}_upper"])], series, Mean.Time, seriesName: Mean.SeriesName);
    }
}
