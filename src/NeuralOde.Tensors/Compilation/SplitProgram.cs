namespace NeuralOde.Tensors;

/// <summary>
/// A function in two programs, where one argument comes late: a field and its vector-Jacobian product, whose cotangent is known when the solve is over. The first program computes
/// what does not depend on the late argument and leaves what the second one reads (<see cref="KeptChoice"/>), so that nothing is computed twice.
/// </summary>
/// <remarks>The bits are those of the same function in one program. The argument <c>kept</c> of both lies among what is left, so that it need not be given again.</remarks>
internal sealed class SplitProgram<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private SplitProgram(Program<T> first, Program<T> second, int[] results, StackedSums<T>? sums) => (First, Second, Results, Sums) = (first, second, results, sums);

    /// <summary>From the arguments without the late one to the first results.</summary>
    public Program<T> First { get; }

    /// <summary>From all arguments to the other results.</summary>
    public Program<T> Second { get; }

    /// <summary>Which of the other results the second program has.</summary>
    public int[] Results { get; }

    /// <summary>The sums of those that it leaves out; null where it has all.</summary>
    public StackedSums<T>? Sums { get; }

    /// <summary>The number of elements that one run of the first program leaves: a whole number of cache lines.</summary>
    public int KeptLength => First.Kept.Length;

    /// <summary>Compiles a function.</summary>
    /// <param name="function">From symbolic tensors, one for each input, to the results.</param>
    /// <param name="firstResults">How many of the results are the first program's.</param>
    /// <param name="late">The argument that comes late.</param>
    /// <param name="kept">The argument that is left with the rest, before the late one.</param>
    /// <param name="inputs">The arguments' names and shapes.</param>
    /// <param name="firstSum">The first of the other results that is asked for as a sum over many runs, if it can be stacked; none if not given.</param>
    /// <param name="fewElements">Up to so many elements what is cheap is kept, too.</param>
    public static SplitProgram<T> Compile(
        Func<Tensor[], IReadOnlyList<Tensor>> function,
        int firstResults,
        int late,
        int kept,
        ProgramInput[] inputs,
        int? firstSum = null,
        int fewElements = KeptChoice.FewElements)
    {
        var traced = TracedFunction.Of<T>(function, inputs);
        var graph = new GraphBuilder(DTypes.Of<T>());
        GraphNode[] outputs = ProgramCompiler.Translate(graph, traced.Arguments, [.. traced.Results, .. traced.Updates.Select(static x => x.Value)]);
        GraphNode[] first = outputs[..firstResults], second = outputs[firstResults..traced.Results.Count], moves = outputs[traced.Results.Count..];
        KeptChoice choice = new(graph.Nodes, second, inputs, late, fewElements);
        GraphNode[] left = choice.Kept;
        Shape[] shapes = [inputs[kept].Shape, .. left.Select(static x => x.Shape)];
        int granule = AlignedMemory<T>.PerLine;
        var places = new KeptPlaces(shapes, granule)
        {
            Inputs = new() { [kept] = 0 },
            Outputs = left.Select((_, i) => i).ToDictionary(i => firstResults + i, static i => i + 1),
        };
        ProgramInput[] early = [.. inputs.Where((_, i) => i != late)];
        var ofFirst = new GraphBuilder(DTypes.Of<T>());
        GraphNode[] results = Copy(graph.Nodes, [.. first, .. left, .. moves], ofFirst, x => x == late ? -1 : x > late ? x - 1 : x, []);
        Program<T> firstProgram = ProgramCompiler.Finish<T>(ofFirst, results, traced.Updates, early, TileGroups.TileBytes, places);

        ProgramInput[] all = [.. inputs, .. left.Select(static (x, i) => new ProgramInput($"kept{i}", x.Shape))];
        var keptInputs = left.Select((_, i) => i).ToDictionary(i => inputs.Length + i, static i => i + 1);
        keptInputs[kept] = 0;
        var ofSecond = new GraphBuilder(DTypes.Of<T>());
        GraphNode state = graph.Nodes.First(x => x.Kind == NodeKind.Input && x.InputIndex == kept);
        StackedSums<T>? sums = firstSum is { } start ? StackedSums<T>.Of(second, start, [state, .. left], choice.IsLate) : null;
        int[] remaining = [.. Enumerable.Range(0, second.Length).Except(sums?.Results ?? [])];
        results = Copy(graph.Nodes, [.. remaining.Select(i => second[i]), .. sums?.Late ?? []], ofSecond, static x => x, left);
        places = new KeptPlaces(shapes, granule) { Inputs = keptInputs };
        sums?.Bind(i => places.OfInput(i == 0 ? kept : inputs.Length + i - 1), remaining.Length);
        return new(firstProgram, ProgramCompiler.Finish<T>(ofSecond, results, [], all, TileGroups.TileBytes, places), remaining, sums);
    }

    /// <summary>Copies what the outputs need into another graph, where some nodes are arguments behind the others.</summary>
    private static GraphNode[] Copy(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, GraphBuilder target, Func<int, int> argument, GraphNode[] given)
    {
        bool[] needed = new bool[nodes.Count];
        Array.ForEach(outputs, x => needed[x.Id] = true);
        Array.ForEach(given, x => needed[x.Id] = false);
        var copies = new GraphNode[nodes.Count];
        int inputs = nodes.Count(static x => x.Kind == NodeKind.Input);
        for (int i = 0; i < given.Length; i++)
        {
            copies[given[i].Id] = target.Input(inputs + i, given[i].Shape);
        }

        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            if (needed[i])
            {
                Array.ForEach(nodes[i].Inputs, x => needed[x.Id] |= copies[x.Id] is null);
            }
        }

        foreach (GraphNode node in nodes)
        {
            if (node.Kind == NodeKind.Input && argument(node.InputIndex) is >= 0 and var index)
            {
                // Inputs stay even where nobody reads them: they are the program's signature.
                copies[node.Id] = target.Input(index, node.Shape);
            }
            else if (needed[node.Id])
            {
                copies[node.Id] = node.Kind == NodeKind.Operation
                    ? target.AddAsIs(node.Operation!, Array.ConvertAll(node.Inputs, x => copies[x.Id]))
                    : target.Capture(node.Tensor!);
            }
        }

        return Array.ConvertAll(outputs, x => copies[x.Id]);
    }
}
