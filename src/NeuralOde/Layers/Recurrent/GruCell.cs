namespace NeuralOde.Layers.Recurrent;

/// <summary>One step of a gated recurrent unit (Cho et al. 2014).</summary>
/// <remarks>
/// As in PyTorch: <c>r = σ(W_ir x + b_ir + W_hr h + b_hr)</c>, <c>z = σ(W_iz x + b_iz + W_hz h + b_hz)</c>,
/// <c>n = tanh(W_in x + b_in + r·(W_hn h + b_hn))</c>, <c>h' = (1 − z)·n + z·h</c>; the gates stand in the order r, z, n.
/// </remarks>
public sealed class GruCell : RecurrentCell
{
    private const int GateCount = 3;

    /// <summary>Makes the cell.</summary>
    /// <param name="inputs">The length of the input's last axis, at least 1.</param>
    /// <param name="hidden">The number of units, at least 1.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public GruCell(int inputs, int hidden, RandomSource? random = null, DType dtype = DType.Float32) : base(inputs, hidden, GateCount, random, dtype)
    {
    }

    /// <summary>Makes one step.</summary>
    /// <param name="x">The input, <c>[batch, inputs]</c>.</param>
    /// <param name="state">The state before, <c>[batch, hidden]</c>.</param>
    /// <returns>The state after, <c>[batch, hidden]</c>.</returns>
    /// <exception cref="ArgumentException">A shape is another.</exception>
    public Tensor Forward(Tensor x, Tensor state)
    {
        Tensor fromInput = FromInput(x);
        Tensor fromState = FromState(state);
        Tensor r = (Gate(fromInput, 0) + Gate(fromState, 0)).Sigmoid();
        Tensor z = (Gate(fromInput, 1) + Gate(fromState, 1)).Sigmoid();
        Tensor n = (Gate(fromInput, 2) + (r * Gate(fromState, 2))).Tanh();
        return n + (z * (state - n));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new GruCell(InputCount, HiddenCount, new RandomSource(0), InputWeight.DType);
}
