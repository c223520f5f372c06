using NeuralOde.Losses;

namespace NeuralOde.Series.Latent;

/// <summary>From observed series to what is believed of their latent state at the batch's first time.</summary>
public abstract class SeriesEncoder : Module
{
    private protected SeriesEncoder(int components, int latent, bool readsMask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(latent, 1);
        Components = components;
        LatentCount = latent;
        ReadsMask = readsMask;
    }

    /// <summary>The number of components of an observation.</summary>
    public int Components { get; }

    /// <summary>The number of components of the latent state.</summary>
    public int LatentCount { get; }

    /// <summary>Whether the encoder also reads, for each value, whether it was observed; series with missing components need it.</summary>
    public bool ReadsMask { get; }

    /// <summary>Encodes series.</summary>
    /// <param name="batch">The series.</param>
    /// <returns>The distribution of the latent state at the batch's first time, <c>[batch, latent]</c>.</returns>
    /// <exception cref="ArgumentException">The series have another number of components, or miss some that this encoder was not made for.</exception>
    public DiagonalGaussian Forward(SeriesBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentException.ThrowIf(batch.Components != Components, $"This encoder reads series of {Components} components; these have {batch.Components}.", nameof(batch));
        Tensor parameters = Encode(batch);
        return new DiagonalGaussian(parameters.Slice(-1, 0, LatentCount), parameters.Slice(-1, LatentCount, LatentCount));
    }

    /// <summary>Means and logarithms of variances, <c>[batch, 2 · latent]</c>.</summary>
    private protected abstract Tensor Encode(SeriesBatch batch);

    /// <summary>The values that a recurrent cell reads, and after them which of them were observed.</summary>
    private protected List<Tensor> Inputs(SeriesBatch batch)
    {
        ArgumentException.ThrowIf(
            !ReadsMask && HasMissingComponents(batch),
            "Some steps of these series miss some components, and this encoder could not tell a missing value from 0. Make it with readsMask: true.", nameof(batch));
        List<Tensor> parts = [batch.Values];
        if (ReadsMask)
        {
            parts.Add(batch.ValueMask ?? Tensor.Ones(batch.Values.Shape, batch.Values.DType));
        }

        return parts;
    }

    private static bool HasMissingComponents(SeriesBatch batch) =>
        batch.ValueMask is { } mask && (batch.StepMask is { } steps ? (mask - steps.Unsqueeze(2)).Abs().Max().ToScalar() > 0 : mask.Min().ToScalar() < 1);
}
