using NeuralOde.Layers;

namespace NeuralOde.Fields;

/// <summary>A layer that serves as a vector field: its output is the derivative of its input. Made by <see cref="LayerExtensions.AsField"/>.</summary>
public sealed class LayerField : VectorField
{
    internal LayerField(Layer layer, TimeInput time)
    {
        Layer = AddModule("network", layer);
        Time = time;
    }

    /// <summary>The layer.</summary>
    public Layer Layer { get; }

    /// <summary>How time enters it.</summary>
    public TimeInput Time { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(z);
        return Layer.Forward(Input(t, z));
    }

    /// <inheritdoc/>
    /// <remarks>A closed form for a perceptron with at most one hidden layer.</remarks>
    public override (Tensor Derivative, Tensor Divergence)? ForwardWithDivergence(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(z);
        return z.Rank == 2 && Layer is Mlp network ? network.ForwardWithDivergence(Input(t, z), z.Shape[1]) : null;
    }

    private Tensor Input(Tensor t, Tensor z) => Time == TimeInput.Concatenated ? Tensor.Concatenate([z, t.BroadcastTo(z.Shape.With(-1, 1))], -1) : z;

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new LayerField(cloner.Clone(Layer), Time);
}
