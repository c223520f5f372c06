namespace NeuralOde.MicroBatches;

/// <summary>
/// The sum of consecutive micro-batches within the one binary tree by which all of them are added: the left half plus the right half, each likewise. The tree depends on the
/// number of micro-batches alone, so the bits of a sum do not depend on which process computed what.
/// </summary>
/// <param name="Start">The first micro-batch.</param>
/// <param name="End">The number after that of the last one.</param>
internal readonly record struct SumNode(int Start, int End)
{
    public bool IsLeaf => End - Start == 1;

    public SumNode Left => new(Start, (Start + End) / 2);

    public SumNode Right => new((Start + End) / 2, End);

    /// <summary>The micro-batches of a process, as evenly as can be.</summary>
    public static (int Start, int End) Share(int microBatches, int rank, int size) =>
        ((int)((long)rank * microBatches / size), (int)((long)(rank + 1) * microBatches / size));

    /// <summary>The largest sums of the tree that a process can compute from its own micro-batches, in order.</summary>
    public static SumNode[] Owned(int microBatches, int rank, int size)
    {
        (int start, int end) = Share(microBatches, rank, size);
        List<SumNode> nodes = [];
        Add(new SumNode(0, microBatches));
        return [.. nodes];

        void Add(SumNode node)
        {
            if (node.Start >= start && node.End <= end)
            {
                nodes.Add(node);
            }
            else if (node.Start < end && node.End > start && !node.IsLeaf)
            {
                Add(node.Left);
                Add(node.Right);
            }
        }
    }

    /// <summary>Adds numbers, one of each micro-batch, in the order of the tree.</summary>
    public double Sum(ReadOnlySpan<double> values) => IsLeaf ? values[Start] : Left.Sum(values) + Right.Sum(values);
}
