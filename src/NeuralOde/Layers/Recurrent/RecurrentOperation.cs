using NeuralOde.Tensors.Operations;

namespace NeuralOde.Layers.Recurrent;

/// <summary>The weights of a recurrent layer, parameters or computed from such.</summary>
internal sealed record RecurrentTensors(Tensor InputWeight, Tensor HiddenWeight, Tensor InputBias, Tensor HiddenBias);

/// <summary>A recurrent layer over a sequence as one operation of the tape. Its memory is used again once a gradient was taken.</summary>
internal sealed class RecurrentOperation<T, TGates>(string name) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TGates : struct, IGates<T>
{
    private readonly Dictionary<(int Inputs, int Hidden), Stack<RecurrentSequence<T, TGates>>> _spare = [];

    /// <summary>Runs the sequence.</summary>
    /// <returns>The states (all, or the final one only), and after them the final cell if there is one: <c>[states (+ 1), batch, hidden]</c>.</returns>
    public Tensor Apply(Tensor x, Tensor? mask, Tensor? state, Tensor? cell, RecurrentTensors weights, bool reverse, bool all)
    {
        (int time, int batch, int inputs) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        int hidden = weights.HiddenWeight.Shape[1];
        if (!_spare.TryGetValue((inputs, hidden), out Stack<RecurrentSequence<T, TGates>>? spare))
        {
            _spare[(inputs, hidden)] = spare = new();
        }

        RecurrentSequence<T, TGates> sequence = spare.TryPop(out RecurrentSequence<T, TGates>? free) ? free : new(inputs, hidden);
        sequence.Forward(x.AsSpan<T>(), time, batch, Values(mask), Values(state), Values(cell), reverse, Weights(weights));
        int kept = (all ? time : 1) + (TGates.HasCell ? 1 : 0);
        var storage = Storage<T>.Allocate(kept * batch * hidden);
        ReadOnlySpan<T> states = all ? sequence.States : sequence.FinalState;
        states.CopyTo(storage.Span);
        if (TGates.HasCell)
        {
            sequence.FinalCell.CopyTo(storage.Span[states.Length..]);
        }

        Tensor[] weightList = [weights.InputWeight, weights.HiddenWeight, weights.InputBias, weights.HiddenBias];
        Tensor[] tensors = [x, .. weightList, .. new[] { state, cell }.OfType<Tensor>()];
        bool taken = false;
        Tensor result = Recorded.Apply(name, new Tensor([kept, batch, hidden], storage), tensors, cotangent =>
        {
            if (GradientMode.IsEnabled)
            {
                throw new NotSupportedException(
                    "The gradient of a gradient through a recurrent layer is not available (createGraph: true) outside of compiled functions. Compose it of its cell's steps.");
            }

            InvalidOperationException.ThrowIf(
                taken, "The gradient through this sequence was taken already, and its memory reused. Call Forward again, or add the losses up and call Backward once.");
            taken = true;
            Tensor?[] gradients = Backward(sequence, cotangent, x, state, cell, weights, all);
            spare.Push(sequence);
            return gradients;
        });
        if (!result.RequiresGradient)
        {
            spare.Push(sequence);
        }

        return result;
    }

    private static Tensor?[] Backward(RecurrentSequence<T, TGates> sequence, Tensor cotangent, Tensor x, Tensor? state, Tensor? cell, RecurrentTensors weights, bool all)
    {
        ReadOnlySpan<T> g = cotangent.AsSpan<T>();
        int size = x.Shape[1] * weights.HiddenWeight.Shape[1];
        ReadOnlySpan<T> states = TGates.HasCell ? g[..^size] : g;
        Tensor? toX = x.RequiresGradient ? New(x.Shape) : null;
        Tensor? toState = state is { RequiresGradient: true } ? New(state.Shape) : null;
        Tensor? toCell = cell is { RequiresGradient: true } ? New(cell.Shape) : null;
        Tensor[] toWeights = [New(weights.InputWeight.Shape), New(weights.HiddenWeight.Shape), New(weights.InputBias.Shape), New(weights.HiddenBias.Shape)];
        sequence.Backward(
            all ? states : default,
            all ? default : states,
            TGates.HasCell ? g[^size..] : default,
            Span(toX),
            Span(toState),
            Span(toCell),
            Weights(weights),
            new RecurrentGradients<T>(Span(toWeights[0]), Span(toWeights[1]), Span(toWeights[2]), Span(toWeights[3])));
        List<Tensor?> gradients = [toX, .. toWeights];
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

    private static ReadOnlySpan<T> Values(Tensor? tensor) => tensor is null ? default : tensor.AsSpan<T>();

    private static RecurrentWeights<T> Weights(RecurrentTensors weights) =>
        new(weights.InputWeight.AsSpan<T>(), weights.HiddenWeight.AsSpan<T>(), weights.InputBias.AsSpan<T>(), weights.HiddenBias.AsSpan<T>());
}
