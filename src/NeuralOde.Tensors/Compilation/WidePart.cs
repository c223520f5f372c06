namespace NeuralOde.Tensors;

/// <summary>
/// Finds what a graph computes of inputs in double precision (times), constants and small parameters alone, and cuts it out: it becomes a program of its own in
/// double precision, whose results are further inputs of what is left.
/// </summary>
internal sealed class WidePart
{
    /// <summary>Parameters of more elements stay where they are, so that a network of time is not computed in double precision.</summary>
    private const int MostParameterElements = 64;

    private readonly IReadOnlyList<GraphNode> _nodes;
    private readonly ProgramInput[] _inputs;

    // By the number of a node: depends on constants and small parameters alone; on a wide input as well; whether there is a parameter; whether something was rounded.
    private readonly bool[] _neutral;
    private readonly bool[] _wide;
    private readonly bool[] _hasParameter;
    private readonly bool[] _rounds;
    private readonly List<GraphNode> _cuts = [];

    private WidePart(IReadOnlyList<GraphNode> nodes, ProgramInput[] inputs)
    {
        _nodes = nodes;
        _inputs = inputs;
        _neutral = new bool[nodes.Count];
        _wide = new bool[nodes.Count];
        _hasParameter = new bool[nodes.Count];
        _rounds = new bool[nodes.Count];
    }

    /// <summary>The nodes whose values come from the part that was cut out.</summary>
    public IReadOnlyList<GraphNode> Cuts => _cuts;

    /// <summary>Finds the part; null if there is none.</summary>
    public static WidePart? Find(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, ProgramInput[] inputs)
    {
        if (!Array.Exists(inputs, static x => x.IsWide))
        {
            return null;
        }

        var part = new WidePart(nodes, inputs);
        part.Classify();
        part.Cut(outputs);
        return part._cuts.Count > 0 ? part : null;
    }

    /// <summary>Whether a value is computed in double precision, of times alone.</summary>
    public bool IsWide(GraphNode node) => _wide[node.Id];

    /// <summary>Compiles the part: its arguments are the wide inputs in their order, then the parameters.</summary>
    public WideProgram<T> Compile<T>(Buffer<T>[] results)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ProgramInput[] wide = [.. _inputs.Where(static x => x.IsWide).Select(static x => new ProgramInput(x.Name, x.Shape))];
        int[] slots = new int[_inputs.Length];
        for (int i = 0, slot = 0; i < slots.Length; i++)
        {
            slots[i] = _inputs[i].IsWide ? slot++ : -1;
        }

        var graph = new GraphBuilder(DType.Float64);
        var copies = new Dictionary<GraphNode, GraphNode>();
        List<ProgramInput> arguments = [.. wide];
        List<Parameter> parameters = [];
        for (int i = 0; i < wide.Length; i++)
        {
            GraphNode? node = _nodes.FirstOrDefault(x => x.Kind == NodeKind.Input && slots[x.InputIndex] == i);
            GraphNode copy = graph.Input(i, wide[i].Shape);
            if (node is not null)
            {
                copies[node] = copy;
            }
        }

        foreach (GraphNode node in Needed(_cuts))
        {
            copies[node] = node.Kind switch
            {
                NodeKind.Input => copies[node],
                NodeKind.Constant => graph.Capture(node.Tensor!.Exactly()),
                NodeKind.Parameter => Argument((Parameter)node.Tensor!),
                _ => graph.Add(node.Operation!, Array.ConvertAll(node.Inputs, x => copies[x])),
            };
        }

        GraphNode[] outputs = [.. _cuts.Select(x => copies[x])];
        ProgramInput[] signature = [.. arguments];
        var program = new Program<double>(signature, new ProgramLayoutBuilder<double>(graph.Nodes, outputs, [], signature, TileGroups.TileBytes).Build());
        return new WideProgram<T>(program, slots, wide.Length, [.. parameters], results);

        GraphNode Argument(Parameter parameter)
        {
            GraphNode input = graph.Input(arguments.Count, parameter.Shape);
            arguments.Add(new ProgramInput(parameter.Name, parameter.Shape));
            parameters.Add(parameter);
            return input;
        }
    }

    /// <summary>Copies the graph without the part; its results are inputs after the others.</summary>
    public GraphNode[] Rest(GraphNode[] outputs, GraphBuilder target)
    {
        var copies = new Dictionary<GraphNode, GraphNode>();
        for (int i = 0; i < _cuts.Count; i++)
        {
            copies[_cuts[i]] = target.Input(_inputs.Length + i, _cuts[i].Shape);
        }

        // Inputs stay even where nobody reads them: they are the program's signature.
        foreach (GraphNode node in _nodes.Where(static x => x.Kind == NodeKind.Input))
        {
            copies[node] = target.Input(node.InputIndex, node.Shape);
        }

        foreach (GraphNode node in Needed(outputs, copies.Keys.ToHashSet()))
        {
            copies[node] = node.Kind == NodeKind.Operation ? target.AddAsIs(node.Operation!, Array.ConvertAll(node.Inputs, x => copies[x])) : target.Capture(node.Tensor!);
        }

        return Array.ConvertAll(outputs, x => copies[x]);
    }

    private void Classify()
    {
        foreach (GraphNode node in _nodes)
        {
            int id = node.Id;
            switch (node.Kind)
            {
                case NodeKind.Input:
                    _wide[id] = _inputs[node.InputIndex].IsWide;
                    break;
                case NodeKind.Constant:
                    _neutral[id] = true;
                    break;
                case NodeKind.Parameter:
                    _neutral[id] = node.Shape.ElementCount <= MostParameterElements;
                    _hasParameter[id] = true;
                    break;
                default:
                    _hasParameter[id] = Array.Exists(node.Inputs, x => _hasParameter[x.Id]);
                    bool fits = Array.TrueForAll(node.Inputs, x => _wide[x.Id] || _neutral[x.Id]) && (!_hasParameter[id] || node.Operation is Unary or Binary || Moves(node));
                    _wide[id] = fits && Array.Exists(node.Inputs, x => _wide[x.Id]);
                    _neutral[id] = fits && !_wide[id];
                    _rounds[id] = _wide[id] && (!Moves(node) || Array.Exists(node.Inputs, x => _rounds[x.Id]));
                    break;
            }
        }
    }

    /// <summary>Cuts where a value that was computed in double precision meets others, but below what only moves values: a number is repeated after it was rounded.</summary>
    private void Cut(GraphNode[] outputs)
    {
        var seen = new HashSet<GraphNode>();
        var stack = new Stack<GraphNode>(outputs.Reverse());
        while (stack.TryPop(out GraphNode? node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            if (_rounds[node.Id] && !Moves(node))
            {
                _cuts.Add(node);
                continue;
            }

            foreach (GraphNode input in node.Inputs)
            {
                stack.Push(input);
            }
        }
    }

    /// <summary>What the given nodes are made of, each after its own inputs, without those that are known.</summary>
    private List<GraphNode> Needed(IEnumerable<GraphNode> results, HashSet<GraphNode>? known = null)
    {
        bool[] needed = new bool[_nodes.Count];
        foreach (GraphNode result in results)
        {
            needed[result.Id] = true;
        }

        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            if (known?.Contains(_nodes[i]) == true)
            {
                needed[i] = false;
            }

            if (needed[i])
            {
                Array.ForEach(_nodes[i].Inputs, x => needed[x.Id] = true);
            }
        }

        return [.. _nodes.Where(x => needed[x.Id])];
    }

    /// <summary>Whether an operation only moves values, so that it gives the same before and after rounding.</summary>
    private static bool Moves(GraphNode node) => node.Operation is Reshape or BroadcastTo or Transpose or Concatenate or Slice or Pad or Gather;
}
