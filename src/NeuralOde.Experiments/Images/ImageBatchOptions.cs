namespace NeuralOde.Experiments.Images;

/// <summary>How images are put into batches.</summary>
public sealed record ImageBatchOptions
{
    /// <summary>Images in a batch; an epoch's last one holds what is left.</summary>
    /// <value>At least 1; default 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Whether each epoch has its own order instead of the data's.</summary>
    /// <value>Default true.</value>
    public bool IsShuffled { get; init; } = true;

    /// <summary>Each image is moved by up to this many pixels in each direction, again in each epoch.</summary>
    /// <value>From 0, which moves none (the default), to one less than an image's shorter side.</value>
    public int MaxShift { get; init; }

    /// <summary>How pixels become inputs.</summary>
    /// <value>Default <see cref="PixelScale.Mnist"/>.</value>
    public PixelScale Scale { get; init; } = PixelScale.Mnist;

    /// <summary>The random numbers' seed.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }
}
