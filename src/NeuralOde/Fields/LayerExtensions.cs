using NeuralOde.Layers;

namespace NeuralOde.Fields;

/// <summary>Makes vector fields of layers.</summary>
public static class LayerExtensions
{
    /// <summary>Lets a layer serve as a vector field: <c>dz/dt = layer(z)</c>, or <c>layer([z, t])</c>.</summary>
    /// <param name="layer">The layer. Its output has the state's shape; its parameters are the field's, under <c>network.</c></param>
    /// <param name="time">How time enters; ignored by default.</param>
    /// <returns>The field.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is none of the choices.</exception>
    /// <example>
    /// <code>
    /// VectorField autonomous = new Mlp(inputs: 2, hidden: [16], outputs: 2).AsField();
    /// VectorField driven = new Mlp(inputs: 3, hidden: [16], outputs: 2).AsField(TimeInput.Concatenated);
    /// </code>
    /// </example>
    public static LayerField AsField(this Layer layer, TimeInput time = TimeInput.Ignored)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Enum.IsDefined(time)
            ? new LayerField(layer, time)
            : throw new ArgumentOutOfRangeException(nameof(time), time, "Time enters a layer not at all or concatenated to the state.");
    }
}
