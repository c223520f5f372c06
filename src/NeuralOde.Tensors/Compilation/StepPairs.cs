namespace NeuralOde.Tensors;

/// <summary>
/// Finds sums, differences and products that are read once, by another of them in the same tile group. The two are one step over a tile, and
/// the first one's value never leaves the registers: a step so cheap takes no longer than reading its operands and writing its value.
/// </summary>
internal sealed class StepPairs
{
    private readonly GraphNode?[] _inner;
    private readonly bool[] _isInner;

    /// <param name="nodes">All nodes, each after what it is made of.</param>
    /// <param name="needed">Which of them the results need.</param>
    /// <param name="tiles">What is computed in tiles.</param>
    public StepPairs(IReadOnlyList<GraphNode> nodes, bool[] needed, TileGroups tiles)
    {
        _inner = new GraphNode?[nodes.Count];
        _isInner = new bool[nodes.Count];
        int[] readers = new int[nodes.Count];
        foreach (GraphNode node in nodes)
        {
            if (needed[node.Id] && node.Operation is not Reshape)
            {
                foreach (GraphNode input in node.Inputs)
                {
                    readers[Placement.Root(input).Id]++;
                }
            }
        }

        foreach (GraphNode outer in tiles.Groups.SelectMany(static x => x))
        {
            // A value that is read once and has no memory beyond a tile is read by its own group.
            if (outer.Operation is Binary && FunctionOf(outer) is not null)
            {
                GraphNode? inner = outer.Inputs.Select(Placement.Root).FirstOrDefault(
                    x => tiles.IsTile(x) && readers[x.Id] == 1 && _inner[x.Id] is null && FunctionOf(x) is not null);
                if (inner is not null)
                {
                    _inner[outer.Id] = inner;
                    _isInner[inner.Id] = true;
                }
            }
        }
    }

    /// <summary>Whether a step is done within another, its only reader.</summary>
    public bool IsInner(GraphNode step) => _isInner[step.Id];

    /// <summary>What a step reads: both operands of the step within it come first.</summary>
    public GraphNode[] OperandsOf(GraphNode step) =>
        _inner[step.Id] is GraphNode inner ? [.. FactorsOf(inner), step.Inputs[IsInnerFirst(step) ? 1 : 0]] : step.Inputs;

    /// <summary>Binds a step to what it reads (<see cref="OperandsOf"/>) and writes, with the step within it.</summary>
    public ElementwiseInstruction<T> Bind<T>(GraphNode step, Buffer<T>[] operands, Buffer<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _inner[step.Id] is GraphNode inner
            ? PairBinding.Bind(FunctionOf(inner)!.Value, FunctionOf(step)!.Value, IsInnerFirst(step), operands, output)
            : step.KernelOf<T>().BindElementwise(operands, output);

    private bool IsInnerFirst(GraphNode step) => Placement.Root(step.Inputs[0]) == _inner[step.Id];

    /// <summary>The function of two variables that a step is, where it can be done within another; a square is a product.</summary>
    private static BinaryFunction? FunctionOf(GraphNode step) => step.Operation switch
    {
        Binary { Function: var function } when PairBinding.Supports(function) => function,
        Unary unary when unary.Function == UnaryFunctions.Square => BinaryFunction.Multiply,
        _ => null,
    };

    private static GraphNode[] FactorsOf(GraphNode step) => step.Inputs.Length == 1 ? [step.Inputs[0], step.Inputs[0]] : step.Inputs;
}
