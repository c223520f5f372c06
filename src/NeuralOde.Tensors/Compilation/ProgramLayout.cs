using System.Globalization;
using System.Numerics;
using System.Text;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors;

/// <summary>What a compiled program is made of.</summary>
internal sealed record ProgramLayout<T>(
    Buffer<T>[] Inputs, Buffer<T>[] Outputs, Shape[] OutputShapes, Instruction[] Refresh, Instruction[] Body, Parameter[] Parameters, int ArenaLength, string Text)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Places every value in memory and binds the kernels to the places.</summary>
internal sealed class ProgramLayoutBuilder<T>(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, ProgramInput[] signature)
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

    public ProgramLayout<T> Build()
    {
        FindUses();

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
                Buffer<T>[] operands = Array.ConvertAll(node.Inputs, x => BufferOf(x, arena));
                Kernel<T> kernel = node.Operation!.CreateKernel<T>(Array.ConvertAll(node.Inputs, static x => x.Shape), node.Shape);
                string text = $"{_names[node.Id]} = {node.Operation.Name}({string.Join(", ", node.Inputs.Select(x => _names[x.Id]))})  {node.Shape} at {_offset[Root(node).Id]}";
                (node.IsStatic ? refresh : body).Add((kernel.Bind(operands, BufferOf(node, arena)), text));
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

        Buffer<T> At(int offset, Shape shape) => arena.Buffer.Slice(offset, shape.ElementCount);
        return new ProgramLayout<T>(
            [.. inputOffsets.Select((offset, i) => At(offset, signature[i].Shape))],
            [.. outputOffsets.Select((offset, i) => At(offset, outputs[i].Shape))],
            Array.ConvertAll(outputs, static x => x.Shape), [.. refresh.Select(static x => x.Instruction)], [.. body.Select(static x => x.Instruction)], [.. _parameters], _plan.Length,
            Print([.. refresh.Select(static x => x.Text)], [.. body.Select(static x => x.Text)]));
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
        foreach (GraphNode node in nodes)
        {
            if (!_needed[node.Id] || node.Kind != NodeKind.Operation || node.Operation is Reshape)
            {
                continue;
            }

            if (!_pinned[node.Id])
            {
                GraphNode? reusable = Reusable(node, live);
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
                return arena.Buffer.Slice(_offset[root.Id], root.Shape.ElementCount);
        }
    }
}
