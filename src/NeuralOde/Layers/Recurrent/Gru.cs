namespace NeuralOde.Layers.Recurrent;

/// <summary>A gated recurrent unit over sequences; see <see cref="GruCell"/> for the formulas and <see cref="RecurrentLayer"/> for shapes and masks.</summary>
public sealed class Gru : RecurrentLayer
{
    private readonly RecurrentOperation<float, GruGates<float>> _singles = new("gru");
    private readonly RecurrentOperation<double, GruGates<double>> _doubles = new("gru");

    /// <summary>Makes the layer.</summary>
    /// <param name="inputs">The length of the input's last axis, at least 1.</param>
    /// <param name="hidden">The number of units, at least 1.</param>
    /// <param name="reverse">Whether the last step is read first.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Gru(int inputs, int hidden, bool reverse = false, RandomSource? random = null, DType dtype = DType.Float32)
        : this(new GruCell(inputs, hidden, random, dtype), reverse)
    {
    }

    /// <summary>Makes the layer of a cell, whose parameters it shares.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="reverse">Whether the last step is read first.</param>
    public Gru(GruCell cell, bool reverse = false) : base(cell ?? throw new ArgumentNullException(nameof(cell)), reverse) => Cell = cell;

    /// <summary>The layer's step.</summary>
    public GruCell Cell { get; }

    /// <summary>Reads sequences.</summary>
    /// <param name="x">The inputs, <c>[time, batch, inputs]</c>.</param>
    /// <param name="initial">The state before the first step that is read, <c>[batch, hidden]</c>; zeros if not given.</param>
    /// <param name="mask"><c>[time, batch]</c>, 0 where a sample has no step and keeps its state; all have all steps if not given.</param>
    /// <returns>The states after each step, <c>[time, batch, hidden]</c>, in order of time in either direction.</returns>
    /// <exception cref="ArgumentException">A shape or an element type does not fit.</exception>
    public Tensor Forward(Tensor x, Tensor? initial = null, Tensor? mask = null)
    {
        Check(x, mask, initial);
        return IsCompiled(x, initial) ? Tensor.Stack(Unroll(x, initial, mask)) : Run(x, initial, mask, all: true);
    }

    /// <summary>Reads sequences for their final state only: that after the last step, or after the first if the direction is reversed.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>The state, <c>[batch, hidden]</c>.</returns>
    public Tensor Final(Tensor x, Tensor? initial = null, Tensor? mask = null)
    {
        Check(x, mask, initial);
        return IsCompiled(x, initial) ? Unroll(x, initial, mask)[IsReversed ? 0 : ^1] : Run(x, initial, mask, all: false).Reshape(StateShape(x));
    }

    private static bool IsCompiled(Tensor x, Tensor? initial) => x.IsSymbolic || initial is { IsSymbolic: true };

    private Tensor Run(Tensor x, Tensor? initial, Tensor? mask, bool all) => x.DType == DType.Float32
        ? Run(_singles, x, mask, initial, null, all)
        : Run(_doubles, x, mask, initial, null, all);

    private Tensor[] Unroll(Tensor x, Tensor? initial, Tensor? mask)
    {
        Tensor state = initial ?? Tensor.Zeros(StateShape(x), x.DType);
        var states = new Tensor[x.Shape[0]];
        foreach (int step in Steps(states.Length))
        {
            states[step] = state = Keep(mask, step, Cell.Forward(Input(x, mask, step), state), state);
        }

        return states;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Gru(cloner.Clone(Cell), IsReversed);
}
