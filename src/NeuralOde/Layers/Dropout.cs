namespace NeuralOde.Layers;

/// <summary>
/// In training each element is set to 0 with some probability and the others are enlarged, so that the mean stays; in evaluation nothing
/// is done (Srivastava et al. 2014).
/// </summary>
public sealed class Dropout : Layer
{
    private readonly RandomSource _random;

    /// <summary>Makes the layer.</summary>
    /// <param name="probability">Of an element being dropped, at least 0 and below 1.</param>
    /// <param name="random">Where the draws come from; a split of <see cref="RandomSource.Default"/> if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside its range.</exception>
    public Dropout(double probability = 0.5, RandomSource? random = null)
    {
        Probability = probability is >= 0 and < 1
            ? probability
            : throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability of dropping an element is at least 0 and below 1.");
        _random = random ?? RandomSource.Default.Split();
    }

    /// <summary>The probability of an element being dropped.</summary>
    public double Probability { get; }

    /// <summary>Drops elements, in training.</summary>
    /// <param name="x">Any shape.</param>
    /// <returns>A tensor of that shape.</returns>
    /// <exception cref="InvalidOperationException">
    /// In training, inside a compiled function: its draws would be frozen. Give the noise as an argument of the function, and use
    /// <see cref="Forward(Tensor, Tensor)"/>.
    /// </exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!IsTraining || Probability == 0)
        {
            return x;
        }

        return Trace.Current is null
            ? Forward(x, _random.Uniform(x.Shape, dtype: x.DType))
            : throw new InvalidOperationException(
                "Dropout in training cannot draw inside a compiled function: the draws of this moment would be kept for good, and a solver needs a function, not noise. "
                + "Switch the layer to evaluation, or draw the noise outside, hand it to the function as an argument, and call Forward(x, noise).");
    }

    /// <summary>Drops elements where given noise says so, in training.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="noise">
    /// Draws from the uniform distribution on [0, 1), of that shape or one that broadcasts to it; an element is dropped where its draw is below
    /// <see cref="Probability"/>.
    /// </param>
    /// <returns>A tensor of that shape.</returns>
    public Tensor Forward(Tensor x, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(noise);
        return IsTraining && Probability > 0 ? x * (noise.GreaterOrEqual(Tensor.Scalar(Probability, x.DType)) * (1 / (1 - Probability))) : x;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Dropout(Probability, new RandomSource(0) { State = _random.State });
}
