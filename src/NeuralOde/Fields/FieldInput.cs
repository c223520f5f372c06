namespace NeuralOde.Fields;

/// <summary>A named input that a field is compiled for: its name and shape are fixed then, its values are given with each solve.</summary>
public sealed record FieldInput
{
    /// <summary>Describes an input.</summary>
    /// <param name="name">The name by which the field reads it.</param>
    /// <param name="shape">The shape of its values: that of one value for the whole batch, or with a row for each sample.</param>
    /// <param name="needsGradient">Whether a backward pass takes its gradient. Without, it costs a backward pass nothing.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public FieldInput(string name, Shape shape, bool needsGradient = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Shape = shape;
        NeedsGradient = needsGradient;
    }

    /// <summary>The name by which the field reads it.</summary>
    public string Name { get; }

    /// <summary>The shape of its values.</summary>
    public Shape Shape { get; }

    /// <summary>Whether a backward pass takes its gradient.</summary>
    public bool NeedsGradient { get; init; }

    /// <summary>
    /// Whether its values are times, which are in double precision whatever the state's element type. What a field computes of times, numbers and a few parameters alone is
    /// computed in double precision, and rounded where it meets the state.
    /// </summary>
    /// <value>Default false.</value>
    public bool IsTime { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";
}
