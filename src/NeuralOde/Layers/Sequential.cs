namespace NeuralOde.Layers;

/// <summary>Layers one after the other. The i-th has the name <c>i</c>, counted from 0, in the names of parameters.</summary>
public sealed class Sequential : Layer
{
    private readonly Layer[] _layers;

    /// <summary>Puts layers one after the other.</summary>
    /// <param name="layers">First to last; none gives the identity.</param>
    public Sequential(params Layer[] layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = [.. layers];
        for (int i = 0; i < layers.Length; i++)
        {
            AddModule(i.ToString(CultureInfo.InvariantCulture), layers[i]);
        }
    }

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        foreach (Layer layer in _layers)
        {
            x = layer.Invoke(x);
        }

        return x;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Sequential([.. _layers.Select(cloner.Clone)]);
}
