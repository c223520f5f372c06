namespace NeuralOde.Flows;

/// <summary>The distribution that a flow starts from: one that is easy to draw from and whose density is known.</summary>
/// <remarks>One of your own derives from it. Its parameters, if it registers any, are learned with the flow.</remarks>
public abstract class BaseDistribution : Module
{
    /// <summary>Describes a distribution.</summary>
    /// <param name="dimension">The number of components of a point, at least 1.</param>
    /// <param name="dtype">The element type of its points.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1.</exception>
    protected BaseDistribution(int dimension, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        (Dimension, DType) = (dimension, dtype);
    }

    /// <summary>The number of components of a point.</summary>
    public int Dimension { get; }

    /// <summary>The element type of the points that it draws.</summary>
    public DType DType { get; }

    /// <summary>The logarithm of the density, in nats.</summary>
    /// <param name="z">Points, <c>[batch, dimension]</c>, of either element type.</param>
    /// <returns><c>[batch]</c>; the gradient reaches the points.</returns>
    public abstract Tensor LogDensity(Tensor z);

    /// <summary>Draws points.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns><c>[count, dimension]</c>.</returns>
    public abstract Tensor Sample(int count, RandomSource random);
}
