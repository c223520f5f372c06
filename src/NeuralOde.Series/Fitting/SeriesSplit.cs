using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Fitting;

/// <summary>Series split for a fit: what is learned from, and what forecasts are compared with.</summary>
/// <remarks>
/// A series too short to be parted is learned from as a whole; one with fewer than two observed points is left out, because it shows
/// no change.
/// </remarks>
public sealed class SeriesSplit
{
    private SeriesSplit(TimeSeriesSet training, HoldOutSplit? scored, IReadOnlyList<double> dataEnds, IReadOnlyList<SeriesNote> notes)
    {
        Training = training;
        Scored = scored;
        DataEnds = dataEnds;
        Notes = notes;
    }

    /// <summary>What is learned from.</summary>
    public TimeSeriesSet Training { get; }

    /// <summary>The series that were split; null where nothing was held out.</summary>
    public HoldOutSplit? Scored { get; }

    /// <summary>The time of each series' last observation, held out or not, in the order of <see cref="Training"/>.</summary>
    public IReadOnlyList<double> DataEnds { get; }

    /// <summary>Remarks for the user.</summary>
    public IReadOnlyList<SeriesNote> Notes { get; }

    /// <summary>Splits series.</summary>
    /// <param name="set">The series.</param>
    /// <param name="holdOut">Which last part is held out; null for none.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="SeriesException">No series has two observed points, or none is long enough to hold anything out.</exception>
    public static SeriesSplit Of(TimeSeriesSet set, HoldOut? holdOut)
    {
        ArgumentNullException.ThrowIfNull(set);
        List<SeriesNote> notes = [];
        List<TimeSeries> training = [], scoredTraining = [], heldOut = [];
        List<double> ends = [];
        List<string> without = [], whole = [];
        foreach (TimeSeries series in set.Series)
        {
            int[] observed = [.. Enumerable.Range(0, series.Count).Where(series.IsObserved)];
            if (observed.Length < 2)
            {
                without.Add(series.Id);
                continue;
            }

            ends.Add(series.Times[observed[^1]]);
            HoldOutSplit? split = holdOut is null ? null : TrySplit(set.WithSeries([series]), holdOut);
            if (split is null)
            {
                whole.Add(series.Id);
                training.Add(series);
                continue;
            }

            training.Add(split.Training.Series[0]);
            scoredTraining.Add(split.Training.Series[0]);
            heldOut.Add(split.HeldOut.Series[0]);
        }

        SeriesException.ThrowIf(training.Count == 0, SeriesReason.TooFewPoints, "No series has two points with a value; dynamics cannot be learned from these data.");
        if (holdOut is not null && heldOut.Count == 0)
        {
            // Says for the first series how long it is and what would be left.
            _ = holdOut.Split(set);
        }

        if (without.Count > 0)
        {
            notes.Add(new(SeriesNoteReason.SeriesLeftOut, $"Left out, because they have fewer than two points with a value: series {Listing(without)}."));
        }

        if (holdOut is not null && whole.Count > 0)
        {
            notes.Add(new(SeriesNoteReason.NothingHeldOut, $"Too short to hold anything out, so learned from as a whole: series {Listing(whole)}."));
        }

        return new SeriesSplit(
            set.WithSeries(training), heldOut.Count == 0 ? null : new HoldOutSplit(set.WithSeries(scoredTraining), set.WithSeries(heldOut)), ends, notes);
    }

    private static HoldOutSplit? TrySplit(TimeSeriesSet set, HoldOut holdOut)
    {
        try
        {
            return holdOut.Split(set);
        }
        catch (SeriesException)
        {
            return null;
        }
    }

    private static string Listing(List<string> ids) => string.Join(", ", ids.Take(12)) + (ids.Count > 12 ? $" and {ids.Count - 12} more" : "");
}
