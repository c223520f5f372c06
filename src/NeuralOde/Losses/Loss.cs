namespace NeuralOde.Losses;

/// <summary>Scalar measures of how far predictions are from observations.</summary>
public static class Loss
{
    /// <summary>The mean over all elements of the squared difference.</summary>
    /// <param name="predicted">Predictions, of any shape.</param>
    /// <param name="observed">Observations, of the same shape.</param>
    /// <returns>A scalar.</returns>
    public static Tensor MeanSquared(Tensor predicted, Tensor observed) => Difference(predicted, observed).Square().Mean();

    /// <summary>The mean over all elements of the absolute difference.</summary>
    /// <inheritdoc cref="MeanSquared(Tensor, Tensor)"/>
    public static Tensor MeanAbsolute(Tensor predicted, Tensor observed) => Difference(predicted, observed).Abs().Mean();

    /// <summary>The squared difference, averaged over the elements that were observed.</summary>
    /// <param name="predicted">Predictions.</param>
    /// <param name="observed">Observations; what stands where none was made is ignored, even NaN.</param>
    /// <param name="mask">1 where an observation was made, else 0; broadcasts with the others.</param>
    /// <returns>A scalar; 0 where nothing was observed.</returns>
    public static Tensor MeanSquared(Tensor predicted, Tensor observed, Tensor mask) => Masked(predicted, observed, mask, static x => x.Square());

    /// <summary>The absolute difference, averaged over the elements that were observed.</summary>
    /// <inheritdoc cref="MeanSquared(Tensor, Tensor, Tensor)"/>
    public static Tensor MeanAbsolute(Tensor predicted, Tensor observed, Tensor mask) => Masked(predicted, observed, mask, static x => x.Abs());

    /// <summary>Huber's loss: squared within a threshold, linear beyond, so that outliers pull less (Huber 1964).</summary>
    /// <param name="predicted">Predictions.</param>
    /// <param name="observed">Observations.</param>
    /// <param name="threshold">Where the two pieces meet, above 0.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Huber(Tensor predicted, Tensor observed, double threshold = 1)
    {
        ArgumentOutOfRangeException.ThrowIf(!(threshold > 0), nameof(threshold), threshold, "Huber's threshold is above 0.");
        Tensor size = Difference(predicted, observed).Abs();
        var limit = Tensor.Scalar(threshold, size.DType);
        return Tensor.Where(size.Less(limit), 0.5 * size.Square(), threshold * (size - (0.5 * threshold))).Mean();
    }

    /// <summary>
    /// The negative logarithm of the normal density of observations around predictions, <c>½((x − x̂)/σ)² + ln σ + ½ ln 2π</c>, averaged over the
    /// elements that were observed.
    /// </summary>
    /// <param name="predicted">Predictions x̂.</param>
    /// <param name="observed">Observations x; what stands where none was made is ignored, even NaN.</param>
    /// <param name="deviation">The standard deviation σ, above 0; broadcasts with the others.</param>
    /// <param name="mask">1 where an observation was made, else 0; broadcasts with the others. All were made if not given.</param>
    /// <returns>A scalar, in nats; 0 where nothing was observed.</returns>
    public static Tensor GaussianNegativeLogLikelihood(Tensor predicted, Tensor observed, Tensor deviation, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(deviation);
        const double HalfLogTwoPi = 0.91893853320467274178;
        Tensor difference = Difference(predicted, observed);
        if (mask is null)
        {
            return (0.5 * (difference / deviation).Square()).Mean() + deviation.Log().BroadcastTo(difference.Shape).Mean() + HalfLogTwoPi;
        }

        Tensor wide = mask.BroadcastTo(difference.Shape);
        var zero = Tensor.Scalar(0, difference.DType);
        Tensor each = (0.5 * (Tensor.Where(wide, difference, zero) / deviation).Square()) + deviation.Log() + HalfLogTwoPi;
        return Tensor.Where(wide, each, zero).Sum() / Tensor.Maximum(wide.Sum(), Tensor.Scalar(1, difference.DType));
    }

    /// <summary>
    /// The Kullback-Leibler divergence of normal distributions with independent components from the standard one, <c>−½ Σ (1 + ln σ² − μ² − σ²)</c>:
    /// summed over the last axis, averaged over the others.
    /// </summary>
    /// <param name="mean">The means μ, <c>[…, components]</c>.</param>
    /// <param name="logVariance">ln σ², of the same shape.</param>
    /// <returns>A scalar, in nats.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or are those of scalars.</exception>
    public static Tensor KullbackLeibler(Tensor mean, Tensor logVariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(logVariance);
        return mean.Shape == logVariance.Shape && mean.Rank > 0
            ? 0.5 * (logVariance.Exp() + mean.Square() - logVariance - 1).Sum([-1]).Mean()
            : throw new ArgumentException($"Means and logarithms of variances have one shape [..., components]; got {mean.Shape} and {logVariance.Shape}.", nameof(logVariance));
    }

    /// <summary>Cross entropy of a classifier: the negative logarithm of the probability that it gives to the true class, averaged over the batch.</summary>
    /// <param name="logits">Logarithms of the classes' probabilities but for a constant, <c>[batch, classes]</c>.</param>
    /// <param name="labels">The number of each row's class, from 0.</param>
    /// <returns>A scalar, in units of the natural logarithm; ln classes for a guess.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is the number of no class.</exception>
    public static Tensor CrossEntropy(Tensor logits, ReadOnlySpan<int> labels) => CrossEntropy(logits, Classification.Labels(logits, labels));

    /// <summary>The same with labels as a tensor, which may be an argument of a compiled function.</summary>
    /// <param name="logits">Logarithms of the classes' probabilities but for a constant, <c>[batch, classes]</c>.</param>
    /// <param name="labels">The number of each row's class, <c>[batch]</c>, whole numbers in the logits' type. One that is the number of no class makes the loss NaN.</param>
    /// <returns>A scalar, in units of the natural logarithm.</returns>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return logits.CrossEntropy(labels).Mean();
    }

    private static Tensor Difference(Tensor predicted, Tensor observed)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(observed);
        return predicted.Shape == observed.Shape
            ? predicted - observed
            : throw new ArgumentException(
                $"Predictions have shape {predicted.Shape} and observations {observed.Shape}. "
                    + "A loss compares one with one; repeat or reshape one of them if that is what is meant.",
                nameof(observed));
    }

    private static Tensor Masked(Tensor predicted, Tensor observed, Tensor mask, Func<Tensor, Tensor> measure)
    {
        ArgumentNullException.ThrowIfNull(mask);
        Tensor difference = Difference(predicted, observed);

        // Chosen before it is squared, and by Where, not by a product: a missing observation may be NaN, NaN · 0 is NaN, and so
        // would be its gradient.
        Tensor wide = mask.BroadcastTo(difference.Shape);
        var kept = Tensor.Where(wide, difference, Tensor.Scalar(0, difference.DType));
        var count = Tensor.Maximum(wide.Sum(), Tensor.Scalar(1, difference.DType));
        return measure(kept).Sum() / count;
    }
}
