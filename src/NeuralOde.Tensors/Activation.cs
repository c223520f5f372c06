using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Tensors;

/// <summary>The function between two layers, applied element by element.</summary>
public sealed class Activation : IParsable<Activation>
{
    private static readonly List<Activation> s_all = [];
    private readonly UnaryFunction? _function;

    private Activation(UnaryFunction? function)
    {
        _function = function;
        s_all.Add(this);
    }

    /// <summary>None: x.</summary>
    public static Activation Identity { get; } = new(null);

    /// <summary>The hyperbolic tangent.</summary>
    public static Activation Tanh { get; } = new(ActivationFunctions.Tanh);

    /// <summary>The exponential linear unit, α = 1 (Clevert et al. 2016).</summary>
    public static Activation Elu { get; } = new(ActivationFunctions.Elu);

    /// <summary>The scaled exponential linear unit, λx or λα(eˣ − 1), which keeps means of 0 and variances of 1 (Klambauer et al. 2017).</summary>
    public static Activation Selu { get; } = new(ActivationFunctions.Selu);

    /// <summary>max(x, 0). Not smooth, which an adaptive solver notices.</summary>
    public static Activation Relu { get; } = new(ActivationFunctions.Relu);

    /// <summary>The logistic function.</summary>
    public static Activation Sigmoid { get; } = new(ActivationFunctions.Sigmoid);

    /// <summary>ln(1 + eˣ).</summary>
    public static Activation Softplus { get; } = new(ActivationFunctions.Softplus);

    /// <summary>The sine, as in SIREN (Sitzmann et al. 2020).</summary>
    public static Activation Sin { get; } = new(UnaryFunctions.Sin);

    /// <summary>x / (1 + e⁻ˣ), also called swish (Elfwing et al. 2018).</summary>
    public static Activation Silu { get; } = new(ActivationFunctions.Silu);

    /// <summary>x·Φ(x) with the normal distribution function Φ (Hendrycks, Gimpel 2016).</summary>
    public static Activation Gelu { get; } = new(ActivationFunctions.Gelu);

    /// <summary>The same with Φ in its tanh form.</summary>
    public static Activation GeluTanh { get; } = new(ActivationFunctions.GeluTanh);

    /// <summary>All activations, in the order of their declaration.</summary>
    public static IReadOnlyList<Activation> All => s_all;

    /// <summary>The name: <c>Tanh</c>.</summary>
    public string Name => _function?.Name ?? nameof(Identity);

    /// <summary>The activation of each element.</summary>
    /// <param name="x">The argument.</param>
    /// <returns>A tensor of the argument's shape.</returns>
    public Tensor Apply(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return _function is null ? x : new Unary(_function).Apply(x);
    }

    /// <summary>The derivative of the activation at each element.</summary>
    /// <param name="x">The argument.</param>
    /// <param name="value">What <see cref="Apply"/> gives for it; most derivatives are computed from that.</param>
    /// <returns>A tensor of the argument's shape; at a kink the derivative from the left.</returns>
    public Tensor Derivative(Tensor x, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(value);
        if (this == Tanh)
        {
            // The most common one, without reading a tensor of ones.
            return 1.0 - value.Square();
        }

        var ones = Tensor.Ones(x.Shape, x.DType);
        return _function is null ? ones : _function.Pullback(x, value, ones) ?? Tensor.Zeros(x.Shape, x.DType);
    }

    /// <summary>The activation of a name.</summary>
    /// <param name="text">The name, in upper or lower case.</param>
    /// <returns>The activation.</returns>
    /// <exception cref="FormatException">No activation has this name.</exception>
    public static Activation Parse(string text) => TryParse(text, out Activation? activation)
        ? activation
        : throw new FormatException($"'{text}' is no activation; activations are {string.Join(", ", s_all)}.");

    /// <summary>The activation of a name, where there is one.</summary>
    /// <param name="text">The name, in upper or lower case.</param>
    /// <param name="activation">The activation.</param>
    /// <returns>Whether an activation has this name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Activation? activation) =>
        (activation = s_all.Find(x => string.Equals(x.Name, text, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <inheritdoc/>
    static Activation IParsable<Activation>.Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    static bool IParsable<Activation>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Activation result) => TryParse(s, out result);

    /// <summary>The name.</summary>
    /// <returns>The same as <see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
