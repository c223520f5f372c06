namespace NeuralOde.Layers.Recurrent;

/// <summary>One step of a long short-term memory (Hochreiter, Schmidhuber 1997; with a forget gate: Gers et al. 2000).</summary>
/// <remarks>
/// As in PyTorch: <c>i, f, o = σ(W x + b + W' h + b')</c>, <c>g = tanh(…)</c>, <c>c' = f·c + i·g</c>, <c>h' = o·tanh c'</c>; the gates stand in the order i, f, g, o.
/// </remarks>
public sealed class LstmCell : RecurrentCell
{
    private const int GateCount = 4;

    /// <summary>Makes the cell.</summary>
    /// <inheritdoc cref="GruCell(int, int, RandomSource?, DType)"/>
    public LstmCell(int inputs, int hidden, RandomSource? random = null, DType dtype = DType.Float32) : base(inputs, hidden, GateCount, random, dtype)
    {
    }

    /// <summary>Makes one step.</summary>
    /// <param name="x">The input, <c>[batch, inputs]</c>.</param>
    /// <param name="state">The state before, <c>[batch, hidden]</c>.</param>
    /// <param name="cell">The cell before, <c>[batch, hidden]</c>.</param>
    /// <returns>The state and the cell after, each <c>[batch, hidden]</c>.</returns>
    /// <exception cref="ArgumentException">A shape is another.</exception>
    public (Tensor State, Tensor Cell) Forward(Tensor x, Tensor state, Tensor cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        Tensor all = FromInput(x) + FromState(state);
        ArgumentException.ThrowIf(cell.Shape != state.Shape, $"The cell has the state's shape {state.Shape}; got {cell.Shape}.", nameof(cell));
        Tensor next = (Gate(all, 1).Sigmoid() * cell) + (Gate(all, 0).Sigmoid() * Gate(all, 2).Tanh());
        return (Gate(all, 3).Sigmoid() * next.Tanh(), next);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new LstmCell(InputCount, HiddenCount, new RandomSource(0), InputWeight.DType);
}
