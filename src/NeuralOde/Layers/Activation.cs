using NeuralOde.Tensors;

namespace NeuralOde.Layers;

/// <summary>The function between two layers, applied element by element.</summary>
public enum Activation
{
    /// <summary>None: x.</summary>
    Identity,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>The exponential linear unit, α = 1.</summary>
    Elu,

    /// <summary>max(x, 0). Not smooth, which an adaptive solver notices.</summary>
    Relu,

    /// <summary>The logistic function.</summary>
    Sigmoid,

    /// <summary>ln(1 + eˣ).</summary>
    Softplus,

    /// <summary>The sine, as in SIREN (Sitzmann et al. 2020).</summary>
    Sin,

    /// <summary>x / (1 + e⁻ˣ), also called swish (Elfwing et al. 2018).</summary>
    Silu,

    /// <summary>x·Φ(x) with the normal distribution function Φ (Hendrycks, Gimpel 2016).</summary>
    Gelu,

    /// <summary>The same with Φ in its tanh form.</summary>
    GeluTanh,
}

/// <summary>Applies activations.</summary>
public static class Activations
{
    /// <summary>The activation of each element.</summary>
    /// <param name="activation">Which function.</param>
    /// <param name="x">The argument.</param>
    /// <returns>A tensor of the argument's shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
    public static Tensor Apply(this Activation activation, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return activation switch
        {
            Activation.Identity => x,
            Activation.Tanh => x.Tanh(),
            Activation.Elu => x.Elu(),
            Activation.Relu => x.Relu(),
            Activation.Sigmoid => x.Sigmoid(),
            Activation.Softplus => x.Softplus(),
            Activation.Sin => x.Sin(),
            Activation.Silu => x.Silu(),
            Activation.Gelu => x.Gelu(),
            Activation.GeluTanh => x.Gelu(tanh: true),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, $"Activations are {string.Join(", ", Enum.GetNames<Activation>())}."),
        };
    }
}
