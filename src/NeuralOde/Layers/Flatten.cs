namespace NeuralOde.Layers;

/// <summary>Joins all axes but the first, the batch: <c>[batch, …]</c> to <c>[batch, elements]</c>.</summary>
public sealed class Flatten : Layer
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no axis for the batch.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank > 0
            ? x.Reshape([x.Shape[0], x.Shape.Slice(1..).ElementCount])
            : throw new ArgumentException("Flatten takes [batch, …]; got a scalar.", nameof(x));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Flatten();
}
