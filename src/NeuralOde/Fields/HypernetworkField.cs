using NeuralOde.Layers;

namespace NeuralOde.Fields;

/// <summary>
/// A sum of hidden units whose weights are functions of time, given by another network: <c>f(t, z) = 1/width · Σ u_n σ(g_n) tanh(w_n·z + b_n)</c> with
/// <c>(w, u, g, b) = network(t)</c>, as in the example of a continuous flow by the authors of Chen et al. 2018. Its divergence has a closed form.
/// </summary>
/// <remarks>
/// First values are those of <see cref="Mlp"/>, but the weight of the network's last layer is twice as wide: flows whose units differ in time from the start learn faster.
/// </remarks>
public sealed class HypernetworkField : VectorField
{
    private const double FirstWidth = 2;

    private readonly int _size;
    private readonly int _width;

    /// <summary>Makes the field.</summary>
    /// <param name="size">The number of components of the state, at least 1.</param>
    /// <param name="width">The number of hidden units, at least 1.</param>
    /// <param name="hidden">The width of the two hidden layers of the network that gives the weights, at least 1.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public HypernetworkField(int size, int width = 64, int hidden = 32, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (_size, _width) = (size, width);
        Network = AddModule("network", new Mlp(1, [hidden, hidden], width * ((3 * size) + 1), Activation.Tanh, random, dtype));
        Widen(Network.Layers[^1].Weight);
    }

    /// <summary>The network from time to the weights: w, u and g, each <c>[width, size]</c>, then b, <c>[width]</c>, one after the other.</summary>
    public Mlp Network { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        (Tensor weight, Tensor scale, Tensor bias) = Weights(t);
        return HiddenUnits.Value(z, weight, bias, scale, Activation.Tanh);
    }

    /// <inheritdoc/>
    public override (Tensor Derivative, Tensor Divergence)? ForwardWithDivergence(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        (Tensor weight, Tensor scale, Tensor bias) = Weights(t);
        return HiddenUnits.WithDivergence(z, weight, bias, scale, Activation.Tanh);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new HypernetworkField(_size, _width, Network.Layers[0].Weight.Shape[0], new RandomSource(0), Network.Layers[0].Weight.DType);

    private static void Widen(Parameter weight)
    {
        Tensor wide = FirstWidth * weight.Detach();
        if (weight.DType == DType.Float32)
        {
            weight.SetValues(wide.AsSpan<float>());
        }
        else
        {
            weight.SetValues(wide.AsSpan<double>());
        }
    }

    private (Tensor Weight, Tensor Scale, Tensor Bias) Weights(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentException.ThrowIf(t.ElementCount != 1, $"Time is one number for all points; got shape {t.Shape}.", nameof(t));
        Tensor all = Network.Forward(t.Reshape([1, 1])).Reshape([Network.Layers[^1].Weight.Shape[0]]);
        int block = _width * _size;
        Tensor Block(int index) => all.Slice(0, index * block, block).Reshape([_width, _size]);
        return (Block(0), Block(1) * Block(2).Sigmoid() * (1.0 / _width), all.Slice(0, 3 * block, _width));
    }
}
