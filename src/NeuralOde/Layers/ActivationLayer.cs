using NeuralOde.Tensors;

namespace NeuralOde.Layers;

/// <summary>An activation as a layer, for <see cref="Sequential"/>.</summary>
/// <param name="activation">Which function.</param>
public sealed class ActivationLayer(Activation activation) : Layer
{
    /// <summary>Which function.</summary>
    public Activation Activation { get; } = Enum.IsDefined(activation)
        ? activation
        : throw new ArgumentOutOfRangeException(nameof(activation), activation, $"Activations are {string.Join(", ", Enum.GetNames<Activation>())}.");

    internal override string Label => Activation.ToString();

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Activation.Apply(x);
}
