namespace NeuralOde.Layers.Recurrent;

/// <summary>
/// A recurrent layer over a whole sequence, forward and backward, by hand: the input's part of all steps in a few large products, one product with the
/// previous state and one element-wise pass per step, and all weights' gradients in two products at the end. The gates are kept for the backward pass and
/// become their own gradients there. Memory is reused and grows to what the longest sequence needs.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TGates">The layer's element-wise part.</typeparam>
internal sealed partial class RecurrentSequence<T, TGates> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TGates : struct, IGates<T>
{
    // The input's part of as many steps as stay in the second-level cache is computed at once.
    private const int ChunkElements = 65_536;

    private readonly int _inputs;
    private readonly int _hidden;
    private readonly int _width;
    private readonly int _hiddenStart;
    private readonly T[] _inputWeight;
    private readonly T[] _hiddenWeight;
    private readonly T[] _inputWeightGradient;
    private int _time;
    private int _batch;
    private bool _reverse;
    private bool _isMasked;
    private T[] _x = [];
    private T[] _mask = [];
    private Storage<T> _gates = Storage<T>.AllocateAligned(0);
    private Storage<T> _states = Storage<T>.AllocateAligned(0);
    private Storage<T> _cells = Storage<T>.AllocateAligned(0);
    private T[] _cotangent = [];
    private T[] _cellCotangent = [];

    public RecurrentSequence(int inputs, int hidden)
    {
        _inputs = inputs;
        _hidden = hidden;
        _width = TGates.BlockCount * hidden;
        _hiddenStart = TGates.HiddenBlocks.IndexOf(0) * hidden;

        // A further row is the bias: a column of ones in the input adds it, and its gradient comes with the weight's.
        _inputWeight = new T[(inputs + 1) * _width];
        _inputWeightGradient = new T[_inputWeight.Length];
        _hiddenWeight = new T[hidden * HiddenWidth];
    }

    /// <summary>The states after each step, <c>[time, batch, hidden]</c>, in order of time whatever the direction.</summary>
    public ReadOnlySpan<T> States => _states.Span.Slice(_reverse ? 0 : _batch * _hidden, _time * _batch * _hidden);

    /// <summary>The state after the last step that was made, <c>[batch, hidden]</c>.</summary>
    public ReadOnlySpan<T> FinalState => StateAt(_reverse ? 0 : _time);

    /// <summary>The cell after the last step that was made, <c>[batch, hidden]</c>.</summary>
    public ReadOnlySpan<T> FinalCell => CellAt(_reverse ? 0 : _time);

    private int HiddenWidth => _width - _hiddenStart;

    /// <summary>Reads a sequence.</summary>
    /// <param name="x">Inputs, <c>[time, batch, inputs]</c>.</param>
    /// <param name="time">The number of steps.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="mask"><c>[time, batch]</c>, 0 where a sample has no step and keeps its state; empty for none.</param>
    /// <param name="initialState"><c>[batch, hidden]</c>, or empty for zeros.</param>
    /// <param name="initialCell"><c>[batch, hidden]</c>, or empty for zeros.</param>
    /// <param name="reverse">Whether the last step is read first.</param>
    /// <param name="weights">The layer's parameters' values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(
        ReadOnlySpan<T> x, int time, int batch, ReadOnlySpan<T> mask, ReadOnlySpan<T> initialState, ReadOnlySpan<T> initialCell, bool reverse, RecurrentWeights<T> weights)
    {
        Prepare(time, batch, reverse);
        Pack(weights);
        Take(x, mask);
        Start(initialState, StateAt(reverse ? time : 0));
        if (TGates.HasCell)
        {
            Start(initialCell, CellAt(reverse ? time : 0));
        }

        int chunk = Math.Max(1, ChunkElements / Math.Max(1, batch * _width));
        for (int done = 0; done < time; done += chunk)
        {
            int count = Math.Min(chunk, time - done);
            int first = reverse ? time - done - count : done;
            Gemm.Multiply<T>(
                new(false, false, count * batch, _width, _inputs + 1), _x.AsSpan(first * batch * (_inputs + 1), count * batch * (_inputs + 1)), _inputWeight, Gates(first, count));
            for (int i = 0; i < count; i++)
            {
                Step(reverse ? first + count - 1 - i : first + i);
            }
        }
    }

    /// <summary>Takes the gradient; the forward pass is used up by it.</summary>
    /// <param name="stateGradients">The loss's gradient by all states, <c>[time, batch, hidden]</c>; empty for zeros.</param>
    /// <param name="finalGradient">Its gradient by the final state in addition, <c>[batch, hidden]</c>; empty for zeros.</param>
    /// <param name="finalCellGradient">Its gradient by the final cell, <c>[batch, hidden]</c>; empty for zeros.</param>
    /// <param name="inputGradient">Destination, <c>[time, batch, inputs]</c>; empty where nobody asks.</param>
    /// <param name="initialStateGradient">Destination, <c>[batch, hidden]</c>; empty where nobody asks.</param>
    /// <param name="initialCellGradient">Destination, <c>[batch, hidden]</c>; empty where nobody asks.</param>
    /// <param name="weights">The layer's parameters' values.</param>
    /// <param name="gradients">Destination of the parameters' gradients.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(
        ReadOnlySpan<T> stateGradients,
        ReadOnlySpan<T> finalGradient,
        ReadOnlySpan<T> finalCellGradient,
        Span<T> inputGradient,
        Span<T> initialStateGradient,
        Span<T> initialCellGradient,
        RecurrentWeights<T> weights,
        RecurrentGradients<T> gradients)
    {
        int size = _batch * _hidden;
        Span<T> cotangent = _cotangent.AsSpan(0, size);
        Span<T> cellCotangent = TGates.HasCell ? _cellCotangent.AsSpan(0, size) : default;
        Start(finalGradient, cotangent);
        Start(finalCellGradient, cellCotangent);
        for (int i = _time - 1; i >= 0; i--)
        {
            int step = _reverse ? _time - 1 - i : i;
            if (!stateGradients.IsEmpty)
            {
                Map.Binary<T, AddOperator<T>>(cotangent, stateGradients.Slice(step * size, size), cotangent);
            }

            int before = _reverse ? step + 1 : step;
            int after = _reverse ? step : step + 1;
            GateStep.Backward<T, TGates>(new GateBatch<T>
            {
                Hidden = _hidden,
                Gates = Gates(step, 1),
                Mask = MaskAt(step),
                Previous = StateAt(before),
                Next = cotangent,
                PreviousCell = TGates.HasCell ? CellAt(before) : default,
                NextCell = cellCotangent,
                Cell = TGates.HasCell ? CellAt(after) : default,
            });
            Gemm.Multiply(
                new(false, false, _batch, _hidden, HiddenWidth), new(_width, _hidden, _hidden), Gates(step, 1)[_hiddenStart..], weights.Hidden, cotangent, accumulate: true);
        }

        CopyIfAsked(cotangent, initialStateGradient);
        CopyIfAsked(cellCotangent, initialCellGradient);
        int rows = _time * _batch;
        ReadOnlySpan<T> all = Gates(0, _time);
        Gemm.Multiply(
            new(true, false, HiddenWidth, _hidden, rows),
            new(_width, _hidden, _hidden),
            all[_hiddenStart..],
            _states.Span.Slice(_reverse ? size : 0, rows * _hidden),
            gradients.Hidden);
        Gemm.Multiply(new(true, false, _inputs + 1, _width, rows), _x.AsSpan(0, rows * (_inputs + 1)), all, _inputWeightGradient.AsSpan());
        Unpack(gradients);
        if (!inputGradient.IsEmpty)
        {
            Gemm.Multiply<T>(new(false, true, rows, _inputs, _width), all, _inputWeight.AsSpan(0, _inputs * _width), inputGradient);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(int step)
    {
        int before = _reverse ? step + 1 : step;
        int after = _reverse ? step : step + 1;
        Span<T> gates = Gates(step, 1);
        Gemm.Multiply(
            new(false, false, _batch, HiddenWidth, _hidden), new(_hidden, HiddenWidth, _width), StateAt(before), _hiddenWeight, gates[_hiddenStart..], accumulate: true);
        GateStep.Forward<T, TGates>(new GateBatch<T>
        {
            Hidden = _hidden,
            Gates = gates,
            Mask = MaskAt(step),
            Previous = StateAt(before),
            Next = StateAt(after),
            PreviousCell = TGates.HasCell ? CellAt(before) : default,
            NextCell = TGates.HasCell ? CellAt(after) : default,
        });
    }

    private Span<T> Gates(int step, int count) => _gates.Span.Slice(step * _batch * _width, count * _batch * _width);

    // One state more than there are steps: going forward, the first is where the sequence starts; in reverse, the last.
    private Span<T> StateAt(int place) => _states.Span.Slice(place * _batch * _hidden, _batch * _hidden);

    private Span<T> CellAt(int place) => _cells.Span.Slice(place * _batch * _hidden, _batch * _hidden);

    private ReadOnlySpan<T> MaskAt(int step) => _isMasked ? _mask.AsSpan(step * _batch, _batch) : default;

    private static void Start(ReadOnlySpan<T> initial, Span<T> place)
    {
        if (initial.IsEmpty)
        {
            place.Clear();
        }
        else
        {
            initial.CopyTo(place);
        }
    }

    private static void CopyIfAsked(ReadOnlySpan<T> values, Span<T> destination)
    {
        if (!destination.IsEmpty)
        {
            values.CopyTo(destination);
        }
    }

    private void Prepare(int time, int batch, bool reverse)
    {
        (_time, _batch, _reverse) = (time, batch, reverse);
        int rows = time * batch;
        Grow(ref _gates, rows * _width);
        Grow(ref _states, (rows + batch) * _hidden);
        Grow(ref _cells, TGates.HasCell ? (rows + batch) * _hidden : 0);
        Grow(ref _x, rows * (_inputs + 1));
        Grow(ref _cotangent, batch * _hidden);
        Grow(ref _cellCotangent, TGates.HasCell ? batch * _hidden : 0);
    }

    private static void Grow(ref Storage<T> storage, int length)
    {
        if (storage.Span.Length < length)
        {
            storage = Storage<T>.AllocateAligned(length);
        }
    }

    private static void Grow(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(length);
        }
    }

    /// <summary>Keeps the input, with its column of ones, and the mask.</summary>
    private void Take(ReadOnlySpan<T> x, ReadOnlySpan<T> mask)
    {
        int rows = _time * _batch;
        for (int i = 0; i < rows; i++)
        {
            Span<T> row = _x.AsSpan(i * (_inputs + 1), _inputs + 1);
            x.Slice(i * _inputs, _inputs).CopyTo(row);
            row[_inputs] = T.One;
        }

        _isMasked = !mask.IsEmpty;
        if (_isMasked)
        {
            Grow(ref _mask, rows);
            mask.CopyTo(_mask);
            ClearMaskedInputs(rows);
        }
    }

    /// <summary>What stands where there is no step may be NaN, and 0·NaN would reach the weights' gradients.</summary>
    private void ClearMaskedInputs(int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            if (_mask[i] == T.Zero)
            {
                _x.AsSpan(i * (_inputs + 1), _inputs).Clear();
            }
        }
    }
}
