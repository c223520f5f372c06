namespace NeuralOde.Tensors;

/// <summary>
/// Sums over many runs of a program, of results that are products of two matrices with one row for each sample, or sums of such rows, as the gradients of a layer's weight and bias
/// are: the rows of many runs are stacked, and one product takes them all.
/// </summary>
/// <remarks>The sum's order is that of the stacked rows, block by block: it depends on the order of the runs alone.</remarks>
internal sealed class StackedSums<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most rows and elements of a factor of which a product each is slower than copies.</summary>
    private const int MostRows = 4, MostElements = 128;

    /// <summary>The rows of a stack.</summary>
    private const int Rows = 64;

    private readonly Factor[] _factors;
    private readonly int _runs;
    private int _count;

    private StackedSums(Program<T> program, int[] results, Factor[] factors, int runs) => (Program, Results, _factors, _runs) = (program, results, factors, runs);

    /// <summary>The program from stacks to sums.</summary>
    public Program<T> Program { get; }

    /// <summary>Which results the sums are of.</summary>
    public int[] Results { get; }

    /// <summary>The nodes among the factors that are no arguments of the program that is summed: it has them as further results.</summary>
    public IEnumerable<GraphNode> Late => _factors.Where(static x => x.Kept < 0).Select(static x => x.Node);

    /// <summary>Finds the results that can be stacked; null if there are none.</summary>
    /// <param name="results">The results.</param>
    /// <param name="first">The first one that is to be summed.</param>
    /// <param name="kept">What the program reads from its kept places.</param>
    /// <param name="isLate">Whether a node depends on what the program alone is given.</param>
    public static StackedSums<T>? Of(GraphNode[] results, int first, GraphNode[] kept, Func<GraphNode, bool> isLate)
    {
        List<(int Result, GraphNode Root)> found = [];
        List<GraphNode> factors = [];
        int rows = 0;
        for (int i = first; i < results.Length; i++)
        {
            GraphNode root = Placement.Root(results[i]);
            GraphNode[] parts = FactorsOf(root, results[i]);
            if (parts.Length > 0 && Array.TrueForAll(parts, Fits) && (rows == 0 || rows == parts[0].Shape[0]))
            {
                rows = parts[0].Shape[0];
                found.Add((i, root));
                factors.AddRange(parts.Where(x => !factors.Contains(x)));
            }
        }

        if (found.Count == 0)
        {
            return null;
        }

        int runs = Math.Max(1, Rows / rows);
        var graph = new GraphBuilder(DTypes.Of<T>());
        ProgramInput[] inputs = [.. factors.Select((x, i) => new ProgramInput($"stack{i}", [runs * rows, x.Shape[1]]))];
        GraphNode[] stacks = [.. inputs.Select((x, i) => graph.Input(i, x.Shape))];
        GraphNode[] sums = [.. found.Select(x => graph.Add(new Reshape(results[x.Result].Shape), SumOf(x.Root)))];
        return new(
            ProgramCompiler.Finish<T>(graph, sums, [], inputs, TileGroups.TileBytes, null),
            [.. found.Select(static x => x.Result)],
            [.. factors.Select(x => new Factor(x, isLate(x) ? -1 : Array.IndexOf(kept, x)))],
            runs);

        bool Fits(GraphNode x) => x.Shape.Rank == 2 && x.Shape[0] <= MostRows && x.Shape.ElementCount is > 0 and <= MostElements && (isLate(x) || Array.IndexOf(kept, x) >= 0);

        GraphNode SumOf(GraphNode root) => root.Operation is MatrixMultiply
            ? graph.Add(root.Operation, Array.ConvertAll(root.Inputs, x => stacks[factors.IndexOf(x)]))
            : graph.Add(new Reduction(ReductionFunction.Sum, 0, 1), stacks[factors.IndexOf(FactorsOf(root, root)[0])]);
    }

    /// <summary>Learns where the program that is summed has the factors.</summary>
    /// <param name="places">Where its kept places start, in the order that was given.</param>
    /// <param name="firstLate">Its first further result.</param>
    public void Bind(Func<int, int> places, int firstLate)
    {
        for (int i = 0; i < _factors.Length; i++)
        {
            Factor factor = _factors[i];
            _factors[i] = factor with { Place = factor.Kept >= 0 ? places(factor.Kept) : firstLate++, Length = factor.Node.Shape.ElementCount };
        }
    }

    /// <summary>Stacks what the last run left.</summary>
    /// <returns>Whether the stack is full, so that <see cref="Run"/> must come next.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Add(Program<T> program)
    {
        Span<T> kept = program.Kept.Span;
        Factor[] factors = _factors;
        for (int i = 0; i < factors.Length; i++)
        {
            ref readonly Factor factor = ref factors[i];
            Span<T> stack = Program.Input(i).Slice(_count * factor.Length, factor.Length);
            if (factor.Kept >= 0)
            {
                kept.Slice(factor.Place, factor.Length).CopyTo(stack);
            }
            else
            {
                program.Output(factor.Place).CopyTo(stack);
            }
        }

        return ++_count == _runs;
    }

    /// <summary>Sums what is stacked into the results of <see cref="Program"/>, and starts anew.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Run()
    {
        if (_count == 0)
        {
            return false;
        }

        for (int i = 0; i < _factors.Length; i++)
        {
            Program.Input(i)[(_count * _factors[i].Length)..].Clear();
        }

        _count = 0;
        Program.Run();
        return true;
    }

    /// <summary>The matrices with a row for each sample that a result is made of; none where it is made otherwise.</summary>
    private static GraphNode[] FactorsOf(GraphNode root, GraphNode result) => root switch
    {
        { Operation: MatrixMultiply { TransposeLeft: true, TransposeRight: false } } when root.Shape.Rank == 2 => root.Inputs,
        { Operation: Reduction { Function: ReductionFunction.Sum, FirstAxis: 0, AxisCount: 1 } } when root.Inputs[0].Shape.Rank == 2 => root.Inputs,

        // The sum over one sample is the row itself.
        { Shape: { Rank: 2 } shape } when shape[0] == 1 && (result.Shape.Rank == 1 || result == root) => [root],
        _ => [],
    };

    /// <summary>A factor of sums.</summary>
    /// <param name="Node">Its node.</param>
    /// <param name="Kept">Its number among what is kept; −1 for a result.</param>
    private readonly record struct Factor(GraphNode Node, int Kept)
    {
        /// <summary>Where it starts among what is kept, or which result it is.</summary>
        public int Place { get; init; }

        /// <summary>Its elements.</summary>
        public int Length { get; init; }
    }
}
