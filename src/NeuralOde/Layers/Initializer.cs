using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Layers;

/// <summary>How the first values of a weight are drawn.</summary>
/// <remarks>
/// Written for the layers' own shapes: <c>[outputs, inputs]</c> of <see cref="Linear"/>, <c>[height, width, inputs, outputs]</c> of <see cref="Conv2d"/>. A weight's fan-in is
/// the number of inputs that one output is the sum of, its fan-out the number of outputs that one input enters. Layers draw by
/// <see cref="FanInUniform"/> when they are made, as PyTorch's do.
/// </remarks>
public sealed class Initializer
{
    private readonly Func<Parameter, (double In, double Out), RandomSource, Tensor> _draw;

    private Initializer(string name, Func<Parameter, (double In, double Out), RandomSource, Tensor> draw)
    {
        Name = name;
        _draw = draw;
    }

    /// <summary>Uniform on ±1/√fan-in: what layers start with (PyTorch's default, Kaiming's uniform one with a slope of √5).</summary>
    public static Initializer FanInUniform { get; } = new("fan-in-uniform", static (x, fan, random) => Uniform(x, 1 / Math.Sqrt(fan.In), random));

    /// <summary>Uniform on ±√(6/fan-in), for ReLU (He et al. 2015).</summary>
    public static Initializer KaimingUniform { get; } = new("kaiming-uniform", static (x, fan, random) => Uniform(x, Math.Sqrt(6 / fan.In), random));

    /// <summary>Normal with the variance 2/fan-in, for ReLU (He et al. 2015).</summary>
    public static Initializer KaimingNormal { get; } = new("kaiming-normal", static (x, fan, random) => Normal(x, Math.Sqrt(2 / fan.In), random));

    /// <summary>Uniform on ±√(6/(fan-in + fan-out)), for tanh (Glorot, Bengio 2010).</summary>
    public static Initializer XavierUniform { get; } = new("xavier-uniform", static (x, fan, random) => Uniform(x, Math.Sqrt(6 / (fan.In + fan.Out)), random));

    /// <summary>Normal with the variance 2/(fan-in + fan-out), for tanh (Glorot, Bengio 2010).</summary>
    public static Initializer XavierNormal { get; } = new("xavier-normal", static (x, fan, random) => Normal(x, Math.Sqrt(2 / (fan.In + fan.Out)), random));

    /// <summary>A matrix of inputs by outputs whose rows or columns, whichever are fewer, are orthonormal (Saxe, McClelland, Ganguli 2014).</summary>
    public static Initializer Orthogonal { get; } = new("orthogonal", static (x, fan, random) => OrthogonalMatrix.Draw(x.Shape, x.DType, random));

    /// <summary>All 0.</summary>
    public static Initializer Zeros { get; } = new("zeros", static (x, _, _) => Tensor.Zeros(x.Shape, x.DType));

    /// <summary>All initializers that have a name.</summary>
    public static IReadOnlyList<Initializer> All { get; } = [FanInUniform, KaimingUniform, KaimingNormal, XavierUniform, XavierNormal, Orthogonal, Zeros];

    /// <summary>The name, as <see cref="Parse"/> takes it.</summary>
    public string Name { get; }

    /// <summary>The initializer of a name.</summary>
    /// <param name="name">A name of <see cref="All"/>, in any case.</param>
    /// <returns>The initializer.</returns>
    /// <exception cref="ArgumentException">There is no such initializer.</exception>
    public static Initializer Parse(string name) =>
        TryParse(name, out Initializer? initializer)
            ? initializer
            : throw new ArgumentException($"There is no initializer '{name}'. The choices are {string.Join(", ", All.Select(static x => x.Name))}.", nameof(name));

    /// <summary>The initializer of a name, where there is one.</summary>
    /// <param name="name">A name; case does not matter.</param>
    /// <param name="initializer">The initializer.</param>
    /// <returns>Whether <see cref="All"/> has one of that name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, [NotNullWhen(true)] out Initializer? initializer) =>
        (initializer = All.FirstOrDefault(x => string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>Draws new values for one weight.</summary>
    /// <param name="weight">Of two axes or four.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <exception cref="ArgumentException">The parameter has another number of axes, which says nothing of its inputs and outputs.</exception>
    public void Apply(Parameter weight, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(random);
        Tensor values = _draw(weight, Fans(weight), random);
        if (weight.DType == DType.Float32)
        {
            weight.SetValues(values.AsSpan<float>());
        }
        else
        {
            weight.SetValues(values.AsSpan<double>());
        }
    }

    /// <summary>Draws new values for all weights of a module: its parameters of two axes or four. Biases and scales stay as they are.</summary>
    /// <param name="module">Whose weights.</param>
    /// <param name="random">Where the draws come from.</param>
    public void Apply(Module module, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(module);
        foreach (Parameter parameter in module.Parameters.Where(static x => x.Rank is 2 or 4))
        {
            Apply(parameter, random);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static (double In, double Out) Fans(Parameter weight) => weight.Shape switch
    {
        { Rank: 2 } shape => (shape[1], shape[0]),
        { Rank: 4 } shape => ((double)shape[0] * shape[1] * shape[2], (double)shape[0] * shape[1] * shape[3]),
        var shape => throw new ArgumentException($"A weight has the shape [outputs, inputs] or [height, width, inputs, outputs]; '{weight.Name}' has {shape}.", nameof(weight)),
    };

    private static Tensor Uniform(Parameter x, double bound, RandomSource random) => random.Uniform(x.Shape, -bound, bound, x.DType);

    private static Tensor Normal(Parameter x, double deviation, RandomSource random) => random.Normal(x.Shape, 0, deviation, x.DType);
}
