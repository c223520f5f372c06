namespace NeuralOde.Series.Latent.Fitting;

/// <summary>
/// Where a trainer's batches come from. What comes next depends on <see cref="Random"/> and on <see cref="Position"/> alone, so that a resumed run
/// sees the same.
/// </summary>
public abstract class SeriesBatchSource
{
    /// <summary>Makes a source.</summary>
    /// <param name="random">What batches are drawn with.</param>
    protected SeriesBatchSource(RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Random = random;
    }

    /// <summary>The random source that batches are drawn with.</summary>
    public RandomSource Random { get; }

    /// <summary>The state kept between batches, other than the random source.</summary>
    /// <value>As many whole numbers each time.</value>
    public abstract IReadOnlyList<long> Position { get; set; }

    /// <summary>Draws the next batch.</summary>
    /// <returns>The batch.</returns>
    public abstract SeriesBatch Next();
}
