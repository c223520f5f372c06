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
/// <remarks>
/// A solve gives all its rows at all its times. Irregular pieces share no times, so the states of one solve over all pieces grow with the square of the
/// observations; beyond <see cref="MostStates"/> the pieces are solved in batches, which makes memory and work grow with the observations.
/// </remarks>
internal sealed class ShootingPieces
{
    /// <summary>The most states, rows times times, of one solve over all pieces.</summary>
    public const int MostStates = 1 << 19;

    /// <summary>About how many times a batch has: more would cost more to interpolate than the steps cost to take.</summary>
    private const int BatchTimes = 512;

    /// <summary>Fewer rows would leave vectors empty.</summary>
    private const int LeastBatchRows = 16;

    private readonly (int Row, int Time)[][] _places;

    /// <param name="series">Standardized series in model time, each with at least two observed points.</param>
    /// <param name="length">About how many observed intervals a piece has.</param>
    /// <param name="mostStates">The most states of one solve over all pieces.</param>
    public ShootingPieces(TimeSeriesSet series, int length, int mostStates = MostStates)
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
        Batches = MakeBatches(series, length, mostStates);
        _places = [.. series.Series.Select(static one => new (int, int)[one.Count])];
        foreach (ShootingBatch batch in Batches)
        {
            for (int row = batch.First; row < batch.First + batch.Count; row++)
            {
                ReadOnlySpan<double> times = series.Series[Pieces[row].Series].Times;
                int end = Pieces[row].HasNext ? Pieces[row].Last - 1 : Pieces[row].Last;
                for (int point = Pieces[row].First; point <= end; point++)
                {
                    _places[Pieces[row].Series][point] = (row, batch.TimeIndex(times[point] - times[Pieces[row].First]));
                }
            }
        }
    }

    public ShootingPiece[] Pieces { get; }

    /// <summary>The pieces, in order, by what is solved at once.</summary>
    public ShootingBatch[] Batches { get; }

    /// <summary>Whether every series is one piece.</summary>
    public bool IsWhole => !Array.Exists(Pieces, static piece => piece.HasNext);

    /// <summary>The row and the time of its batch at which the solve passes a point of a series, from the first observed point to the last.</summary>
    public (int Row, int Time) Place(int series, int point) => _places[series][point];

    private ShootingBatch[] MakeBatches(TimeSeriesSet series, int length, int mostStates)
    {
        double[] all = UnionOfTimes(series, 0, Pieces.Length);
        if ((long)all.Length * Pieces.Length <= mostStates)
        {
            return [new ShootingBatch(0, Pieces.Length, all)];
        }

        int rows = Math.Max(LeastBatchRows, BatchTimes / length);
        int count = (Pieces.Length + rows - 1) / rows;
        return [.. Enumerable.Range(0, count).Select(i => Batch(Border(i), Border(i + 1)))];

        // As even as whole numbers allow: there are two sizes of batches at most, and as many compiled programs.
        int Border(int i) => (int)((long)i * Pieces.Length / count);

        ShootingBatch Batch(int first, int end) => new(first, end - first, UnionOfTimes(series, first, end));
    }

    private double[] UnionOfTimes(TimeSeriesSet series, int first, int end)
    {
        List<double> all = [0];
        foreach (ShootingPiece piece in Pieces.AsSpan(first, end - first))
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
}
