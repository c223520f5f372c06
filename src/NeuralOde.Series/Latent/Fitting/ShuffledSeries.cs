namespace NeuralOde.Series.Latent.Fitting;

/// <summary>Batches of whole series in random order, each series once per round.</summary>
public sealed class ShuffledSeries : SeriesBatchSource
{
    private readonly IReadOnlyList<TimeSeries> _series;
    private readonly ShuffledOrder _order;
    private readonly int _batchSize;
    private readonly DType _dtype;

    /// <summary>Makes a source.</summary>
    /// <param name="series">At least one series, all of the same number of components.</param>
    /// <param name="batchSize">Series per batch, at least 1; all of them where there are fewer.</param>
    /// <param name="random">What the order is drawn with.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentException">There are no series.</exception>
    public ShuffledSeries(IReadOnlyList<TimeSeries> series, int batchSize, RandomSource random, DType dtype = DType.Float32) : base(random)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentException.ThrowIf(series.Count == 0, "There is at least one series to learn from.", nameof(series));
        _series = series;
        _batchSize = Math.Min(batchSize, series.Count);
        _order = new ShuffledOrder(series.Count, random);
        _dtype = dtype;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<long> Position
    {
        get => _order.Position;
        set => _order.Position = value;
    }

    /// <inheritdoc/>
    public override SeriesBatch Next()
    {
        var batch = new TimeSeries[_batchSize];
        ReadOnlySpan<int> indices = _order.Next(_batchSize);
        for (int i = 0; i < batch.Length; i++)
        {
            batch[i] = _series[indices[i]];
        }

        return SeriesBatch.From(batch, _dtype);
    }
}
