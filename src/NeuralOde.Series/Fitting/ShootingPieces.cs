
namespace NeuralOde.Series.Fitting;

/// <summary>One piece of one series: it starts at one observed point and is compared with all up to where the next piece starts.</summary>
/// <param name="Series">The index of the series.</param>
/// <param name="First">The point where it starts.</param>
/// <param name="Last">The point where the next piece of the series starts, or the series' last observed point.</param>
/// <param name="HasNext">Whether a piece follows in the series.</param>
internal readonly record struct ShootingPiece(int Series, int First, int Last, bool HasNext);

/// <summary>
/// Series cut into pieces whose trajectories are solved together, each on the time since its own start. The pieces of a series
/// follow each other directly; observations at a border belong to the later piece.
/// </summary>
internal sealed class ShootingPieces
{
    private readonly Dictionary<(int Series, int Point), (int Row, int Time)> _places = [];

    /// <param name="series">Standardized series in model time, each with at least two observed points.</param>
    /// <param name="length">About how many observed intervals a piece has.</param>
    public ShootingPieces(TimeSeriesSet series, int length)
    {
        List<ShootingPiece> pieces = [];
        for (int s = 0; s < series.Series.Count; s++)
        {
            int[] observed = [.. Enumerable.Range(0, series.Series[s].Count).Where(series.Series[s].IsObserved)];
            int intervals = observed.Length - 1;
            int count = Math.Max(1, (int)Math.Round((double)intervals / length));
            for (int i = 0; i < count; i++)
            {
                // Borders as even as whole numbers allow, so that no piece is a remainder too short to tell anything.
                pieces.Add(new ShootingPiece(s, observed[Border(i)], observed[Border(i + 1)], i + 1 < count));
            }

            int Border(int i) => (int)((long)i * intervals / count);
        }

        Pieces = [.. pieces];
        Times = UnionOfTimes(series);
        for (int row = 0; row < Pieces.Length; row++)
        {
            TimeSeries one = series.Series[Pieces[row].Series];
            int end = Pieces[row].HasNext ? Pieces[row].Last - 1 : Pieces[row].Last;
            for (int point = Pieces[row].First; point <= end; point++)
            {
                _places[(Pieces[row].Series, point)] = (row, TimeIndex(one.Times[point] - one.Times[Pieces[row].First]));
            }
        }
    }

    public ShootingPiece[] Pieces { get; }

    /// <summary>All times since a piece's start at which any piece is compared or continued, rising from 0.</summary>
    public double[] Times { get; }

    /// <summary>Whether every series is one piece.</summary>
    public bool IsWhole => !Array.Exists(Pieces, static piece => piece.HasNext);

    /// <summary>The row and time at which the solve passes a point of a series.</summary>
    public (int Row, int Time) Place(int series, int point) => _places[(series, point)];

    /// <summary>The time at which a piece reaches the start of the next.</summary>
    public int BorderTime(TimeSeriesSet series, int row)
    {
        ReadOnlySpan<double> times = series.Series[Pieces[row].Series].Times;
        return TimeIndex(times[Pieces[row].Last] - times[Pieces[row].First]);
    }

    private double[] UnionOfTimes(TimeSeriesSet series)
    {
        List<double> all = [0];
        foreach (ShootingPiece piece in Pieces)
        {
            ReadOnlySpan<double> times = series.Series[piece.Series].Times;
            for (int point = piece.First + 1; point <= piece.Last; point++)
            {
                if (point == piece.Last || series.Series[piece.Series].IsObserved(point))
                {
                    all.Add(times[point] - times[piece.First]);
                }
            }
        }

        all.Sort();

        // On a regular grid the same distance comes out differently rounded from different starts.
        double slack = 1e-9 * all[^1];
        List<double> union = [0];
        foreach (double time in all)
        {
            if (time > union[^1] + slack)
            {
                union.Add(time);
            }
        }

        return [.. union];
    }

    /// <summary>The nearest time of the union.</summary>
    private int TimeIndex(double time)
    {
        int index = Array.BinarySearch(Times, time);
        if (index >= 0)
        {
            return index;
        }

        index = ~index;
        return index == Times.Length || (index > 0 && time - Times[index - 1] < Times[index] - time) ? index - 1 : index;
    }
}
