namespace NeuralOde.Layers;

/// <summary>A layer and a way around it, added up: <c>s(x) + f(x)</c> (He et al. 2016). One such block is one Euler step of length 1 of <c>dz/dt = f(z)</c>.</summary>
public sealed class ResidualBlock : Layer
{
    /// <summary>Makes the block.</summary>
    /// <param name="body">The layer f.</param>
    /// <param name="shortcut">The way around s, where the shape changes; the identity if not given.</param>
    public ResidualBlock(Layer body, Layer? shortcut = null)
    {
        Body = AddModule("body", body);
        Shortcut = shortcut is null ? null : AddModule("shortcut", shortcut);
    }

    /// <summary>The layer f.</summary>
    public Layer Body { get; }

    /// <summary>The way around, if it is not the identity.</summary>
    public Layer? Shortcut { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The two branches return different shapes.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor around = Shortcut?.Invoke(x) ?? x;
        Tensor f = Body.Invoke(x);
        return f.Shape == around.Shape
            ? around + f
            : throw new ArgumentException(
                $"A residual block adds what has one shape; its body returns {f.Shape} and the way around it {around.Shape}. Give it a shortcut that changes the shape likewise.",
                nameof(x));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new ResidualBlock(cloner.Clone(Body), Shortcut is null ? null : cloner.Clone(Shortcut));
}
