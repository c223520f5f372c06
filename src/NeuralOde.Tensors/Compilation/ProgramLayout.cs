using System.Text;

namespace NeuralOde.Tensors;

/// <summary>What a compiled program is made of.</summary>
internal sealed class ProgramLayout<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where the inputs are written.</summary>
    public required Buffer<T>[] Inputs { get; init; }

    /// <summary>Where the results are read.</summary>
    public required Buffer<T>[] Outputs { get; init; }

    public required Shape[] OutputShapes { get; init; }

    /// <summary>What runs when a parameter has changed.</summary>
    public required Instruction[] Refresh { get; init; }

    /// <summary>What runs each time.</summary>
    public required Instruction[] Body { get; init; }

    /// <summary>The parameters that are read.</summary>
    public required Parameter[] Parameters { get; init; }

    /// <summary>The buffers that are moved.</summary>
    public required Parameter[] Updated { get; init; }

    /// <summary>The memory outside of the arena.</summary>
    public required Buffer<T> Kept { get; init; }

    /// <summary>The instructions that read or write it.</summary>
    public required Instruction[] OnKept { get; init; }

    /// <summary>The elements of the arena.</summary>
    public required int ArenaLength { get; init; }

    /// <summary>The printed program.</summary>
    public required string Text { get; init; }
}

/// <summary>Binds the kernels to the places that values have (<see cref="Placement"/>), and prints them.</summary>
internal sealed class ProgramLayoutBuilder<T>(
    IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, BufferUpdateNode[] updates, ProgramInput[] signature, int tileBytes, KeptPlaces? places = null)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Placement _placement = new(
        nodes, outputs, Array.ConvertAll(updates, static x => x.Value), signature, AlignedMemory<T>.PerLine, tileBytes / Unsafe.SizeOf<T>(), places);

    private readonly Buffer<T> _kept = Storage<T>.AllocateAligned(places?.Length ?? 0).Buffer;

    private readonly string[] _names = new string[nodes.Count];
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<GraphNode, Storage<T>> _constants = [];

    private TileGroups Tiles => _placement.Tiles;

    public ProgramLayout<T> Build()
    {
        NameValues();
        var arena = Storage<T>.AllocateAligned(_placement.Length);
        List<(Instruction Instruction, string Text)> refresh = [];
        List<(Instruction Instruction, string Text)> body = [];
        foreach (GraphNode node in nodes)
        {
            if (_placement.IsNeeded(node) && node.Kind == NodeKind.Operation && node.Operation is not Reshape)
            {
                GraphNode[]? group = Tiles.Of(node);
                if (group is null)
                {
                    (node.IsStatic ? refresh : body).Add((node.KernelOf<T>().Bind(Array.ConvertAll(node.Inputs, x => BufferOf(x, arena)), BufferOf(node, arena)), TextOf(node)));
                }
                else if (node == group[^1])
                {
                    body.Add((BindTogether(group, arena), $"{Tiles.TileLength} elements at a time:{string.Concat(group.Select(x => $"{Environment.NewLine}    {TextOf(x)}"))}"));
                }
            }
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (_placement.Copies[i] >= 0)
            {
                string text = $"result {i} = copy({_names[outputs[i].Id]})  {outputs[i].Shape} at {_placement.Copies[i]}";

                // Nothing else is ever written to a result's place, so what only depends on parameters stays there.
                (Placement.Root(outputs[i]).IsStatic ? refresh : body).Add(
                    (new CopyKernel<T>().Bind([BufferOf(outputs[i], arena)], At(arena, _placement.IsKeptOutput(i), _placement.Copies[i], outputs[i].Shape)), text));
            }
        }

        // Last, so that whatever else reads a buffer reads what it was before the run.
        body.AddRange(updates.Select(x => ((Instruction)new BufferUpdateInstruction<T>(x.Target, BufferOf(x.Value, arena), x.Share), x.Text(_names[x.Value.Id]))));
        MemoryMove nowhere = _kept.To(_kept);
        return new ProgramLayout<T>
        {
            Inputs = [.. _placement.Inputs.Select((offset, i) => At(arena, _placement.IsKeptInput(i), offset, signature[i].Shape))],
            Outputs = [.. _placement.Outputs.Select((offset, i) => At(arena, _placement.IsKeptOutput(i), offset, outputs[i].Shape))],
            OutputShapes = Array.ConvertAll(outputs, static x => x.Shape),
            Refresh = [.. refresh.Select(static x => x.Instruction)],
            Body = [.. body.Select(static x => x.Instruction)],
            Parameters = [.. _parameters],
            Updated = [.. updates.Select(static x => x.Target)],
            Kept = _kept,
            OnKept = [.. body.Select(static x => x.Instruction).Where(x => x.Follow(nowhere))],
            ArenaLength = _placement.Length,
            Text = Print([.. refresh.Select(static x => x.Text)], [.. body.Select(static x => x.Text)]),
        };
    }

    private string TextOf(GraphNode node) =>
        $"{_names[node.Id]} = {node.Operation!.Name}({string.Join(", ", node.Inputs.Select(x => _names[x.Id]))})  {node.Shape} {PlaceOf(node)}";

    private string PlaceOf(GraphNode node) =>
        Tiles.Pairs.IsInner(node) ? "in registers" : $"{(_placement.IsKept(node) ? "kept " : "")}at {_placement.OffsetOf(node)}{(Tiles.IsTile(node) ? ", one tile" : "")}";

    private TileInstruction<T> BindTogether(GraphNode[] group, Storage<T> arena)
    {
        (ElementwiseInstruction<T> Step, int Moves) BindStep(GraphNode step)
        {
            int moves = Tiles.IsTile(step) ? 0 : 8;
            GraphNode[] nodes = Tiles.Pairs.OperandsOf(step);
            var operands = new Buffer<T>[nodes.Length];
            for (int i = 0; i < operands.Length; i++)
            {
                GraphNode root = Placement.Root(nodes[i]);
                operands[i] = BufferOf(root, arena);
                moves |= root.Shape.ElementCount == step.Shape.ElementCount && !Tiles.IsTile(root) ? 1 << i : 0;
            }

            return (Tiles.Pairs.Bind(step, operands, BufferOf(step, arena)), moves);
        }

        return new TileInstruction<T>([.. group.Where(x => !Tiles.Pairs.IsInner(x)).Select(BindStep)], group[0].Shape.ElementCount, Tiles.TileLength);
    }

    private string Print(string[] refresh, string[] body)
    {
        string arguments = string.Join(", ", signature.Select(x => $"{x.Name} {x.Shape}"));
        StringBuilder text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"program {DTypes.Of<T>().Name()} ({arguments})  {body.Length} instructions, {_placement.Length} elements of memory");
        if (refresh.Length > 0)
        {
            text.AppendLine("when a parameter has changed:").AppendJoin("", refresh.Select(x => $"  {x}{Environment.NewLine}")).AppendLine("at every run:");
        }

        return text.AppendJoin("", body.Select(x => $"  {x}{Environment.NewLine}")).ToString();
    }

    private void NameValues()
    {
        foreach (GraphNode node in nodes)
        {
            _names[node.Id] = node.Kind switch
            {
                NodeKind.Input => signature[node.InputIndex].Name,
                NodeKind.Parameter => ((Parameter)node.Tensor!).Name,
                NodeKind.Constant => node.Shape.ElementCount == 1
                    ? node.Tensor!.ToScalar().ToString("R", CultureInfo.InvariantCulture)
                    : $"constant{node.Shape}",
                _ => node.Operation is Reshape ? $"{_names[node.Inputs[0].Id]}{node.Shape}" : $"%{node.Id}",
            };
            if (_placement.IsNeeded(node) && node.Kind == NodeKind.Parameter)
            {
                _parameters.Add((Parameter)node.Tensor!);
            }
        }
    }

    private Buffer<T> BufferOf(GraphNode node, Storage<T> arena)
    {
        GraphNode root = Placement.Root(node);
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
                return (_placement.IsKept(root) ? _kept : arena.Buffer).Slice(_placement.OffsetOf(root), Tiles.IsTile(root) ? Tiles.TileLength : root.Shape.ElementCount);
        }
    }

    private Buffer<T> At(Storage<T> arena, bool isKept, int offset, Shape shape) => (isKept ? _kept : arena.Buffer).Slice(offset, shape.ElementCount);
}
