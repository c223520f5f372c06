using NeuralOde.Vectors;

namespace NeuralOde.Flows.Matching;

/// <summary>What a <see cref="LinearAssignment"/> works on. Rows of costs are whole cache lines; the columns that only fill them up are dear.</summary>
internal sealed unsafe class AssignmentMemory
{
    /// <summary>Finite, so that a check for numbers that are not finite passes over it, and beyond all costs that have a finite sum.</summary>
    private const double Filler = double.MaxValue / 4;

    public AssignmentMemory(int count)
    {
        Count = count;
        int line = AlignedMemory<double>.PerLine;
        Stride = (count + line - 1) / line * line;
        Costs = AlignedMemory<double>.Allocate(count * Stride);
        Prices = AlignedMemory<double>.Allocate(Stride);
        Distances = AlignedMemory<double>.Allocate(Stride);
        Previous = AlignedMemory<double>.Allocate(Stride);
        Barrier = AlignedMemory<double>.Allocate(Stride);
        ColumnOfRow = new int[count];
        RowOfColumn = new int[Stride];
        Free = new int[count];
        Scanned = new int[count];
        Reached = new double[count];
        for (int i = 0; i < count; i++)
        {
            new Span<double>(Row(i) + count, Stride - count).Fill(Filler);
        }
    }

    public int Count { get; }

    /// <summary>The elements from one row of costs to the next.</summary>
    public int Stride { get; }

    public AlignedMemory<double> Costs { get; }

    /// <summary>The dual variable of each column.</summary>
    public AlignedMemory<double> Prices { get; }

    /// <summary>The length of the shortest path known to each column; infinite for those that were scanned.</summary>
    public AlignedMemory<double> Distances { get; }

    /// <summary>The row before each column on that path, as a number.</summary>
    public AlignedMemory<double> Previous { get; }

    /// <summary>Infinite for columns that were scanned, 0 for the others.</summary>
    public AlignedMemory<double> Barrier { get; }

    public int[] ColumnOfRow { get; }

    /// <summary>The row of each column; −1 where it has none.</summary>
    public int[] RowOfColumn { get; }

    /// <summary>The rows without a column.</summary>
    public int[] Free { get; }

    public int[] Scanned { get; }

    /// <summary>The lengths of the paths to the scanned columns.</summary>
    public double[] Reached { get; }

    public double* Row(int row) => Costs.Address + ((long)row * Stride);
}
