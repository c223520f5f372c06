namespace NeuralOde.Losses;

/// <summary>A normal distribution with independent components: what an encoder says about a latent state.</summary>
/// <param name="Mean">The means, <c>[…, components]</c>.</param>
/// <param name="LogVariance">The logarithms of the variances, of the same shape.</param>
public sealed record DiagonalGaussian(Tensor Mean, Tensor LogVariance)
{
    /// <summary>The standard deviations, of the means' shape.</summary>
    public Tensor Deviation => (0.5 * LogVariance).Exp();

    /// <summary>A draw as a function of mean and variance, so that gradients reach both: <c>μ + σ·ε</c> (Kingma, Welling 2014, arXiv 1312.6114).</summary>
    /// <param name="noise">ε, standard normal draws of the means' shape; fixed ones make an objective that can be repeated.</param>
    /// <returns>The draw.</returns>
    /// <exception cref="ArgumentException">The noise has another shape.</exception>
    public Tensor Sample(Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return noise.Shape == Mean.Shape
            ? Mean + (Deviation * noise)
            : throw new ArgumentException($"The noise of a draw has the means' shape {Mean.Shape}; got {noise.Shape}.", nameof(noise));
    }

    /// <summary>A draw whose noise comes from a source.</summary>
    /// <param name="random">The source.</param>
    /// <returns>The draw.</returns>
    public Tensor Sample(RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Sample(random.Normal(Mean.Shape, dtype: Mean.DType));
    }

    /// <summary>The Kullback-Leibler divergence from the standard normal distribution; see <see cref="Loss.KullbackLeibler"/>.</summary>
    /// <returns>A scalar, in nats.</returns>
    public Tensor KullbackLeibler() => Loss.KullbackLeibler(Mean, LogVariance);
}
