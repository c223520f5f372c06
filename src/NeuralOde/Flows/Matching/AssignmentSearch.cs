using System.Runtime.InteropServices;
using NeuralOde.Vectors;

namespace NeuralOde.Flows.Matching;

/// <summary>The steps of Jonker and Volgenant's algorithm. False where a cost is not finite.</summary>
/// <remarks>
/// Where values are equal the smaller index wins, so that results are the same at every width of vectors. Indices travel in vectors as numbers.
/// </remarks>
internal readonly unsafe struct AssignmentSearch(AssignmentMemory memory) : IVectorFunction<double, bool>
{
    private const int Lanes = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run<TVector>() where TVector : struct, ISimdVector<TVector, double>
    {
        if (!ReduceColumns<TVector>())
        {
            return false;
        }

        if (memory.Count == 1)
        {
            return true;
        }

        int free = TransferReductions<TVector>();
        for (int pass = 0; pass < 2 && free > 0; pass++)
        {
            free = ReduceRows<TVector>(free);
        }

        for (int k = 0; k < free; k++)
        {
            Augment<TVector>(memory.Free[k]);
        }

        GC.KeepAlive(memory);
        return true;
    }

    /// <summary>Prices are the columns' least costs; a row gets the last of the columns in which it is cheapest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ReduceColumns<TVector>() where TVector : struct, ISimdVector<TVector, double>
    {
        double* prices = memory.Prices.Address, cheapest = memory.Previous.Address;
        int stride = memory.Stride, count = memory.Count;
        new Span<double>(prices, stride).Fill(double.PositiveInfinity);
        new Span<double>(cheapest, stride).Clear();
        TVector notFinite = TVector.Constant(0);
        for (int i = 0; i < count; i++)
        {
            double* row = memory.Row(i);
            TVector index = TVector.Create(i);
            for (int j = 0; j < stride; j += TVector.Count)
            {
                TVector cost = TVector.Load(row + j), least = TVector.Load(prices + j);
                TVector isLess = TVector.LessThan(cost, least);
                TVector.Store(TVector.Select(isLess, cost, least), prices + j);
                TVector.Store(TVector.Select(isLess, index, TVector.Load(cheapest + j)), cheapest + j);

                // 0 for finite numbers, and NaN for others.
                notFinite += cost - cost;
            }
        }

        Array.Fill(memory.ColumnOfRow, -1);
        Array.Fill(memory.RowOfColumn, -1);
        Array.Clear(memory.Scanned);
        if (!TVector.IsZero(notFinite))
        {
            return false;
        }

        // The columns that only fill up the last vector stay as dear as they are.
        new Span<double>(prices + count, stride - count).Clear();
        for (int j = count - 1; j >= 0; j--)
        {
            int i = (int)cheapest[j];
            if (memory.Scanned[i]++ == 0)
            {
                memory.ColumnOfRow[i] = j;
                memory.RowOfColumn[j] = i;
            }
        }

        return true;
    }

    /// <summary>A row that is cheapest in one column alone lowers its price until another column costs as much. Collects the rows that have none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int TransferReductions<TVector>() where TVector : struct, ISimdVector<TVector, double>
    {
        int free = 0;
        for (int i = 0; i < memory.Count; i++)
        {
            int column = memory.ColumnOfRow[i];
            if (column < 0)
            {
                memory.Free[free++] = i;
            }
            else if (memory.Scanned[i] == 1)
            {
                TwoLeast least = FindTwoLeast<TVector>(i);
                memory.Prices.Address[column] -= least.First == column ? least.SecondCost : least.FirstCost;
            }
        }

        return free;
    }

    /// <summary>Each row takes its cheapest column, lowering the price to the second one's, and pushes out the row that had it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReduceRows<TVector>(int before) where TVector : struct, ISimdVector<TVector, double>
    {
        double* prices = memory.Prices.Address;
        int[] rows = memory.RowOfColumn, queue = memory.Free;
        int current = 0, free = 0;
        for (long moves = 0; current < before; moves++)
        {
            int i = queue[current++];
            TwoLeast least = FindTwoLeast<TVector>(i);
            int column = least.First, pushedOut = rows[column];

            // Prices that fall by less than a rounding, or long after the first easy moves, are left to the shortest paths: rows that contend for few columns would lower
            // prices by little for long.
            double price = prices[column] - (least.SecondCost - least.FirstCost);
            bool isLower = price < prices[column] && moves < memory.Count;
            if (isLower)
            {
                prices[column] = price;
            }
            else if (pushedOut >= 0 && least.SecondCost == least.FirstCost)
            {
                column = least.Second;
                pushedOut = rows[column];
            }

            memory.ColumnOfRow[i] = column;
            rows[column] = i;
            if (pushedOut >= 0)
            {
                if (isLower)
                {
                    queue[--current] = pushedOut;
                }
                else
                {
                    queue[free++] = pushedOut;
                }
            }
        }

        return free;
    }

    /// <summary>Gives a row a column along the shortest path, over rows that change theirs, to a column that has no row (Dijkstra).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Augment<TVector>(int start) where TVector : struct, ISimdVector<TVector, double>
    {
        double* prices = memory.Prices.Address, distances = memory.Distances.Address, previous = memory.Previous.Address, barrier = memory.Barrier.Address;
        int[] columns = memory.ColumnOfRow, rows = memory.RowOfColumn;
        new Span<double>(barrier, memory.Count).Clear();
        new Span<double>(barrier + memory.Count, memory.Stride - memory.Count).Fill(double.PositiveInfinity);
        new Span<double>(distances, memory.Stride).Fill(double.PositiveInfinity);
        int scanned = 0, row = start, nearest;
        double offset = 0, length;
        while (true)
        {
            nearest = Scan<TVector>(row, offset);
            length = distances[nearest];
            if (rows[nearest] < 0)
            {
                break;
            }

            memory.Scanned[scanned] = nearest;
            memory.Reached[scanned++] = length;
            distances[nearest] = double.PositiveInfinity;
            barrier[nearest] = double.PositiveInfinity;
            row = rows[nearest];
            offset = memory.Row(row)[nearest] - prices[nearest] - length;
        }

        for (int k = 0; k < scanned; k++)
        {
            prices[memory.Scanned[k]] += memory.Reached[k] - length;
        }

        int column = nearest;
        do
        {
            row = (int)previous[column];
            rows[column] = row;
            (columns[row], column) = (column, columns[row]);
        }
        while (row != start);
    }

    /// <summary>Shortens the paths to columns by way of a row, and finds the nearest column that was not scanned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Scan<TVector>(int row, double offset) where TVector : struct, ISimdVector<TVector, double>
    {
        double* costs = memory.Row(row), prices = memory.Prices.Address, distances = memory.Distances.Address;
        double* previous = memory.Previous.Address, barrier = memory.Barrier.Address;
        TVector by = TVector.Create(row), before = TVector.Create(offset), step = TVector.Create(TVector.Count);
        TVector index = FirstIndices<TVector>(), least = TVector.Create(double.PositiveInfinity), leastIndex = index;
        for (int j = 0; j < memory.Stride; j += TVector.Count)
        {
            TVector distance = TVector.Load(distances + j);
            TVector way = TVector.Load(costs + j) - TVector.Load(prices + j) - before + TVector.Load(barrier + j);
            TVector isShorter = TVector.LessThan(way, distance);
            distance = TVector.Select(isShorter, way, distance);
            TVector.Store(distance, distances + j);
            TVector.Store(TVector.Select(isShorter, by, TVector.Load(previous + j)), previous + j);
            TVector isLeast = TVector.LessThan(distance, least);
            least = TVector.Select(isLeast, distance, least);
            leastIndex = TVector.Select(isLeast, index, leastIndex);
            index += step;
        }

        double* values = stackalloc double[Lanes];
        double* indices = stackalloc double[Lanes];
        TVector.Store(least, values);
        TVector.Store(leastIndex, indices);
        int nearest = 0;
        for (int k = 1; k < TVector.Count; k++)
        {
            if (values[k] < values[nearest] || (values[k] == values[nearest] && indices[k] < indices[nearest]))
            {
                nearest = k;
            }
        }

        return (int)indices[nearest];
    }

    /// <summary>The two least costs of a row after prices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TwoLeast FindTwoLeast<TVector>(int row) where TVector : struct, ISimdVector<TVector, double>
    {
        double* costs = memory.Row(row), prices = memory.Prices.Address;
        TVector index = FirstIndices<TVector>(), step = TVector.Create(TVector.Count);
        TVector first = TVector.Create(double.PositiveInfinity), second = first, firstIndex = index, secondIndex = index;
        for (int j = 0; j < memory.Stride; j += TVector.Count)
        {
            TVector cost = TVector.Load(costs + j) - TVector.Load(prices + j);
            TVector isFirst = TVector.LessThan(cost, first), isSecond = TVector.LessThan(cost, second);
            second = TVector.Select(isFirst, first, TVector.Select(isSecond, cost, second));
            secondIndex = TVector.Select(isFirst, firstIndex, TVector.Select(isSecond, index, secondIndex));
            first = TVector.Select(isFirst, cost, first);
            firstIndex = TVector.Select(isFirst, index, firstIndex);
            index += step;
        }

        double* values = stackalloc double[2 * Lanes];
        double* indices = stackalloc double[2 * Lanes];
        TVector.Store(first, values);
        TVector.Store(second, values + TVector.Count);
        TVector.Store(firstIndex, indices);
        TVector.Store(secondIndex, indices + TVector.Count);
        var least = new TwoLeast(-1, -1, double.PositiveInfinity, double.PositiveInfinity);
        for (int k = 0; k < 2 * TVector.Count; k++)
        {
            least = least.With((int)indices[k], values[k]);
        }

        return least;
    }

    /// <summary>0, 1, 2, …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector FirstIndices<TVector>() where TVector : struct, ISimdVector<TVector, double>
    {
        ReadOnlySpan<double> indices = [0, 1, 2, 3, 4, 5, 6, 7];
        fixed (double* first = &MemoryMarshal.GetReference(indices))
        {
            return TVector.Load(first);
        }
    }

    private readonly record struct TwoLeast(int First, int Second, double FirstCost, double SecondCost)
    {
        public TwoLeast With(int index, double cost) =>
            cost < FirstCost || (cost == FirstCost && index < First) ? new TwoLeast(index, First, cost, FirstCost)
            : cost < SecondCost || (cost == SecondCost && index < Second) ? new TwoLeast(First, index, FirstCost, cost)
            : this;
    }
}
