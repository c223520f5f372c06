namespace NeuralOde.Layers;

/// <summary>A multilayer perceptron: affine layers with an activation between them.</summary>
/// <remarks>
/// As the right-hand side of a differential equation it says so: <c>mlp.AsField()</c>, or with time as one more input
/// <c>mlp.AsField(TimeInput.Concatenated)</c>.
/// </remarks>
public sealed class Mlp : Layer
{
    private readonly Linear[] _layers;
    private readonly Activation _activation;

    /// <summary>Makes the network, with PyTorch's first values (see <see cref="Linear"/>).</summary>
    /// <param name="inputs">The length of the last axis of what goes in, at least 1; that of the state plus 1 for a field of which time is an input.</param>
    /// <param name="hidden">The widths of the hidden layers; none gives an affine map.</param>
    /// <param name="outputs">The length of the last axis of what comes out, at least 1.</param>
    /// <param name="activation">What stands between two layers; <see cref="Activation.Tanh"/> if not given.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Mlp(int inputs, IReadOnlyList<int> hidden, int outputs, Activation? activation = null, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (hidden.Any(static x => x < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(hidden), $"[{string.Join(", ", hidden)}]", "A hidden layer has at least one unit.");
        }

        int[] sizes = [inputs, .. hidden, outputs];
        _layers = new Linear[sizes.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = AddModule($"layer{i}", new Linear(sizes[i], sizes[i + 1], bias: true, random, dtype));
        }

        _activation = activation ?? Activation.Tanh;
        InputCount = inputs;
    }

    /// <summary>The length of the last axis of what goes in.</summary>
    public int InputCount { get; }

    /// <summary>The affine layers, first to last.</summary>
    public IReadOnlyList<Linear> Layers => _layers;

    /// <summary>Applies the network.</summary>
    /// <param name="x"><c>[…, inputs]</c>.</param>
    /// <returns><c>[…, outputs]</c>.</returns>
    /// <exception cref="ArgumentException">The last axis has another length.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
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

    /// <summary>The output with the sum of <c>∂yᵢ/∂xᵢ</c> over the first inputs, <c>[batch]</c>; null with more than one hidden layer, where that has no simple form.</summary>
    /// <param name="x"><c>[batch, inputs]</c>.</param>
    /// <param name="count">How many inputs and outputs belong together.</param>
    internal (Tensor Output, Tensor Divergence)? ForwardWithDivergence(Tensor x, int count)
    {
        Tensor first = _layers[0].Weight.Slice(1, 0, count);
        switch (_layers.Length)
        {
            case 1:
                return (_layers[0].Forward(x), first.Reshape([first.ElementCount]).Gather(Diagonal(count)).Sum().BroadcastTo([x.Shape[0]]));
            case 2:
                Tensor argument = _layers[0].Forward(x);
                Tensor hidden = _activation.Apply(argument);
                Tensor products = (first * _layers[1].Weight.Transpose()).Sum([1], keepAxes: true);
                return (_layers[1].Forward(hidden), _activation.Derivative(argument, hidden).MatMul(products).Reshape([x.Shape[0]]));
            default:
                return null;
        }
    }

    private static int[] Diagonal(int size) => [.. Enumerable.Range(0, size).Select(x => x * (size + 1))];

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Mlp(
        InputCount, [.. _layers[..^1].Select(static x => x.Weight.Shape[0])], _layers[^1].Weight.Shape[0], _activation, new RandomSource(0), _layers[0].Weight.DType);
}
