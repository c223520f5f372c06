using NeuralOde.Layers;

namespace NeuralOde.Flows.Discrete;

/// <summary>
/// An affine coupling layer (RealNVP: Dinh et al. 2017, arXiv 1605.08803): half of the components pass, and a network makes of them a scale and a shift for the others,
/// <c>y = x·exp(s) + t</c>. The scale is <c>s = c·tanh(·)</c> with c learned.
/// </summary>
/// <remarks>The inverse has a closed form and is differentiable.</remarks>
public sealed class AffineCouplingLayer : FlowLayer
{
    private readonly int[] _hidden;
    private readonly Activation _activation;
    private readonly Mlp _network;

    /// <summary>Makes a layer.</summary>
    /// <param name="dimension">The number of components of a point, at least 2.</param>
    /// <param name="passesFirst">Whether the first half of the components, rounded up, passes; else the others do. Layers of a flow take turns.</param>
    /// <param name="hidden">The widths of the network's hidden layers.</param>
    /// <param name="activation">What stands between its layers; <see cref="Activation.Tanh"/> if not given.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 2, so that nothing could pass, or a width is below 1.</exception>
    public AffineCouplingLayer(
        int dimension, bool passesFirst, IReadOnlyList<int> hidden, Activation? activation = null, RandomSource? random = null, DType dtype = DType.Float32)
        : base(dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 2);
        ArgumentNullException.ThrowIfNull(hidden);
        PassesFirst = passesFirst;
        _hidden = [.. hidden];
        _activation = activation ?? Activation.Tanh;
        (int passing, int moving) = passesFirst ? (First, dimension - First) : (dimension - First, First);
        _network = AddModule("network", new Mlp(passing, hidden, 2 * moving, _activation, random, dtype));
        Scale = AddParameter("scale", Tensor.Ones([moving], dtype));
    }

    /// <summary>Whether the first half of the components passes.</summary>
    public bool PassesFirst { get; }

    /// <summary>The largest logarithm of the scale of each component that moves.</summary>
    public Parameter Scale { get; }

    private int First => (Dimension + 1) / 2;

    /// <inheritdoc/>
    public override FlowMap Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        (Tensor passing, Tensor moving) = Split(x);
        (Tensor scale, Tensor shift) = Map(passing);
        return new FlowMap(Join(passing, (moving * scale.Exp()) + shift), scale.Sum([1]));
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y)
    {
        ArgumentNullException.ThrowIfNull(y);
        (Tensor passing, Tensor moving) = Split(y);
        (Tensor scale, Tensor shift) = Map(passing);
        return Join(passing, (moving - shift) * (-scale).Exp());
    }

    private (Tensor Scale, Tensor Shift) Map(Tensor passing)
    {
        Tensor both = _network.Forward(passing);
        int moving = Scale.Shape[0];
        return (both.Slice(1, 0, moving).Tanh() * Scale, both.Slice(1, moving, moving));
    }

    private (Tensor Passing, Tensor Moving) Split(Tensor x)
    {
        Tensor first = x.Slice(1, 0, First), second = x.Slice(1, First, Dimension - First);
        return PassesFirst ? (first, second) : (second, first);
    }

    private Tensor Join(Tensor passing, Tensor moving) => Tensor.Concatenate(PassesFirst ? [passing, moving] : [moving, passing], 1);

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new AffineCouplingLayer(Dimension, PassesFirst, _hidden, _activation, new RandomSource(0), Scale.DType);
}
