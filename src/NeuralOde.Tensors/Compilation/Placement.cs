namespace NeuralOde.Tensors;

/// <summary>Where every value of a program lies in its arena, and what is computed in tiles.</summary>
internal sealed class Placement
{
    private readonly IReadOnlyList<GraphNode> _nodes;
    private readonly GraphNode[] _outputs;
    private readonly int _granule;
    private readonly MemoryPlan _plan;
    private readonly int[] _lastUse;
    private readonly bool[] _needed;
    private readonly int[] _offset;
    private readonly bool[] _pinned;
    private readonly bool[] _isKept;
    private readonly KeptPlaces? _places;

    /// <param name="nodes">All nodes, each after what it is made of.</param>
    /// <param name="outputs">The results.</param>
    /// <param name="late">Values that are read once more after all steps.</param>
    /// <param name="signature">The arguments.</param>
    /// <param name="granule">Places start at multiples of this many elements.</param>
    /// <param name="tileLength">The elements of a tile.</param>
    /// <param name="places">The arguments and results that lie elsewhere.</param>
    public Placement(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, GraphNode[] late, ProgramInput[] signature, int granule, int tileLength, KeptPlaces? places)
    {
        _places = places;
        _isKept = new bool[nodes.Count];
        _nodes = nodes;
        _outputs = outputs;
        _granule = granule;
        _plan = new MemoryPlan(granule);
        _lastUse = new int[nodes.Count];
        _needed = new bool[nodes.Count];
        _offset = new int[nodes.Count];
        _pinned = new bool[nodes.Count];
        FindUses(late);
        Tiles = new TileGroups(nodes, _needed, [.. outputs, .. late], tileLength);
        foreach (GraphNode[] group in Tiles.Groups)
        {
            KeepWhatIsReadBy(group);
        }

        // Arguments, results and what is computed once a parameter change keep their places for good.
        Inputs = [.. signature.Select((x, i) => IsKeptInput(i) ? places!.OfInput(i) : _plan.Take(x.Shape.ElementCount))];
        Outputs = [.. outputs.Select((x, i) => IsKeptOutput(i) ? places!.OfOutput(i) : _plan.Take(x.Shape.ElementCount))];
        Copies = PlaceOutputs();
        Place();
    }

    /// <summary>The groups of steps that run tile by tile.</summary>
    public TileGroups Tiles { get; }

    /// <summary>The arguments' places.</summary>
    public int[] Inputs { get; }

    /// <summary>The results' places.</summary>
    public int[] Outputs { get; }

    /// <summary>For each result its place where it has to be copied there, or −1 where it is computed in it.</summary>
    public int[] Copies { get; }

    /// <summary>The arena's size in elements.</summary>
    public int Length => _plan.Length;

    /// <summary>Whether the results need a node.</summary>
    public bool IsNeeded(GraphNode node) => _needed[node.Id];

    /// <summary>Whether a value lies outside of the arena, at its place among those.</summary>
    public bool IsKept(GraphNode node) => _isKept[node.Id];

    /// <summary>Whether an argument does.</summary>
    public bool IsKeptInput(int input) => _places?.OfInput(input) >= 0;

    /// <summary>Whether a result does.</summary>
    public bool IsKeptOutput(int output) => _places?.OfOutput(output) >= 0;

    /// <summary>A value's place.</summary>
    public int OffsetOf(GraphNode node) => _offset[node.Id];

    /// <summary>The node whose memory a value lives in: a reshape is another view of its input.</summary>
    public static GraphNode Root(GraphNode node)
    {
        while (node.Operation is Reshape)
        {
            node = node.Inputs[0];
        }

        return node;
    }

    private void FindUses(GraphNode[] late)
    {
        foreach (GraphNode output in (IEnumerable<GraphNode>)[.. _outputs, .. late])
        {
            _needed[output.Id] = true;
        }

        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            if (!_needed[i])
            {
                continue;
            }

            _lastUse[i] = Math.Max(_lastUse[i], i);
            foreach (GraphNode input in _nodes[i].Inputs)
            {
                _needed[input.Id] = true;
                GraphNode root = Root(input);
                _lastUse[root.Id] = Math.Max(_lastUse[root.Id], i);
                _lastUse[input.Id] = Math.Max(_lastUse[input.Id], i);
            }
        }

        foreach (GraphNode node in late)
        {
            _lastUse[node.Id] = _lastUse[Root(node).Id] = _nodes.Count;
        }
    }

    /// <summary>
    /// Lets each result be computed straight into its place. Where that cannot be (an argument or a parameter is returned, or
    /// one value twice), the result says where a copy has to go.
    /// </summary>
    private int[] PlaceOutputs()
    {
        int[] copies = new int[_outputs.Length];
        for (int i = 0; i < _outputs.Length; i++)
        {
            GraphNode root = Root(_outputs[i]);
            if (root.Kind == NodeKind.Operation && !_pinned[root.Id])
            {
                _pinned[root.Id] = true;
                _offset[root.Id] = Outputs[i];
                _isKept[root.Id] = IsKeptOutput(i);
                copies[i] = -1;
            }
            else
            {
                copies[i] = Outputs[i];
            }
        }

        return copies;
    }

    private void Place()
    {
        // Values that are kept between runs first, so that none of them lands in a place that a run reuses.
        foreach (GraphNode node in _nodes)
        {
            if (node.Kind == NodeKind.Input)
            {
                _offset[node.Id] = Inputs[node.InputIndex];
                _isKept[node.Id] = IsKeptInput(node.InputIndex);
                _pinned[node.Id] = true;
            }
            else if (_needed[node.Id] && node.Kind == NodeKind.Operation && node.IsStatic && node.Operation is not Reshape && !_pinned[node.Id])
            {
                _offset[node.Id] = _plan.Take(node.Shape.ElementCount);
                _pinned[node.Id] = true;
            }
        }

        List<GraphNode> live = [];
        (int tilesOffset, int tilesLength) = (0, 0);
        foreach (GraphNode node in _nodes)
        {
            if (!_needed[node.Id] || node.Kind != NodeKind.Operation || node.Operation is Reshape)
            {
                continue;
            }

            GraphNode[]? group = Tiles.Of(node);
            if (group is not null && node == group[0])
            {
                tilesLength = PlaceTiles(group, out tilesOffset);
            }

            if (!_pinned[node.Id] && !Tiles.IsTile(node))
            {
                // A group works on one tile after the other: a place is not free before its last step has seen the last tile.
                GraphNode? reusable = group is null ? Reusable(node, live) : null;
                if (reusable is null)
                {
                    _offset[node.Id] = _plan.Take(node.Shape.ElementCount);
                }
                else
                {
                    _offset[node.Id] = _offset[reusable.Id];
                    live.Remove(reusable);
                }

                live.Add(node);
            }

            if (group is not null && node == group[^1])
            {
                _plan.Return(tilesOffset, tilesLength);
            }

            for (int i = live.Count - 1; i >= 0; i--)
            {
                if (_lastUse[live[i].Id] <= node.Id)
                {
                    _plan.Return(_offset[live[i].Id], live[i].Shape.ElementCount);
                    live.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>What a step of a group reads is needed until the group's last step is done, or, if it is a tile, that step.</summary>
    private void KeepWhatIsReadBy(GraphNode[] group)
    {
        foreach (GraphNode node in group)
        {
            // Both operands of a step that is done within this one are read when this one is.
            foreach (GraphNode input in Tiles.Pairs.OperandsOf(node))
            {
                GraphNode root = Root(input);
                _lastUse[root.Id] = Math.Max(_lastUse[root.Id], Tiles.IsTile(root) ? node.Id : group[^1].Id);
            }
        }
    }

    /// <summary>Gives the values that exist for one tile only places next to each other, that nothing else has while the group runs.</summary>
    private int PlaceTiles(GraphNode[] group, out int offset)
    {
        var plan = new MemoryPlan(_granule);
        List<GraphNode> live = [];
        foreach (GraphNode node in group)
        {
            // Before the output takes its place: an element-wise step may write over what it reads.
            for (int i = live.Count - 1; i >= 0; i--)
            {
                if (_lastUse[live[i].Id] <= node.Id)
                {
                    plan.Return(_offset[live[i].Id], Tiles.TileLength);
                    live.RemoveAt(i);
                }
            }

            if (Tiles.IsTile(node) && !Tiles.Pairs.IsInner(node))
            {
                _offset[node.Id] = plan.Take(Tiles.TileLength);
                live.Add(node);
            }
        }

        offset = _plan.Take(plan.Length);
        foreach (GraphNode node in group)
        {
            _offset[node.Id] += Tiles.IsTile(node) ? offset : 0;
        }

        return plan.Length;
    }

    /// <summary>An input that is read here for the last time and whose place the output may take.</summary>
    private GraphNode? Reusable(GraphNode node, List<GraphNode> live)
    {
        if (!node.Operation!.AllowsInPlace)
        {
            return null;
        }

        foreach (GraphNode input in node.Inputs)
        {
            GraphNode root = Root(input);
            if (input.Shape == node.Shape && _lastUse[root.Id] == node.Id && live.Contains(root))
            {
                return root;
            }
        }

        return null;
    }
}
