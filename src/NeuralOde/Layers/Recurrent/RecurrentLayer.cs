namespace NeuralOde.Layers.Recurrent;

/// <summary>A recurrent cell applied to the steps of a sequence, forward or backward in time.</summary>
/// <remarks>
/// Sequences are <c>[time, batch, features]</c>, as an <c>OdeBlock</c> gives them. A mask <c>[time, batch]</c> says which steps there are:
/// where it is 0, the sample keeps its state, whatever stands in its input (even NaN). So sequences of unequal lengths share a batch, padded at their ends,
/// in both directions: the final state is each sequence's own. Outside of compiled functions a sequence is one operation with a gradient of its own;
/// inside it is unrolled into its steps. Not thread-safe.
/// </remarks>
public abstract class RecurrentLayer : Module
{
    private readonly RecurrentCell _cell;

    private protected RecurrentLayer(RecurrentCell cell, bool reverse)
    {
        _cell = cell;
        IsReversed = reverse;
        AddParameter("weight_ih_l0", cell.InputWeight);
        AddParameter("weight_hh_l0", cell.HiddenWeight);
        AddParameter("bias_ih_l0", cell.InputBias);
        AddParameter("bias_hh_l0", cell.HiddenBias);
    }

    /// <summary>The length of the input's last axis.</summary>
    public int InputCount => _cell.InputCount;

    /// <summary>The number of units.</summary>
    public int HiddenCount => _cell.HiddenCount;

    /// <summary>Whether the last step is read first.</summary>
    public bool IsReversed { get; }

    /// <summary>A mask for sequences of unequal lengths that all start at the first step.</summary>
    /// <param name="lengths">Each sequence's number of steps, from 0 to <paramref name="time"/>.</param>
    /// <param name="time">The number of steps of the batch.</param>
    /// <param name="dtype">The element type.</param>
    /// <returns><c>[time, batch]</c>: 1 where there is a step, else 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative or above <paramref name="time"/>.</exception>
    public static Tensor MaskOf(IReadOnlyList<int> lengths, int time, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        double[] mask = new double[time * lengths.Count];
        for (int i = 0; i < lengths.Count; i++)
        {
            if (lengths[i] < 0 || lengths[i] > time)
            {
                throw new ArgumentOutOfRangeException(nameof(lengths), lengths[i], $"Sequence {i} of a batch with {time} steps has from 0 to {time} of them.");
            }

            for (int step = 0; step < lengths[i]; step++)
            {
                mask[(step * lengths.Count) + i] = 1;
            }
        }

        var tensor = Tensor.From(mask, [time, lengths.Count]);
        return dtype == DType.Float32 ? tensor.ToSingle() : tensor;
    }

    private protected void Check(Tensor x, Tensor? mask, params ReadOnlySpan<Tensor?> initial)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentException.ThrowIf(
            x.Rank != 3 || x.Shape[2] != InputCount || x.ElementCount == 0,
            $"This recurrent layer takes sequences [time, batch, {InputCount}] of at least one step and one sample; got shape {x.Shape}.", nameof(x));
        CheckType(x, "sequence");
        if (mask is not null)
        {
            CheckType(mask, nameof(mask));
            ArgumentException.ThrowIf(
                mask.Shape != x.Shape.Slice(..2),
                $"The mask of a sequence {x.Shape} has the shape {x.Shape.Slice(..2)}, one number per step and sample; got {mask.Shape}.", nameof(mask));
        }

        foreach (Tensor? state in initial)
        {
            if (state is not null)
            {
                CheckType(state, "initial state");
                ArgumentException.ThrowIf(
                    state.Shape != StateShape(x), $"The initial state of this layer has the shape {StateShape(x)} for a sequence {x.Shape}; got {state.Shape}.", nameof(initial));
            }
        }

        void CheckType(Tensor tensor, string what) => ArgumentException.ThrowIf(
            tensor.DType != _cell.InputWeight.DType,
            $"This layer holds {_cell.InputWeight.DType.Name()} and the {what} {tensor.DType.Name()}. "
                + $"Convert one with ToSingle() or ToDouble(), or make the layer with that element type.");
    }

    private protected Shape StateShape(Tensor x) => [x.Shape[1], HiddenCount];

    /// <summary>The order in which steps are read.</summary>
    private protected IEnumerable<int> Steps(int time) => IsReversed ? Enumerable.Range(0, time).Reverse() : Enumerable.Range(0, time);

    /// <summary>Takes a step's state where the mask says that there is one, else the old one.</summary>
    internal static Tensor Keep(Tensor? mask, int step, Tensor next, Tensor previous) =>
        mask is null ? next : Tensor.Where(mask.Select(0, step).Unsqueeze(1), next, previous);

    /// <summary>The input of a step, zero where there is none.</summary>
    internal static Tensor Input(Tensor x, Tensor? mask, int step) =>
        mask is null ? x.Select(0, step) : Tensor.Where(mask.Select(0, step).Unsqueeze(1), x.Select(0, step), Tensor.Zeros(Shape.Scalar, x.DType));

    /// <summary>Runs the sequence as one operation; see <see cref="RecurrentOperation{T, TGates}.Apply"/>.</summary>
    private protected Tensor Run<T, TGates>(RecurrentOperation<T, TGates> operation, Tensor x, Tensor? mask, Tensor? state, Tensor? cell, bool all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T> =>
        operation.Apply(x, mask, state, cell, new(_cell.InputWeight, _cell.HiddenWeight, _cell.InputBias, _cell.HiddenBias), IsReversed, all);
}
