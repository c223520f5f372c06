using NeuralOde.Fields;

namespace NeuralOde.Series.Models;

/// <summary>
/// The dynamics of observed series: a matrix plus a tanh network, from the state, observed components first, then hidden ones, to its derivative.
/// Where the dynamics depend on time, each row of the state carries its own clock as a last component whose derivative is 1, so that rows
/// that start at different times are solved together on the time since their start.
/// </summary>
/// <remarks>
/// Outside a box around the states that training saw, the dynamics are those at the box's nearest point and a pull back to it: what was never observed is not
/// extrapolated, and no forecast grows without bound.
/// </remarks>
internal sealed class SeriesField : VectorField
{
    /// <summary>How strongly a state outside the box is pulled back, per unit of model time, in which the dynamics change at a rate near 1.</summary>
    private const double Pull = 2;

    private readonly Linear _linear;
    private readonly Mlp _network;
    private readonly Tensor _low;
    private readonly Tensor _high;
    private readonly double _clockScale;

    /// <param name="shape">The layout.</param>
    /// <param name="random">Where the first weights come from.</param>
    public SeriesField(SeriesFieldShape shape, RandomSource random)
    {
        Layout = shape;

        // The network sees a clock from -1 to 1, as it sees standardized components.
        _clockScale = shape.ClockSpan is { } span ? 2 / span : 0;
        _low = Tensor.From([.. shape.Low]);
        _high = Tensor.From([.. shape.High]);
        int inputs = shape.LearnedStates + (shape.HasClock ? 1 : 0);
        _network = AddModule("network", new Mlp(inputs, shape.Widths, shape.LearnedStates, Activation.Tanh, random: random, dtype: DType.Float64));
        _linear = AddModule("linear", new Linear(shape.LearnedStates, shape.LearnedStates, bias: false, random, DType.Float64));

        // At first the state moves by the network alone, at rates well below 1.
        _linear.Weight.SetValues<double>(new double[_linear.Weight.ElementCount]);
    }

    public SeriesFieldShape Layout { get; }

    /// <summary>The matrices, which regularization draws to zero; offsets it leaves alone.</summary>
    public IEnumerable<Parameter> Weights => _network.Layers.Select(static layer => layer.Weight).Append(_linear.Weight);

    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        Tensor state = z.Slice(-1, 0, Layout.LearnedStates);
        var inside = Tensor.Minimum(Tensor.Maximum(state, _low), _high);
        Tensor toTheBox = Pull * (inside - state);
        if (!Layout.HasClock)
        {
            return _linear.Forward(inside) + _network.Forward(inside) + toTheBox;
        }

        // Later than any training time the clock stands still: the network knows nothing of what time does there.
        var clock = Tensor.Minimum((z.Slice(-1, Layout.LearnedStates, 1) * _clockScale) - 1, Tensor.Scalar(1, z.DType));
        Tensor derivative = _linear.Forward(inside) + _network.Forward(Tensor.Concatenate([inside, clock], -1)) + toTheBox;
        return Tensor.Concatenate([derivative, Tensor.Ones(z.Shape.With(-1, 1), z.DType)], -1);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new SeriesField(Layout, new RandomSource(0));
}
