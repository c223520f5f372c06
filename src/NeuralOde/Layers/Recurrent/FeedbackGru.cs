namespace NeuralOde.Layers.Recurrent;

/// <summary>
/// A gated recurrent unit that reads its own last output: <c>h_i = cell([output(h_{i−1}), x_i], h_{i−1})</c>, over a whole sequence as one operation.
/// </summary>
/// <remarks>
/// The output is affine in the state, so feeding it back is a further part of the weight of the state. With that, the sequence's only inputs are the <c>x_i</c>.
/// It owns no parameters: they are the cell's and the output layer's.
/// </remarks>
/// <param name="cell">The cell. Its inputs are the output's components, then those of <c>x</c>.</param>
/// <param name="output">From a state to an output, with a bias.</param>
public sealed class FeedbackGru(GruCell cell, Linear output)
{
    private readonly RecurrentOperation<float, FeedbackGruGates<float>> _singles = new("gru");
    private readonly RecurrentOperation<double, FeedbackGruGates<double>> _doubles = new("gru");

    /// <summary>Runs over a sequence.</summary>
    /// <param name="inputs">The inputs <c>x</c>, <c>[time, batch, features]</c>, in the state's element type.</param>
    /// <param name="state">The state before the first input, <c>[batch, hidden]</c>.</param>
    /// <returns>The states after each input, <c>[time, batch, hidden]</c>.</returns>
    public Tensor Forward(Tensor inputs, Tensor state)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(state);
        RecurrentTensors weights = Weights();
        return state.DType == DType.Float32
            ? _singles.Apply(inputs, null, state, null, weights, reverse: false, all: true)
            : _doubles.Apply(inputs, null, state, null, weights, reverse: false, all: true);
    }

    /// <summary>The cell's weights with the feedback in them: the state's blocks are those of <see cref="FeedbackGruGates{T}"/>.</summary>
    private RecurrentTensors Weights()
    {
        int hidden = cell.HiddenCount;
        int components = output.Weight.Shape[0];
        Tensor read = cell.InputWeight.Slice(1, 0, components);
        Tensor fed = read.MatMul(output.Weight);
        var hiddenWeight = Tensor.Concatenate(
        [
            fed.Slice(0, 2 * hidden, hidden),
            fed.Slice(0, 0, 2 * hidden) + cell.HiddenWeight.Slice(0, 0, 2 * hidden),
            cell.HiddenWeight.Slice(0, 2 * hidden, hidden),
        ]);
        return new RecurrentTensors(
            cell.InputWeight.Slice(1, components, cell.InputWeight.Shape[1] - components),
            hiddenWeight,
            cell.InputBias + read.MatMul(output.Bias!),
            Tensor.Concatenate([Tensor.Zeros([hidden], cell.HiddenBias.DType), cell.HiddenBias]));
    }
}
