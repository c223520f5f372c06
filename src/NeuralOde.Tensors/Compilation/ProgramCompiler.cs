namespace NeuralOde.Tensors;

/// <summary>Turns traced tensors into a program: graph, simplification, fusion, memory plan, instructions.</summary>
internal static class ProgramCompiler
{
    public static Program<T> Compile<T>(
        Tensor[] arguments, IReadOnlyList<Tensor> results, IReadOnlyList<BufferUpdate> updates, ProgramInput[] inputs, int tileBytes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var simplified = new GraphBuilder(DTypes.Of<T>());
        GraphNode[] outputs = Translate(simplified, arguments, [.. results, .. updates.Select(static x => x.Value)]);
        return Finish<T>(simplified, outputs, updates, inputs, tileBytes, null);
    }

    /// <summary>Makes a program of a graph.</summary>
    /// <param name="simplified">The graph.</param>
    /// <param name="outputs">The results, then the values that buffers move towards.</param>
    /// <param name="updates">The moves of buffers.</param>
    /// <param name="inputs">The arguments.</param>
    /// <param name="tileBytes">The size of a tile.</param>
    /// <param name="places">The arguments and results that lie outside of the arena.</param>
    public static Program<T> Finish<T>(
        GraphBuilder simplified, GraphNode[] outputs, IReadOnlyList<BufferUpdate> updates, ProgramInput[] inputs, int tileBytes, KeptPlaces? places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DType dtype = DTypes.Of<T>();
        int results = outputs.Length - updates.Count;
        ProgramInput[] signature = inputs;
        WidePart? wide = dtype == DType.Float64 ? null : WidePart.Find(simplified.Nodes, outputs, inputs);
        if (wide is not null)
        {
            var rest = new GraphBuilder(dtype);
            outputs = wide.Rest(outputs, rest);
            simplified = rest;
            signature = [.. inputs, .. wide.Cuts.Select(static (x, i) => new ProgramInput($"wide{i}", x.Shape))];
        }

        var fused = new GraphBuilder(dtype);
        outputs = Fusion.Apply(simplified.Nodes, outputs, fused);
        if (ComputeSettings.Current.Convolution == ConvolutionMethod.Automatic && WinogradChoice.Concerns(fused.Nodes))
        {
            var chosen = new GraphBuilder(dtype);
            outputs = WinogradChoice.Apply(fused.Nodes, outputs, chosen);
            fused = chosen;
        }

        BufferUpdateNode[] moves = [.. updates.Zip(outputs[results..], static (x, value) => new BufferUpdateNode(x.Target, value, x.Share))];
        ProgramLayout<T> layout = new ProgramLayoutBuilder<T>(fused.Nodes, outputs[..results], moves, signature, tileBytes, places).Build();
        return new Program<T>(inputs, layout, wide?.Compile(layout.Inputs[inputs.Length..]));
    }

    /// <summary>Writes what was traced into a graph.</summary>
    public static GraphNode[] Translate(GraphBuilder graph, Tensor[] arguments, IReadOnlyList<Tensor> results)
    {
        Dictionary<Tensor, GraphNode> nodes = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < arguments.Length; i++)
        {
            nodes[arguments[i]] = graph.Input(i, arguments[i].Shape);
        }

        Stack<Tensor> stack = new();
        for (int i = 0; i < results.Count; i++)
        {
            Tensor result = results[i] ?? throw new InvalidOperationException($"The compiled function returned null as result {i} of {results.Count}; every result is a tensor.");
            stack.Push(result);
            while (stack.TryPeek(out Tensor? tensor))
            {
                if (nodes.ContainsKey(tensor))
                {
                    stack.Pop();
                    continue;
                }

                if (!tensor.IsSymbolic)
                {
                    nodes[tensor] = graph.Capture(tensor);
                    continue;
                }

                InvalidOperationException.ThrowIf(
                    tensor.Operation is null, $"The compiled function returns or uses a symbolic tensor ({tensor.DType.Name()} {tensor.Shape}) of another compilation.");
                bool ready = true;
                foreach (Tensor input in tensor.Inputs)
                {
                    if (!nodes.ContainsKey(input))
                    {
                        stack.Push(input);
                        ready = false;
                    }
                }

                if (ready)
                {
                    nodes[tensor] = graph.Add(tensor.Operation, Array.ConvertAll(tensor.Inputs, x => nodes[x]));
                }
            }
        }

        return [.. results.Select(x => nodes[x])];
    }
}
