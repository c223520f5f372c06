using System.Numerics;
using NeuralOde.Tensors;
using NeuralOde.Tensors.Kernels;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Nn;

/// <summary>A recurrent cell applied to the steps of a sequence, forward or backward in time.</summary>
/// <remarks>
/// Sequences are <c>[time, batch, features]</c>, as an <see cref="Models.OdeBlock"/> gives them. A mask <c>[time, batch]</c> says which steps there are:
/// where it is 0, the sample keeps its state, whatever stands in its input (even NaN). So sequences of unequal lengths share a batch, padded at their ends,
/// in both directions: the final state is each sequence's own. Outside of compiled functions a sequence is one operation with a gradient of its own;
/// inside it is unrolled into its steps. Not for use on two threads at once.
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
        var mask = new double[time * lengths.Count];
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

        Tensor tensor = Tensor.From(mask, [time, lengths.Count]);
        return dtype == DType.Float32 ? tensor.ToSingle() : tensor;
    }

    private protected void Check(Tensor x, Tensor? mask, params ReadOnlySpan<Tensor?> initial)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 3 || x.Shape[2] != InputCount || x.ElementCount == 0)
        {
            throw new ArgumentException($"This recurrent layer takes sequences [time, batch, {InputCount}] of at least one step and one sample; got shape {x.Shape}.", nameof(x));
        }

        CheckType(x, "sequence");
        if (mask is not null)
        {
            CheckType(mask, nameof(mask));
            if (mask.Shape != x.Shape.Slice(..2))
            {
                throw new ArgumentException($"The mask of a sequence {x.Shape} has the shape {x.Shape.Slice(..2)}, one number a step and sample; got {mask.Shape}.", nameof(mask));
            }
        }

        foreach (Tensor? state in initial)
        {
            if (state is not null)
            {
                CheckType(state, "initial state");
                if (state.Shape != StateShape(x))
                {
                    throw new ArgumentException($"The initial state of this layer has the shape {StateShape(x)} for a sequence {x.Shape}; got {state.Shape}.", nameof(initial));
                }
            }
        }

        void CheckType(Tensor tensor, string what)
        {
            if (tensor.DType != _cell.InputWeight.DType)
            {
                throw new ArgumentException($"This layer holds {_cell.InputWeight.DType.Name()} and the {what} {tensor.DType.Name()}. Convert one with ToSingle() or ToDouble(), or make the layer with that element type.");
            }
        }
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

    /// <summary>Runs the sequence as one operation.</summary>
    /// <returns>The states (all, or the final one only), and after them the final cell if there is one: <c>[states (+ 1), batch, hidden]</c>.</returns>
    private protected Tensor Run<T, TGates>(string name, Stack<RecurrentSequence<T, TGates>> spare, Tensor x, Tensor? mask, Tensor? state, Tensor? cell, bool all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        RecurrentSequence<T, TGates> sequence = spare.TryPop(out RecurrentSequence<T, TGates>? free) ? free : new(InputCount, HiddenCount);
        (int time, int batch) = (x.Shape[0], x.Shape[1]);
        sequence.Forward(x.AsSpan<T>(), time, batch, Values<T>(mask), Values<T>(state), Values<T>(cell), IsReversed, Weights<T>());
        int kept = (all ? time : 1) + (TGates.HasCell ? 1 : 0);
        var storage = Storage<T>.Allocate(kept * batch * HiddenCount);
        ReadOnlySpan<T> states = all ? sequence.States : sequence.FinalState;
        states.CopyTo(storage.Span);
        if (TGates.HasCell)
        {
            sequence.FinalCell.CopyTo(storage.Span[states.Length..]);
        }

        var value = new Tensor([kept, batch, HiddenCount], storage);
        Parameter[] parameters = [_cell.InputWeight, _cell.HiddenWeight, _cell.InputBias, _cell.HiddenBias];
        Tensor[] inputs = [x, .. parameters, .. new[] { state, cell }.OfType<Tensor>()];
        bool taken = false;
        Tensor result = Custom.Apply(name, value, inputs, cotangent =>
        {
            if (GradientMode.IsEnabled)
            {
                throw new NotSupportedException("The gradient of a gradient through a recurrent layer is not available (createGraph: true) outside of compiled functions. Compose it of its cell's steps.");
            }

            if (taken)
            {
                throw new InvalidOperationException("The gradient through this sequence was taken already, and its memory reused. Call Forward again, or add the losses up and call Backward once.");
            }

            taken = true;
            Tensor?[] gradients = Backward(sequence, cotangent, x, state, cell, all);
            spare.Push(sequence);
            return gradients;
        });
        if (!result.RequiresGradient)
        {
            spare.Push(sequence);
        }

        return result;
    }

    private static ReadOnlySpan<T> Values<T>(Tensor? tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tensor is null ? default : tensor.AsSpan<T>();

    private Tensor?[] Backward<T, TGates>(RecurrentSequence<T, TGates> sequence, Tensor cotangent, Tensor x, Tensor? state, Tensor? cell, bool all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        ReadOnlySpan<T> g = cotangent.AsSpan<T>();
        int size = x.Shape[1] * HiddenCount;
        ReadOnlySpan<T> states = TGates.HasCell ? g[..^size] : g;
        Tensor? toX = x.RequiresGradient ? New(x.Shape) : null;
        Tensor? toState = state is { RequiresGradient: true } ? New(state.Shape) : null;
        Tensor? toCell = cell is { RequiresGradient: true } ? New(cell.Shape) : null;
        Tensor[] toParameters = [New(_cell.InputWeight.Shape), New(_cell.HiddenWeight.Shape), New(_cell.InputBias.Shape), New(_cell.HiddenBias.Shape)];
        sequence.Backward(
            all ? states : default,
            all ? default : states,
            TGates.HasCell ? g[^size..] : default,
            Span(toX),
            Span(toState),
            Span(toCell),
            Weights<T>(),
            new RecurrentGradients<T>(Span(toParameters[0]), Span(toParameters[1]), Span(toParameters[2]), Span(toParameters[3])));
        List<Tensor?> gradients = [toX, .. toParameters];
        if (state is not null)
        {
            gradients.Add(toState);
        }

        if (cell is not null)
        {
            gradients.Add(toCell);
        }

        return [.. gradients];

        static Tensor New(Shape shape) => new(shape, Storage<T>.Allocate(shape.ElementCount));

        static Span<T> Span(Tensor? tensor) => tensor is null ? default : tensor.StorageOf<T>().Span;
    }

    private RecurrentWeights<T> Weights<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(_cell.InputWeight.AsSpan<T>(), _cell.HiddenWeight.AsSpan<T>(), _cell.InputBias.AsSpan<T>(), _cell.HiddenBias.AsSpan<T>());
}
