namespace NeuralOde.Tensors;

/// <summary>Where a node's value comes from.</summary>
internal enum NodeKind
{
    Input,
    Parameter,
    Constant,
    Operation,
}

/// <summary>A value of the graph that becomes a program.</summary>
internal sealed class GraphNode
{
    public required int Id { get; init; }

    public required NodeKind Kind { get; init; }

    public required Shape Shape { get; init; }

    public Operation? Operation { get; init; }

    public GraphNode[] Inputs { get; init; } = [];

    /// <summary>The captured tensor behind a parameter or a constant.</summary>
    public Tensor? Tensor { get; init; }

    /// <summary>Which argument of the traced function an input is.</summary>
    public int InputIndex { get; init; } = -1;

    /// <summary>
    /// Whether the value depends on parameters and constants only. Such values are computed again when a parameter has
    /// changed, not at every run: a weight is transposed once an optimizer step, not once an evaluation.
    /// </summary>
    public required bool IsStatic { get; init; }

    /// <summary>The code that computes the value of an operation.</summary>
    public Kernel<T> KernelOf<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operation!.CreateKernel<T>(Array.ConvertAll(Inputs, static x => x.Shape), Shape);

    /// <summary>Whether this is a constant of one element with exactly this value; −0 is not 0, as x − (−0) is not x where x is −0.</summary>
    public bool IsScalarConstant(double value) =>
        Kind == NodeKind.Constant && Shape.ElementCount == 1 && BitConverter.DoubleToInt64Bits(Tensor!.ToExactScalar()) == BitConverter.DoubleToInt64Bits(value);
}
