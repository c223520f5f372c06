namespace NeuralOde.Fields;

/// <summary>A vector field whose state is several tensors; for a solver they are one, side by side along the last axis.</summary>
public sealed class TupleField : VectorField
{
    private readonly Func<Tensor, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _function;
    private readonly int[] _sizes;
    private readonly VectorField _field;

    /// <summary>Makes the field.</summary>
    /// <param name="sizes">The length of the last axis of each part of the state, at least 1; the axes before are shared.</param>
    /// <param name="function">From time and the parts to their derivatives, one per part and of its shape, made of tensor operations.</param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    /// <exception cref="ArgumentException">There is no part, or a size is below 1.</exception>
    public TupleField(IReadOnlyList<int> sizes, Func<Tensor, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(function);
        if (sizes.Count == 0 || sizes.Any(static x => x < 1))
        {
            throw new ArgumentException($"A state is at least one part, each of at least one component; got [{string.Join(", ", sizes)}].", nameof(sizes));
        }

        _sizes = [.. sizes];
        _function = function;
        _field = AddModule("function", Define(Derivative, modules));
    }

    /// <summary>The length of the last axis of each part.</summary>
    public IReadOnlyList<int> Sizes => _sizes;

    /// <summary>Puts the parts of a state side by side.</summary>
    /// <param name="parts">One tensor a part, <c>[…, size]</c>.</param>
    /// <returns>The state as one tensor, <c>[…, sum of sizes]</c>.</returns>
    /// <exception cref="ArgumentException">Their number or a size is another.</exception>
    public Tensor Pack(IReadOnlyList<Tensor> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.Count == _sizes.Length && parts.Zip(_sizes).All(static x => x.First.Rank > 0 && x.First.Shape[-1] == x.Second)
            ? Tensor.Concatenate(parts, -1)
            : throw new ArgumentException(
                $"This state has {_sizes.Length} parts with last axes of lengths [{string.Join(", ", _sizes)}]; got shapes {string.Join(", ", parts.Select(static x => x.Shape))}.",
                nameof(parts));
    }

    /// <summary>Takes the parts of a state, or of many states, from one tensor.</summary>
    /// <param name="state"><c>[…, sum of sizes]</c>.</param>
    /// <returns>One tensor a part, <c>[…, size]</c>.</returns>
    /// <exception cref="ArgumentException">The last axis has another length.</exception>
    public IReadOnlyList<Tensor> Unpack(Tensor state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Rank == 0 || state.Shape[-1] != _sizes.Sum())
        {
            throw new ArgumentException($"The parts of this state have {_sizes.Sum()} components in all; got shape {state.Shape}.", nameof(state));
        }

        var parts = new Tensor[_sizes.Length];
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = state.Slice(-1, start, _sizes[i]);
            start += _sizes[i];
        }

        return parts;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z) => _field.Forward(t, z);

    private Tensor Derivative(Tensor t, Tensor z) => Pack(_function(t, Unpack(z)));
}
