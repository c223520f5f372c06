using NeuralOde.Fields;
using NeuralOde.Modules;
using NeuralOde.Tensors;

namespace NeuralOde.Layers;

/// <summary>A multilayer perceptron: affine layers with an activation between them. As a vector field it maps the state to its derivative.</summary>
public sealed class Mlp : VectorField
{
    private readonly Linear[] _layers;
    private readonly Activation _activation;

    /// <summary>Makes the network, with PyTorch's first values (see <see cref="Linear"/>).</summary>
    /// <param name="inputs">The length of the last axis of what goes in (without time), at least 1.</param>
    /// <param name="hidden">The widths of the hidden layers; none gives an affine map.</param>
    /// <param name="outputs">The length of the last axis of what comes out, at least 1.</param>
    /// <param name="activation">What stands between two layers; <see cref="Activation.Tanh"/> if not given.</param>
    /// <param name="timeDependent">Whether time is a further input of the first layer (after the others).</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Mlp(
        int inputs, IReadOnlyList<int> hidden, int outputs, Activation? activation = null, bool timeDependent = false, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (hidden.Any(static x => x < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(hidden), $"[{string.Join(", ", hidden)}]", "A hidden layer has at least one unit.");
        }

        int[] sizes = [inputs + (timeDependent ? 1 : 0), .. hidden, outputs];
        _layers = new Linear[sizes.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = AddModule($"layer{i}", new Linear(sizes[i], sizes[i + 1], bias: true, random, dtype));
        }

        _activation = activation ?? Activation.Tanh;
        IsTimeDependent = timeDependent;
        InputCount = inputs;
    }

    /// <summary>Whether time is an input.</summary>
    public bool IsTimeDependent { get; }

    /// <summary>The number of inputs other than time.</summary>
    public int InputCount { get; }

    /// <summary>The affine layers, first to last.</summary>
    public IReadOnlyList<Linear> Layers => _layers;

    /// <summary>Applies the network.</summary>
    /// <param name="x"><c>[…, inputs]</c>.</param>
    /// <returns><c>[…, outputs]</c>.</returns>
    /// <exception cref="InvalidOperationException">The network has time as an input.</exception>
    public Tensor Forward(Tensor x) => IsTimeDependent
        ? throw new InvalidOperationException("This network has time as an input; call Forward(t, x).")
        : Run(x);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(z);
        return Run(IsTimeDependent ? Tensor.Concatenate([z, t.BroadcastTo(z.Shape.With(-1, 1))], -1) : z);
    }

    private Tensor Run(Tensor x)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x);
            if (i + 1 < _layers.Length)
            {
                x = _activation.Apply(x);
            }
        }

        return x;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Mlp(
        InputCount, [.. _layers[..^1].Select(static x => x.Weight.Shape[0])], _layers[^1].Weight.Shape[0], _activation, IsTimeDependent, new RandomSource(0), _layers[0].Weight.DType);
}
