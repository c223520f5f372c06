namespace NeuralOde.Layers.Recurrent;

/// <summary>A long short-term memory over sequences; see <see cref="LstmCell"/> for the formulas and <see cref="RecurrentLayer"/> for shapes and masks.</summary>
public sealed class Lstm : RecurrentLayer
{
    private readonly RecurrentOperation<float, LstmGates<float>> _singles = new("lstm");
    private readonly RecurrentOperation<double, LstmGates<double>> _doubles = new("lstm");

    /// <summary>Makes the layer.</summary>
    /// <inheritdoc cref="Gru(int, int, bool, RandomSource?, DType)"/>
    public Lstm(int inputs, int hidden, bool reverse = false, RandomSource? random = null, DType dtype = DType.Float32)
        : this(new LstmCell(inputs, hidden, random, dtype), reverse)
    {
    }

    /// <summary>Makes the layer of a cell, whose parameters it shares.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="reverse">Whether the last step is read first.</param>
    public Lstm(LstmCell cell, bool reverse = false) : base(cell ?? throw new ArgumentNullException(nameof(cell)), reverse) => Cell = cell;

    /// <summary>The layer's step.</summary>
    public LstmCell Cell { get; }

    /// <summary>Reads sequences.</summary>
    /// <param name="x">The inputs, <c>[time, batch, inputs]</c>.</param>
    /// <param name="initial">The state before the first step that is read, <c>[batch, hidden]</c>; zeros if not given.</param>
    /// <param name="initialCell">The cell before it, <c>[batch, hidden]</c>; zeros if not given.</param>
    /// <param name="mask"><c>[time, batch]</c>, 0 where a sample has no step and keeps its state; all have all steps if not given.</param>
    /// <returns>
    /// The states after each step, <c>[time, batch, hidden]</c>, in order of time in either direction, and the cell after the last step that was
    /// read, <c>[batch, hidden]</c>.
    /// </returns>
    /// <exception cref="ArgumentException">A shape or an element type does not fit.</exception>
    public (Tensor States, Tensor FinalCell) Forward(Tensor x, Tensor? initial = null, Tensor? initialCell = null, Tensor? mask = null)
    {
        Check(x, mask, initial, initialCell);
        if (IsCompiled(x, initial, initialCell))
        {
            (Tensor[] states, Tensor cell) = Unroll(x, initial, initialCell, mask);
            return (Tensor.Stack(states), cell);
        }

        Tensor all = Run(x, initial, initialCell, mask, all: true);
        return (all.Slice(0, ..^1), all.Select(0, -1));
    }

    /// <summary>Reads sequences for their final state and cell only: those after the last step, or after the first if the direction is reversed.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>The state and the cell, each <c>[batch, hidden]</c>.</returns>
    public (Tensor State, Tensor Cell) Final(Tensor x, Tensor? initial = null, Tensor? initialCell = null, Tensor? mask = null)
    {
        Check(x, mask, initial, initialCell);
        if (IsCompiled(x, initial, initialCell))
        {
            (Tensor[] states, Tensor cell) = Unroll(x, initial, initialCell, mask);
            return (states[IsReversed ? 0 : ^1], cell);
        }

        Tensor both = Run(x, initial, initialCell, mask, all: false);
        return (both.Select(0, 0), both.Select(0, 1));
    }

    private static bool IsCompiled(Tensor x, Tensor? initial, Tensor? cell) => x.IsSymbolic || initial is { IsSymbolic: true } || cell is { IsSymbolic: true };

    private Tensor Run(Tensor x, Tensor? initial, Tensor? cell, Tensor? mask, bool all) => x.DType == DType.Float32
        ? Run(_singles, x, mask, initial, cell, all)
        : Run(_doubles, x, mask, initial, cell, all);

    private (Tensor[] States, Tensor Cell) Unroll(Tensor x, Tensor? initial, Tensor? initialCell, Tensor? mask)
    {
        Tensor state = initial ?? Tensor.Zeros(StateShape(x), x.DType);
        Tensor cell = initialCell ?? Tensor.Zeros(StateShape(x), x.DType);
        var states = new Tensor[x.Shape[0]];
        foreach (int step in Steps(states.Length))
        {
            (Tensor nextState, Tensor nextCell) = Cell.Forward(Input(x, mask, step), state, cell);
            states[step] = state = Keep(mask, step, nextState, state);
            cell = Keep(mask, step, nextCell, cell);
        }

        return (states, cell);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Lstm(cloner.Clone(Cell), IsReversed);
}
