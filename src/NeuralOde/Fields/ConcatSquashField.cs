using NeuralOde.Layers;

namespace NeuralOde.Fields;

/// <summary>
/// A perceptron as a field, whose layers time gates and shifts (<see cref="ConcatSquashLinear"/>): the field of FFJORD's flows. Conditional where it is given conditions.
/// </summary>
public sealed class ConcatSquashField : VectorField
{
    /// <summary>The input with the conditions, <c>[batch, conditions]</c> or <c>[1, conditions]</c> for all points alike.</summary>
    public const string Conditions = "conditions";

    private readonly ConcatSquashLinear[] _layers;
    private readonly Activation _activation;
    private readonly int _conditionCount;

    /// <summary>Makes the field.</summary>
    /// <param name="size">The number of components of the state, at least 1.</param>
    /// <param name="hidden">The widths of the hidden layers; at least one.</param>
    /// <param name="activation">What stands between two layers; <see cref="Activation.Tanh"/> if not given.</param>
    /// <param name="conditionCount">The number of components of the input <see cref="Conditions"/>, which stands beside the state in the first layer; 0 for none.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or a count below 0.</exception>
    /// <exception cref="ArgumentException">There is no hidden layer.</exception>
    public ConcatSquashField(
        int size, IReadOnlyList<int> hidden, Activation? activation = null, int conditionCount = 0, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(conditionCount);
        ArgumentException.ThrowIf(hidden.Count == 0, "This field has at least one hidden layer.", nameof(hidden));
        int[] sizes = [size + conditionCount, .. hidden, size];
        _layers = new ConcatSquashLinear[sizes.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = AddModule($"layer{i}", new ConcatSquashLinear(sizes[i], sizes[i + 1], random: random, dtype: dtype));
        }

        _activation = activation ?? Activation.Tanh;
        _conditionCount = conditionCount;
    }

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<ConcatSquashLinear> Layers => _layers;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        Tensor x = z;
        if (_conditionCount > 0)
        {
            Tensor conditions = Inputs[Conditions];
            ArgumentException.ThrowIf(
                conditions.Rank != 2 || conditions.Shape[1] != _conditionCount,
                $"The input '{Conditions}' has the shape [batch, {_conditionCount}] or [1, {_conditionCount}]; got {conditions.Shape}.");
            x = Tensor.Concatenate([z, conditions.BroadcastTo([z.Shape[0], _conditionCount])], 1);
        }

        for (int i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(t, x);
            x = i + 1 < _layers.Length ? _activation.Apply(x) : x;
        }

        return x;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new ConcatSquashField(
        _layers[^1].Linear.Weight.Shape[0], [.. _layers[..^1].Select(static x => x.Linear.Weight.Shape[0])], _activation, _conditionCount, new RandomSource(0),
        _layers[0].Linear.Weight.DType);
}
