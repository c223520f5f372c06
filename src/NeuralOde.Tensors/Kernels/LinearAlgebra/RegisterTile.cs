namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The kernel that most multiplications end in: a tile of C, up to 8 rows by up to 4 vectors, stays in registers while k runs,
/// and each step loads one row of B and broadcasts one column of A.
/// </summary>
/// <remarks>
/// Every element of C is one chain of fused multiply-adds in the order of k, whatever the tile it falls in: so the result does not
/// depend on how rows and columns are split, nor on the width of the vectors.
/// </remarks>
internal static unsafe class RegisterTile<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>
    /// How many rows go with a number of columns. A 512-bit machine has 32 registers, others (as x64 with AVX2) may have 16:
    /// rows·columns accumulators, one row of B and one broadcast element of A must fit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxRows(int columns) => HasManyRegisters
        ? columns == 4 ? 6 : 8
        : columns == 1 ? 8 : 6;

    /// <summary>How many vectors wide a tile can be.</summary>
    public static int MaxColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HasManyRegisters ? 4 : 2;
    }

    private static bool HasManyRegisters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TVector.Count * sizeof(T) == 64;
    }

    /// <summary>Computes all rows of a problem that is at most <see cref="MaxColumns"/> vectors wide.</summary>
    /// <remarks>B must have contiguous rows. Rows are shared out evenly: 20 rows are four tiles of 5, not three of 6 and one of 2.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        int columns = (int)((uint)(problem.N + TVector.Count - 1) / (uint)TVector.Count);
        uint m = (uint)problem.M;
        uint maxRows = (uint)MaxRows(columns);
        if (m <= maxRows)
        {
            Dispatch((int)m, columns, problem, 0, 1);
            return;
        }

        uint tiles = (m + maxRows - 1) / maxRows;
        uint rows = m / tiles;
        uint higherTiles = m - (rows * tiles);

        if (higherTiles > 0)
        {
            Dispatch((int)rows + 1, columns, problem, 0, (nint)higherTiles);
        }

        Dispatch((int)rows, columns, problem, (nint)((rows + 1) * higherTiles), (nint)(tiles - higherTiles));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dispatch(int rows, int columns, in GemmProblem<T> problem, nint firstRow, nint tiles)
    {
        if (problem.N % TVector.Count == 0)
        {
            DispatchColumns<FullEdge>(rows, columns, problem, firstRow, tiles);
        }
        else
        {
            DispatchColumns<PartialEdge>(rows, columns, problem, firstRow, tiles);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DispatchColumns<TEdge>(int rows, int columns, in GemmProblem<T> problem, nint firstRow, nint tiles) where TEdge : struct, ITileEdge
    {
        switch (columns)
        {
            case 1: DispatchRows<Size1, TEdge>(rows, problem, firstRow, tiles); break;
            case 2: DispatchRows<Size2, TEdge>(rows, problem, firstRow, tiles); break;
            case 3: DispatchRows<Size3, TEdge>(rows, problem, firstRow, tiles); break;
            default: DispatchRows<Size4, TEdge>(rows, problem, firstRow, tiles); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DispatchRows<TColumns, TEdge>(int rows, in GemmProblem<T> problem, nint firstRow, nint tiles)
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        switch (rows)
        {
            case 1: Run<Size1, TColumns, TEdge>(problem, firstRow, tiles); break;
            case 2: Run<Size2, TColumns, TEdge>(problem, firstRow, tiles); break;
            case 3: Run<Size3, TColumns, TEdge>(problem, firstRow, tiles); break;
            case 4: Run<Size4, TColumns, TEdge>(problem, firstRow, tiles); break;
            case 5: Run<Size5, TColumns, TEdge>(problem, firstRow, tiles); break;
            case 6: Run<Size6, TColumns, TEdge>(problem, firstRow, tiles); break;
            case 7: Run<Size7, TColumns, TEdge>(problem, firstRow, tiles); break;
            default: Run<Size8, TColumns, TEdge>(problem, firstRow, tiles); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TColumns, TEdge>(in GemmProblem<T> problem, nint firstRow, nint tiles)
        where TRows : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        int edge = (int)problem.N - ((sizeof(TColumns) - 1) * TVector.Count);
        nint k = problem.K;
        nint aRow = problem.A.RowStep;
        nint aStep = problem.A.ColumnStep;
        nint bStep = problem.B.RowStep;
        T* a = problem.A.Data + (firstRow * aRow);
        T* c = problem.C + (firstRow * problem.CStep);
        T* start = problem.Start == null ? null : problem.Start + (firstRow * problem.StartStep);

        for (; tiles > 0; tiles--)
        {
            TileRow<T, TVector> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
            if (start != null)
            {
                nint step = problem.StartStep;
                TileRow<T, TVector>.Load<TColumns, TEdge>(out c0, start, edge);
                LoadRow<TRows, Size2, TColumns, TEdge>(ref c1, start + step, edge);
                LoadRow<TRows, Size3, TColumns, TEdge>(ref c2, start + (2 * step), edge);
                LoadRow<TRows, Size4, TColumns, TEdge>(ref c3, start + (3 * step), edge);
                LoadRow<TRows, Size5, TColumns, TEdge>(ref c4, start + (4 * step), edge);
                LoadRow<TRows, Size6, TColumns, TEdge>(ref c5, start + (5 * step), edge);
                LoadRow<TRows, Size7, TColumns, TEdge>(ref c6, start + (6 * step), edge);
                LoadRow<TRows, Size8, TColumns, TEdge>(ref c7, start + (7 * step), edge);
                start += sizeof(TRows) * step;
            }

            // Three pointers, each with the offsets 0, 1 and 2 rows, address eight rows of A without a pointer each.
            T* a0 = a;
            T* a3 = a + (3 * aRow);
            T* a6 = a + (6 * aRow);
            T* b = problem.B.Data;
            for (nint p = 0; p < k; p++)
            {
                TileRow<T, TVector>.Load<TColumns, TEdge>(out TileRow<T, TVector> bRow, b, edge);
                MultiplyAdd<TRows, Size1, TColumns>(ref c0, a0, bRow);
                MultiplyAdd<TRows, Size2, TColumns>(ref c1, a0 + aRow, bRow);
                MultiplyAdd<TRows, Size3, TColumns>(ref c2, a0 + (2 * aRow), bRow);
                MultiplyAdd<TRows, Size4, TColumns>(ref c3, a3, bRow);
                MultiplyAdd<TRows, Size5, TColumns>(ref c4, a3 + aRow, bRow);
                MultiplyAdd<TRows, Size6, TColumns>(ref c5, a3 + (2 * aRow), bRow);
                MultiplyAdd<TRows, Size7, TColumns>(ref c6, a6, bRow);
                MultiplyAdd<TRows, Size8, TColumns>(ref c7, a6 + aRow, bRow);
                a0 += aStep;
                a3 += aStep;
                a6 += aStep;
                b += bStep;
            }

            StoreRow<TRows, Size1, TColumns, TEdge>(c0, ref c, problem.CStep, edge);
            StoreRow<TRows, Size2, TColumns, TEdge>(c1, ref c, problem.CStep, edge);
            StoreRow<TRows, Size3, TColumns, TEdge>(c2, ref c, problem.CStep, edge);
            StoreRow<TRows, Size4, TColumns, TEdge>(c3, ref c, problem.CStep, edge);
            StoreRow<TRows, Size5, TColumns, TEdge>(c4, ref c, problem.CStep, edge);
            StoreRow<TRows, Size6, TColumns, TEdge>(c5, ref c, problem.CStep, edge);
            StoreRow<TRows, Size7, TColumns, TEdge>(c6, ref c, problem.CStep, edge);
            StoreRow<TRows, Size8, TColumns, TEdge>(c7, ref c, problem.CStep, edge);
            a += sizeof(TRows) * aRow;
        }
    }

    // Each of these does its work only where the tile has the row of that number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LoadRow<TRows, TRow, TColumns, TEdge>(ref TileRow<T, TVector> row, T* source, int edge)
        where TRows : unmanaged, ITileSize
        where TRow : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        if (sizeof(TRow) <= sizeof(TRows))
        {
            TileRow<T, TVector>.Load<TColumns, TEdge>(out row, source, edge);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyAdd<TRows, TRow, TColumns>(ref TileRow<T, TVector> sum, T* a, in TileRow<T, TVector> row)
        where TRows : unmanaged, ITileSize
        where TRow : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
    {
        if (sizeof(TRow) <= sizeof(TRows))
        {
            TileRow<T, TVector>.MultiplyAdd<TColumns>(ref sum, TVector.Create(*a), row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreRow<TRows, TRow, TColumns, TEdge>(in TileRow<T, TVector> row, ref T* destination, nint step, int edge)
        where TRows : unmanaged, ITileSize
        where TRow : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        if (sizeof(TRow) <= sizeof(TRows))
        {
            TileRow<T, TVector>.Store<TColumns, TEdge>(row, destination, edge);
            destination += step;
        }
    }
}
