namespace NeuralOde.Layers;

/// <summary>An activation as a layer, for <see cref="Sequential"/>.</summary>
/// <param name="activation">Which function.</param>
public sealed class ActivationLayer(Activation activation) : Layer
{
    /// <summary>Which function.</summary>
    public Activation Activation { get; } = activation ?? throw new ArgumentNullException(nameof(activation));

    internal override string Label => Activation.Name;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Activation.Apply(x);

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new ActivationLayer(Activation);
}
