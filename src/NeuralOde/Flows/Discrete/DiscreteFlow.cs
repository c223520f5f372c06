namespace NeuralOde.Flows.Discrete;

/// <summary>Which way the layers of a <see cref="DiscreteFlow"/> go.</summary>
public enum LayerDirection
{
    /// <summary>From the data to the base distribution: densities are cheap and differentiable, for learning by maximum likelihood. The default.</summary>
    DataToBase,

    /// <summary>From the base distribution to the data: draws are cheap and differentiable, for fitting a density that is known up to a factor.</summary>
    BaseToData,
}

/// <summary>A normalizing flow of layers one after the other (Rezende, Mohamed 2015), to compare with <see cref="ContinuousFlow"/>.</summary>
/// <example>
/// <code>
/// DiscreteFlow flow = DiscreteFlow.Coupling(dimension: 2, layers: 8, hidden: [32, 32]);
/// Tensor density = flow.LogDensity(points);
/// Tensor drawn = flow.Sample(100);
/// </code>
/// </example>
public sealed class DiscreteFlow : Module
{
    private readonly FlowLayer[] _layers;

    /// <summary>Makes a flow.</summary>
    /// <param name="layers">The layers, in the order of <paramref name="direction"/>; at least one.</param>
    /// <param name="baseDistribution">The distribution at the other end from the data's.</param>
    /// <param name="direction">Which way the layers go.</param>
    /// <exception cref="ArgumentException">There is no layer, or the dimensions differ.</exception>
    public DiscreteFlow(IReadOnlyList<FlowLayer> layers, BaseDistribution baseDistribution, LayerDirection direction = LayerDirection.DataToBase)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(baseDistribution);
        ArgumentOutOfRangeException.ThrowIf(!Enum.IsDefined(direction), nameof(direction), direction, "Layers go from the data to the base distribution, or back.");
        ArgumentException.ThrowIf(layers.Count == 0, "A flow has at least one layer.", nameof(layers));
        ArgumentException.ThrowIf(
            layers.Any(x => x.Dimension != baseDistribution.Dimension),
            $"All layers have points of the base distribution's {baseDistribution.Dimension} components; got "
                + $"{string.Join(", ", layers.Select(static x => x.Dimension))}.", nameof(layers));
        _layers = [.. layers.Select((x, i) => AddModule($"layer{i}", x))];
        Base = AddModule("base", baseDistribution);
        Direction = direction;
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<FlowLayer> Layers => _layers;

    /// <summary>The distribution at the other end from the data's.</summary>
    public BaseDistribution Base { get; }

    /// <summary>Which way the layers go.</summary>
    public LayerDirection Direction { get; }

    /// <summary>The number of components of a point.</summary>
    public int Dimension => Base.Dimension;

    /// <summary>A flow of planar layers from a standard normal distribution.</summary>
    /// <param name="dimension">The number of components of a point, at least 1.</param>
    /// <param name="layers">How many, at least 1.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <returns>The flow.</returns>
    public static DiscreteFlow Planar(
        int dimension, int layers, LayerDirection direction = LayerDirection.DataToBase, RandomSource? random = null, DType dtype = DType.Float32) =>
        new([.. Enumerable.Range(0, layers).Select(_ => new PlanarLayer(dimension, random, dtype))], new NormalDistribution(dimension, dtype: dtype), direction);

    /// <summary>A flow of affine coupling layers from a standard normal distribution; the halves of the components take turns.</summary>
    /// <param name="dimension">The number of components of a point, at least 2.</param>
    /// <param name="layers">How many, at least 1.</param>
    /// <param name="hidden">The widths of the hidden layers of each layer's network.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <returns>The flow.</returns>
    public static DiscreteFlow Coupling(
        int dimension,
        int layers,
        IReadOnlyList<int> hidden,
        LayerDirection direction = LayerDirection.DataToBase,
        RandomSource? random = null,
        DType dtype = DType.Float32) =>
        new(
            [.. Enumerable.Range(0, layers).Select(i => new AffineCouplingLayer(dimension, i % 2 == 0, hidden, random: random, dtype: dtype))],
            new NormalDistribution(dimension, dtype: dtype),
            direction);

    /// <summary>The log-density of points, in nats.</summary>
    /// <param name="x">Points, <c>[batch, dimension]</c>.</param>
    /// <returns><c>[batch]</c>; differentiable where layers go from the data to the base distribution.</returns>
    /// <exception cref="ArgumentException">The points have another shape.</exception>
    public Tensor LogDensity(Tensor x)
    {
        if (Direction == LayerDirection.DataToBase)
        {
            FlowMap map = Through(x);
            return Base.LogDensity(map.Points) + map.LogDeterminant;
        }

        Tensor z = Back(x);
        return Base.LogDensity(z) - Through(z).LogDeterminant;
    }

    /// <summary>Draws points.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="random">Where the draws come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <returns><c>[count, dimension]</c>.</returns>
    public Tensor Sample(int count, RandomSource? random = null) => FromBase(Base.Sample(count, random ?? RandomSource.Default));

    /// <summary>Carries points of the base distribution to the data's.</summary>
    /// <param name="z">Points, <c>[batch, dimension]</c>.</param>
    /// <returns>Points, of the same shape; differentiable where layers go to the data or have an inverse in closed form.</returns>
    /// <exception cref="ArgumentException">The points have another shape.</exception>
    public Tensor FromBase(Tensor z) => Direction == LayerDirection.DataToBase ? Back(z) : Through(z).Points;

    /// <summary>Carries points of the base distribution to the data's, and says where they are after each layer.</summary>
    /// <param name="z">Points, <c>[batch, dimension]</c>.</param>
    /// <returns>The points themselves, then those after one layer, after two, and so on.</returns>
    /// <exception cref="ArgumentException">The points have another shape.</exception>
    public IReadOnlyList<Tensor> Path(Tensor z)
    {
        CheckPoints(z);
        List<Tensor> path = [z];
        for (int i = 0; i < _layers.Length; i++)
        {
            path.Add(Direction == LayerDirection.DataToBase ? _layers[^(i + 1)].Inverse(path[^1]) : _layers[i].Forward(path[^1]).Points);
        }

        return path;
    }

    /// <summary>All layers in their own direction.</summary>
    /// <param name="x">Points at their start, <c>[batch, dimension]</c>.</param>
    /// <returns>The points at their end, and the logarithms of the determinants; both differentiable.</returns>
    /// <exception cref="ArgumentException">The points have another shape.</exception>
    public FlowMap Through(Tensor x)
    {
        CheckPoints(x);
        Tensor? determinant = null;
        foreach (FlowLayer layer in _layers)
        {
            FlowMap map = layer.Forward(x);
            determinant = determinant is null ? map.LogDeterminant : determinant + map.LogDeterminant;
            x = map.Points;
        }

        return new FlowMap(x, determinant!);
    }

    private Tensor Back(Tensor y)
    {
        CheckPoints(y);
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            y = _layers[i].Inverse(y);
        }

        return y;
    }

    private void CheckPoints(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentException.ThrowIf(
            points.Rank != 2 || points.Shape[1] != Dimension, $"Points of this flow have the shape [batch, {Dimension}]; got {points.Shape}.", nameof(points));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new DiscreteFlow([.. _layers.Select(x => cloner.Clone(x))], cloner.Clone(Base), Direction);
}
