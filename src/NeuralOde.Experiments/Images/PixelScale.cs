namespace NeuralOde.Experiments.Images;

/// <summary>How pixels become inputs of a model: brightness from 0 to 1, minus the mean, divided by the standard deviation.</summary>
/// <param name="Mean">The mean brightness of the training images, from 0 to 1.</param>
/// <param name="Deviation">Its standard deviation, above 0.</param>
public readonly record struct PixelScale(double Mean, double Deviation)
{
    /// <summary>The constants in use for MNIST: mean 0.1307, deviation 0.3081 over all pixels of the training images.</summary>
    public static PixelScale Mnist { get; } = new(0.1307, 0.3081);

    /// <summary>The constants in use for Fashion-MNIST: mean 0.2860, deviation 0.3530 over all pixels of the training images.</summary>
    public static PixelScale FashionMnist { get; } = new(0.2860, 0.3530);

    /// <summary>The input for each of the 256 values of a pixel.</summary>
    /// <returns>A table of 256 values.</returns>
    /// <exception cref="InvalidOperationException">The deviation is not above 0.</exception>
    public float[] Table()
    {
        if (!(Deviation > 0) || !double.IsFinite(Mean) || !double.IsFinite(Deviation))
        {
            throw new InvalidOperationException(FormattableString.Invariant($"Pixels are scaled by a finite mean and a deviation above 0; got {Mean} and {Deviation}."));
        }

        float[] table = new float[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = (float)(((i / 255.0) - Mean) / Deviation);
        }

        return table;
    }
}
