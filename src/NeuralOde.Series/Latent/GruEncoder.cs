using NeuralOde.Layers.Recurrent;

namespace NeuralOde.Series.Latent;

/// <summary>
/// A GRU that reads <c>(x_i, t_{i−1} − t_i)</c> backward in time, and an affine layer from its final state to mean and log-variance
/// (Chen et al. 2018, arXiv 1806.07366, section 5).
/// </summary>
public sealed class GruEncoder : SeriesEncoder
{
    /// <summary>Makes the encoder.</summary>
    /// <param name="components">The number of components of an observation, at least 1.</param>
    /// <param name="hidden">The number of units, at least 1.</param>
    /// <param name="latent">The number of components of the latent state, at least 1.</param>
    /// <param name="readsMask">Whether it reads which values were observed; needed where components are missing.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    public GruEncoder(int components, int hidden, int latent, bool readsMask = false, RandomSource? random = null, DType dtype = DType.Float32)
        : base(components, latent, readsMask)
    {
        Gru = AddModule("gru", new Gru((components * (readsMask ? 2 : 1)) + 1, hidden, reverse: true, random, dtype));
        Head = AddModule("head", new Linear(hidden, 2 * latent, random: random, dtype: dtype));
    }

    /// <summary>What reads the series.</summary>
    public Gru Gru { get; }

    /// <summary>From the final state to means, then logarithms of variances.</summary>
    public Linear Head { get; }

    private protected override Tensor Encode(SeriesBatch batch)
    {
        var x = Tensor.Concatenate([.. Inputs(batch), batch.TimeDifferences()], -1);
        return Head.Forward(Gru.Final(x, mask: batch.StepMask));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new GruEncoder(Components, Gru.HiddenCount, LatentCount, ReadsMask, new RandomSource(0), Head.Weight.DType);
}
