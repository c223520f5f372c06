namespace NeuralOde.Tensors;

/// <summary>
/// Finds element-wise operations that follow one another over equally many elements, too many for the first-level cache. They are run
/// tile by tile (<see cref="TileInstruction{T}"/>), with the same bits as one after the other.
/// </summary>
internal sealed class TileGroups
{
    /// <summary>A tile's bytes. A handful of them fits the first-level cache, and a step takes many times what calling it does.</summary>
    public const int TileBytes = 8192;

    /// <summary>Operands of fewer tiles stay in the first-level cache between two steps anyway.</summary>
    private const int MinTiles = 2;

    /// <summary>More steps would need more tiles at a time than the first-level cache holds, in the worst case.</summary>
    private const int MaxSteps = 24;

    private readonly int[] _group;
    private readonly bool[] _isWhole;

    /// <param name="nodes">All nodes, each after what it is made of.</param>
    /// <param name="needed">Which of them the results need.</param>
    /// <param name="outputs">The nodes whose memory is a result.</param>
    /// <param name="tileLength">The elements of a tile.</param>
    public TileGroups(IReadOnlyList<GraphNode> nodes, bool[] needed, IEnumerable<GraphNode> outputs, int tileLength)
    {
        _group = new int[nodes.Count];
        _isWhole = new bool[nodes.Count];
        TileLength = tileLength;
        Array.Fill(_group, -1);
        List<GraphNode> run = [];
        foreach (GraphNode node in nodes)
        {
            if (!needed[node.Id] || node.Kind != NodeKind.Operation || node.IsStatic || node.Operation is Reshape)
            {
                continue;
            }

            bool fits = node.Shape.ElementCount >= MinTiles * tileLength
                && node.Operation!.IsElementwise(Array.ConvertAll(node.Inputs, static x => x.Shape), node.Shape);
            if (!fits || run.Count == MaxSteps || (run.Count > 0 && run[0].Shape.ElementCount != node.Shape.ElementCount))
            {
                Close(run);
            }

            if (fits)
            {
                run.Add(node);
            }
        }

        Close(run);
        foreach (GraphNode node in nodes)
        {
            if (needed[node.Id])
            {
                foreach (GraphNode input in node.Inputs)
                {
                    GraphNode root = Placement.Root(input);
                    _isWhole[root.Id] |= node.Operation is not Reshape && _group[node.Id] != _group[root.Id];
                }
            }
        }

        foreach (GraphNode output in outputs)
        {
            _isWhole[Placement.Root(output).Id] = true;
        }

        Pairs = new StepPairs(nodes, needed, this);
    }

    /// <summary>The steps of the groups that are done within another.</summary>
    public StepPairs Pairs { get; }

    /// <summary>The groups, each in the order in which its steps are run.</summary>
    public List<GraphNode[]> Groups { get; } = [];

    /// <summary>The elements of a tile.</summary>
    public int TileLength { get; }

    /// <summary>The group of an operation, or <see langword="null"/>.</summary>
    public GraphNode[]? Of(GraphNode node) => _group[node.Id] < 0 ? null : Groups[_group[node.Id]];

    /// <summary>Whether a value is read by its own group only, and so never exists but for one tile.</summary>
    public bool IsTile(GraphNode node) => _group[node.Id] >= 0 && !_isWhole[node.Id];

    private void Close(List<GraphNode> run)
    {
        if (run.Count > 1)
        {
            foreach (GraphNode node in run)
            {
                _group[node.Id] = Groups.Count;
            }

            Groups.Add([.. run]);
        }

        run.Clear();
    }
}
