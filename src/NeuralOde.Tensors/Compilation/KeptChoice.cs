namespace NeuralOde.Tensors;

/// <summary>
/// Chooses what the first of two programs leaves for the second: of the values that the second reads and that do not depend on its late argument, those that are not had again at
/// once. Products, convolutions and functions are kept; what only moves values is not, nor what one operation of arithmetic makes of long operands that are there.
/// </summary>
internal sealed class KeptChoice
{
    /// <summary>Up to so many elements a copy costs less than an instruction.</summary>
    public const int FewElements = 4096;

    private readonly IReadOnlyList<GraphNode> _nodes;
    private readonly int _few;
    private readonly bool[] _isLate;
    private readonly bool[] _isRead;
    private readonly bool[] _isThere;

    /// <summary>Chooses.</summary>
    /// <param name="nodes">All nodes, each after what it is made of.</param>
    /// <param name="second">The results of the second program.</param>
    /// <param name="inputs">The arguments of both.</param>
    /// <param name="late">The argument that only the second has.</param>
    /// <param name="few">Up to so many elements what is cheap is kept, too.</param>
    public KeptChoice(IReadOnlyList<GraphNode> nodes, GraphNode[] second, ProgramInput[] inputs, int late, int few)
    {
        _few = few;
        _nodes = nodes;
        _isLate = new bool[nodes.Count];
        _isRead = new bool[nodes.Count];
        _isThere = new bool[nodes.Count];
        FindReads(second, late);
        Kept = Choose(WidePart.Find(nodes, second, inputs));
    }

    /// <summary>What is kept.</summary>
    public GraphNode[] Kept { get; }

    /// <summary>Whether a value depends on the argument that only the second program has.</summary>
    public bool IsLate(GraphNode node) => _isLate[node.Id];

    private void FindReads(GraphNode[] second, int late)
    {
        bool[] needed = new bool[_nodes.Count];
        foreach (GraphNode node in _nodes)
        {
            _isLate[node.Id] = (node.Kind == NodeKind.Input && node.InputIndex == late) || Array.Exists(node.Inputs, x => _isLate[x.Id]);
        }

        foreach (GraphNode output in second)
        {
            needed[output.Id] = _isLate[output.Id];
            _isRead[output.Id] = !_isLate[output.Id];
        }

        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            GraphNode node = _nodes[i];
            if (needed[i])
            {
                foreach (GraphNode input in node.Inputs)
                {
                    needed[input.Id] |= _isLate[input.Id];
                    _isRead[input.Id] |= !_isLate[input.Id];
                }
            }
            else if (_isRead[i] && node.Operation is Reshape or BroadcastTo or Transpose)
            {
                // What it moves has no more elements, and serves others too.
                _isRead[i] = false;
                _isRead[node.Inputs[0].Id] = true;
            }
        }
    }

    private GraphNode[] Choose(WidePart? wide)
    {
        List<GraphNode> kept = [];
        foreach (GraphNode node in _nodes)
        {
            if (_isLate[node.Id])
            {
                continue;
            }

            bool isThere = node.Kind == NodeKind.Input || node.IsStatic || wide?.IsWide(node) == true || (IsCheap(node) && Array.TrueForAll(node.Inputs, x => _isThere[x.Id]));
            if (!isThere && _isRead[node.Id])
            {
                kept.Add(node);
                isThere = true;
            }

            _isThere[node.Id] = isThere;
        }

        return [.. kept];
    }

    private bool IsCheap(GraphNode node) => node.Operation switch
    {
        Reshape or BroadcastTo or Transpose => true,
        Slice or Concatenate or Pad or Binary or Where or Detach or ScaleShift => node.Shape.ElementCount > _few,
        Unary { Function: var function } => node.Shape.ElementCount > _few && IsCheap(function),
        _ => false,
    };

    private static bool IsCheap(UnaryFunction function) =>
        function == UnaryFunctions.Negate || function == UnaryFunctions.Abs || function == UnaryFunctions.Sign || function == UnaryFunctions.Step
        || function == UnaryFunctions.Square || function == UnaryFunctions.Cube || function == ActivationFunctions.Relu;
}
