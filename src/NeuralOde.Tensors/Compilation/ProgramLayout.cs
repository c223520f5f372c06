using System.Globalization;
using System.Numerics;
using System.Text;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors;

/// <summary>What a compiled program is made of.</summary>
internal sealed record ProgramLayout<T>(
    Buffer<T>[] Inputs, Buffer<T>[] Outputs, Shape[] OutputShapes, Instruction[] Refresh, Instruction[] Body, Parameter[] Parameters, Parameter[] Updated, int ArenaLength, string Text)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Places every value in memory and binds the kernels to the places.</summary>
internal sealed class ProgramLayoutBuilder<T>(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, BufferUpdateNode[] updates, ProgramInput[] signature, int tileBytes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MemoryPlan _plan = new(Storage<T>.Alignment / System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
    private readonly int[] _lastUse = new int[nodes.Count];
    private readonly bool[] _needed = new bool[nodes.Count];
    private readonly int[] _offset = new int[nodes.Count];
    private readonly bool[] _pinned = new bool[nodes.Count];
    private readonly string[] _names = new string[nodes.Count];
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<GraphNode, Storage<T>> _constants = [];
    private readonly Dictionary<(GraphNode[] Group, GraphNode Element), int> _repeated = [];
    private TileGroups _tiles = null!;

    public ProgramLayout<T> Build()
    {
        FindUses();
        _tiles = new TileGroups(nodes, _needed, [.. outputs, .. updates.Select(static x => x.Value)], tileBytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        foreach (GraphNode[] group in _tiles.Groups)
        {
            KeepWhatIsReadBy(group);
        }

        // Arguments, results and what is computed once a parameter change keep their places for good.
        var inputOffsets = new int[signature.Length];
        for (int i = 0; i < signature.Length; i++)
        {
            inputOffsets[i] = _plan.Take(signature[i].Shape.ElementCount);
        }

        int[] outputOffsets = Array.ConvertAll(outputs, x => _plan.Take(x.Shape.ElementCount));
        int[] copies = PlaceOutputs(outputOffsets);
        Place(inputOffsets);
        var arena = Storage<T>.AllocateAligned(_plan.Length);
        List<(Instruction Instruction, string Text)> refresh = [];
        List<(Instruction Instruction, string Text)> body = [];
        foreach (GraphNode node in nodes)
        {
            if (_needed[node.Id] && node.Kind == NodeKind.Operation && node.Operation is not Reshape)
            {
                GraphNode[]? group = _tiles.Of(node);
                if (group is null)
                {
                    (node.IsStatic ? refresh : body).Add((KernelOf(node).Bind(Array.ConvertAll(node.Inputs, x => BufferOf(x, arena)), BufferOf(node, arena)), TextOf(node)));
                }
                else if (node == group[^1])
                {
                    body.Add((BindTogether(group, arena), $"{_tiles.TileLength} elements at a time:{string.Concat(group.Select(x => $"{Environment.NewLine}    {TextOf(x)}"))}"));
                }
            }
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (copies[i] >= 0)
            {
                string text = $"result {i} = copy({_names[outputs[i].Id]})  {outputs[i].Shape} at {copies[i]}";

                // Nothing else is ever written to a result's place, so what only depends on parameters stays there.
                (Root(outputs[i]).IsStatic ? refresh : body).Add((new CopyKernel<T>().Bind([BufferOf(outputs[i], arena)], arena.Buffer.Slice(copies[i], outputs[i].Shape.ElementCount)), text));
            }
        }

        // Last, so that whatever else reads a buffer reads what it was before the run.
        body.AddRange(updates.Select(x => ((Instruction)new BufferUpdateInstruction<T>(x.Target, BufferOf(x.Value, arena), x.Share), x.Text(_names[x.Value.Id]))));
        Buffer<T> At(int offset, Shape shape) => arena.Buffer.Slice(offset, shape.ElementCount);
        return new ProgramLayout<T>(
            [.. inputOffsets.Select((offset, i) => At(offset, signature[i].Shape))],
            [.. outputOffsets.Select((offset, i) => At(offset, outputs[i].Shape))],
            Array.ConvertAll(outputs, static x => x.Shape), [.. refresh.Select(static x => x.Instruction)], [.. body.Select(static x => x.Instruction)], [.. _parameters], [.. updates.Select(static x => x.Target)], _plan.Length,
            Print([.. refresh.Select(static x => x.Text)], [.. body.Select(static x => x.Text)]));
    }

    private static Kernel<T> KernelOf(GraphNode node) => node.Operation!.CreateKernel<T>(Array.ConvertAll(node.Inputs, static x => x.Shape), node.Shape);

    private string TextOf(GraphNode node) =>
        $"{_names[node.Id]} = {node.Operation!.Name}({string.Join(", ", node.Inputs.Select(x => _names[x.Id]))})  {node.Shape} at {_offset[node.Id]}{(_tiles.IsTile(node) ? ", one tile" : "")}";

    private TileInstruction<T> BindTogether(GraphNode[] group, Storage<T> arena)
    {
        Buffer<T> TileAt(int offset) => arena.Buffer.Slice(offset, _tiles.TileLength);
        var steps = Array.ConvertAll(group, node =>
        {
            int moves = _tiles.IsTile(node) ? 0 : 8;
            var operands = new Buffer<T>[node.Inputs.Length];
            for (int i = 0; i < operands.Length; i++)
            {
                GraphNode root = Root(node.Inputs[i]);
                bool isRepeated = _repeated.TryGetValue((group, root), out int offset) && TileGroups.Repeated(node).Contains(node.Inputs[i]);
                operands[i] = isRepeated ? TileAt(offset) : BufferOf(root, arena);
                moves |= root.Shape.ElementCount == node.Shape.ElementCount && !_tiles.IsTile(root) ? 1 << i : 0;
            }

            return (KernelOf(node).BindElementwise(operands, BufferOf(node, arena)), moves);
        });
        var repeated = _repeated.Where(x => x.Key.Group == group).Select(x => (BufferOf(x.Key.Element, arena), TileAt(x.Value)));
        return new TileInstruction<T>(steps, [.. repeated], group[0].Shape.ElementCount, _tiles.TileLength);
    }

    private string Print(string[] refresh, string[] body)
    {
        string arguments = string.Join(", ", signature.Select(x => $"{x.Name} {x.Shape}"));
        StringBuilder text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"program {DTypes.Of<T>().Name()} ({arguments})  {body.Length} instructions, {_plan.Length} elements of memory");
        if (refresh.Length > 0)
        {
            text.AppendLine("when a parameter has changed:").AppendJoin("", refresh.Select(x => $"  {x}{Environment.NewLine}")).AppendLine("at every run:");
        }

        return text.AppendJoin("", body.Select(x => $"  {x}{Environment.NewLine}")).ToString();
    }

    /// <summary>The node whose memory a value lives in: a reshape is another view of its input.</summary>
    private static GraphNode Root(GraphNode node)
    {
        while (node.Operation is Reshape)
        {
            node = node.Inputs[0];
        }

        return node;
    }

    private void FindUses()
    {
        foreach (GraphNode output in outputs)
        {
            _needed[output.Id] = true;
        }

        foreach (BufferUpdateNode update in updates)
        {
            _needed[update.Value.Id] = true;
        }

        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            if (!_needed[i])
            {
                continue;
            }

            _lastUse[i] = Math.Max(_lastUse[i], i);
            foreach (GraphNode input in nodes[i].Inputs)
            {
                _needed[input.Id] = true;
                GraphNode root = Root(input);
                _lastUse[root.Id] = Math.Max(_lastUse[root.Id], i);
                _lastUse[input.Id] = Math.Max(_lastUse[input.Id], i);
            }
        }

        foreach (BufferUpdateNode update in updates)
        {
            _lastUse[update.Value.Id] = _lastUse[Root(update.Value).Id] = nodes.Count;
        }

        foreach (GraphNode node in nodes)
        {
            _names[node.Id] = node.Kind switch
            {
                NodeKind.Input => signature[node.InputIndex].Name,
                NodeKind.Parameter => ((Parameter)node.Tensor!).Name,
                NodeKind.Constant => node.Shape.ElementCount == 1
                    ? node.Tensor!.ToScalar().ToString("R", System.Globalization.CultureInfo.InvariantCulture)
                    : $"constant{node.Shape}",
                _ => node.Operation is Reshape ? $"{_names[node.Inputs[0].Id]}{node.Shape}" : $"%{node.Id}",
            };
            if (_needed[node.Id] && node.Kind == NodeKind.Parameter)
            {
                _parameters.Add((Parameter)node.Tensor!);
            }
        }
    }

    /// <summary>
    /// Lets each result be computed straight into its place. Where that cannot be (an argument or a parameter is returned, or
    /// one value twice), the result says where a copy has to go.
    /// </summary>
    private int[] PlaceOutputs(int[] outputOffsets)
    {
        var copies = new int[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            GraphNode root = Root(outputs[i]);
            if (root.Kind == NodeKind.Operation && !_pinned[root.Id])
            {
                _pinned[root.Id] = true;
                _offset[root.Id] = outputOffsets[i];
                copies[i] = -1;
            }
            else
            {
                copies[i] = outputOffsets[i];
            }
        }

        return copies;
    }

    private void Place(int[] inputOffsets)
    {
        // Values that are kept between runs first, so that none of them lands in a place that a run reuses.
        foreach (GraphNode node in nodes)
        {
            if (node.Kind == NodeKind.Input)
            {
                _offset[node.Id] = inputOffsets[node.InputIndex];
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
        foreach (GraphNode node in nodes)
        {
            if (!_needed[node.Id] || node.Kind != NodeKind.Operation || node.Operation is Reshape)
            {
                continue;
            }

            GraphNode[]? group = _tiles.Of(node);
            if (group is not null && node == group[0])
            {
                tilesLength = PlaceTiles(group, out tilesOffset);
            }

            if (!_pinned[node.Id] && !_tiles.IsTile(node))
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

    /// <summary>What a step of a group reads is needed until the group's last step is done.</summary>
    private void KeepWhatIsReadBy(GraphNode[] group)
    {
        foreach (GraphNode node in group)
        {
            foreach (GraphNode input in node.Inputs)
            {
                GraphNode root = Root(input);
                if (!_tiles.IsTile(root))
                {
                    _lastUse[root.Id] = Math.Max(_lastUse[root.Id], group[^1].Id);
                }
            }
        }
    }

    /// <summary>Gives the values that exist for one tile only places next to each other, that nothing else has while the group runs.</summary>
    private int PlaceTiles(GraphNode[] group, out int offset)
    {
        var plan = new MemoryPlan(Storage<T>.Alignment / System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        List<GraphNode> repeated = [.. group.SelectMany(TileGroups.Repeated).Select(Root).Distinct()];
        foreach (GraphNode element in repeated)
        {
            _repeated[(group, element)] = plan.Take(_tiles.TileLength);
        }

        List<GraphNode> live = [];
        foreach (GraphNode node in group)
        {
            // Before the output takes its place: an element-wise step may write over what it reads.
            for (int i = live.Count - 1; i >= 0; i--)
            {
                if (_lastUse[live[i].Id] <= node.Id)
                {
                    plan.Return(_offset[live[i].Id], _tiles.TileLength);
                    live.RemoveAt(i);
                }
            }

            if (_tiles.IsTile(node))
            {
                _offset[node.Id] = plan.Take(_tiles.TileLength);
                live.Add(node);
            }
        }

        offset = _plan.Take(plan.Length);
        foreach (GraphNode node in group)
        {
            _offset[node.Id] += _tiles.IsTile(node) ? offset : 0;
        }

        foreach (GraphNode element in repeated)
        {
            _repeated[(group, element)] += offset;
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

    private Buffer<T> BufferOf(GraphNode node, Storage<T> arena)
    {
        GraphNode root = Root(node);
        switch (root.Kind)
        {
            case NodeKind.Parameter:
                return root.Tensor!.StorageOf<T>().Buffer;
            case NodeKind.Constant:
                if (!_constants.TryGetValue(root, out Storage<T>? copy))
                {
                    // Bound kernels keep addresses: a constant needs memory that never moves, and a copy of its own.
                    copy = Storage<T>.AllocateAligned(root.Shape.ElementCount);
                    root.Tensor!.AsSpan<T>().CopyTo(copy.Span);
                    _constants[root] = copy;
                }

                return copy.Buffer;
            default:
                return arena.Buffer.Slice(_offset[root.Id], _tiles.IsTile(root) ? _tiles.TileLength : root.Shape.ElementCount);
        }
    }
}
