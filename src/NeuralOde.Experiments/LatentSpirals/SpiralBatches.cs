namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>
/// Draws training batches: some spirals, each once an epoch in random order, and a span of consecutive points of which some are kept, in order. All spirals of
/// a batch share span and points. What comes next depends on the random source and the position in the epoch alone.
/// </summary>
internal sealed class SpiralBatches : SeriesBatchSource
{
    private readonly SpiralSet _set;
    private readonly int _batchSize;
    private readonly int _shortestSpan;
    private readonly int _longestSpan;
    private readonly IReadOnlyList<int> _keptCounts;
    private readonly ShuffledOrder _order;

    /// <param name="set">The spirals.</param>
    /// <param name="batchSize">Spirals per batch, at most as many as there are.</param>
    /// <param name="shortestSpan">The least points of a span; every number from here to the most is as likely.</param>
    /// <param name="longestSpan">The most points of a span, fewer than a spiral has.</param>
    /// <param name="keptCounts">How many of them are kept: one of these, each as likely as any other; all of a span that has fewer.</param>
    /// <param name="random">What batches are drawn with.</param>
    public SpiralBatches(SpiralSet set, int batchSize, int shortestSpan, int longestSpan, IReadOnlyList<int> keptCounts, RandomSource random)
        : base(random)
    {
        (_set, _batchSize, _shortestSpan, _longestSpan, _keptCounts) = (set, batchSize, shortestSpan, longestSpan, keptCounts);
        _order = new ShuffledOrder(set.Count, random);
    }

    public override IReadOnlyList<long> Position
    {
        get => _order.Position;
        set => _order.Position = value;
    }

    public override SeriesBatch Next()
    {
        ReadOnlySpan<int> spirals = _order.Next(_batchSize);

        // As the write-up draws it: the last span ends one point before the series does.
        int span = _shortestSpan == _longestSpan ? _longestSpan : _shortestSpan + Random.NextInteger(_longestSpan - _shortestSpan + 1);
        int start = Random.NextInteger(SpiralSet.TimeCount - span);
        int[] times = Subset(span, Math.Min(span, _keptCounts[Random.NextInteger(_keptCounts.Count)]), Random);
        return _set.Batch(spirals, Array.ConvertAll(times, i => start + i));
    }

    /// <summary>So many of the numbers below a bound, rising; each subset is as likely as any other (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).</summary>
    public static int[] Subset(int bound, int count, RandomSource random)
    {
        int[] chosen = new int[count];
        int found = 0;
        for (int i = 0; found < count; i++)
        {
            if (bound - i == count - found || random.NextUniform() * (bound - i) < count - found)
            {
                chosen[found++] = i;
            }
        }

        return chosen;
    }
}
