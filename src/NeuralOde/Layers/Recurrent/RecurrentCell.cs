namespace NeuralOde.Layers.Recurrent;

/// <summary>One step of a recurrent layer, made of elementary operations, so that it can be part of compiled functions too.</summary>
/// <remarks>
/// Parameters have PyTorch's names, shapes, order of gates and first values (uniform on ±1/√hidden), so that files go both ways.
/// </remarks>
public abstract class RecurrentCell : Module
{
    private protected RecurrentCell(int inputs, int hidden, int gateCount, RandomSource? random, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        random ??= RandomSource.Default;
        InputCount = inputs;
        HiddenCount = hidden;
        double bound = 1 / Math.Sqrt(hidden);
        InputWeight = AddParameter("weight_ih", random.Uniform([gateCount * hidden, inputs], -bound, bound, dtype));
        HiddenWeight = AddParameter("weight_hh", random.Uniform([gateCount * hidden, hidden], -bound, bound, dtype));
        InputBias = AddParameter("bias_ih", random.Uniform([gateCount * hidden], -bound, bound, dtype));
        HiddenBias = AddParameter("bias_hh", random.Uniform([gateCount * hidden], -bound, bound, dtype));
    }

    /// <summary>The length of the input's last axis.</summary>
    public int InputCount { get; }

    /// <summary>The number of units.</summary>
    public int HiddenCount { get; }

    /// <summary>The input's weight, <c>[gates · hidden, inputs]</c>.</summary>
    public Parameter InputWeight { get; }

    /// <summary>The previous state's weight, <c>[gates · hidden, hidden]</c>.</summary>
    public Parameter HiddenWeight { get; }

    /// <summary>The bias added with the input, <c>[gates · hidden]</c>.</summary>
    public Parameter InputBias { get; }

    /// <summary>The bias added with the previous state, <c>[gates · hidden]</c>.</summary>
    public Parameter HiddenBias { get; }

    private protected Tensor FromInput(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank == 2 && x.Shape[1] == InputCount
            ? x.MatMul(InputWeight.Transpose()) + InputBias
            : throw new ArgumentException($"This cell takes inputs [batch, {InputCount}]; got shape {x.Shape}.", nameof(x));
    }

    private protected Tensor FromState(Tensor state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Rank == 2 && state.Shape[1] == HiddenCount
            ? state.MatMul(HiddenWeight.Transpose()) + HiddenBias
            : throw new ArgumentException($"This cell's state is [batch, {HiddenCount}]; got shape {state.Shape}.", nameof(state));
    }

    private protected Tensor Gate(Tensor all, int index) => all.Slice(-1, index * HiddenCount, HiddenCount);
}
