namespace NeuralOde.Flows.Discrete;

/// <summary>An invertible map of points with a determinant that is cheap: one layer of a <see cref="DiscreteFlow"/>.</summary>
public abstract class FlowLayer : Module
{
    /// <summary>Describes a layer.</summary>
    /// <param name="dimension">The number of components of a point, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1.</exception>
    protected FlowLayer(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        Dimension = dimension;
    }

    /// <summary>The number of components of a point.</summary>
    public int Dimension { get; }

    /// <summary>Maps points.</summary>
    /// <param name="x">Points, <c>[batch, dimension]</c>.</param>
    /// <returns>Their images, and the logarithms of the determinants; both differentiable.</returns>
    public abstract FlowMap Forward(Tensor x);

    /// <summary>Maps images back.</summary>
    /// <param name="y">Images, <c>[batch, dimension]</c>.</param>
    /// <returns>The points; without a gradient where the inverse is found numerically.</returns>
    public abstract Tensor Inverse(Tensor y);
}

/// <summary>Where a map takes points, and what it does to volumes there.</summary>
/// <param name="Points">The images, <c>[batch, dimension]</c>.</param>
/// <param name="LogDeterminant"><c>log |det ∂image/∂point|</c>, in nats, <c>[batch]</c>.</param>
public readonly record struct FlowMap(Tensor Points, Tensor LogDeterminant);
