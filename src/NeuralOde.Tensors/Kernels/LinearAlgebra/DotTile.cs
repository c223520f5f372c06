namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The kernel for few columns, or few rows against a transposed B: vectors run along k in both operands, a tile of up to 4 by 4
/// dot products stays in registers, and the lanes of each are summed at its end.
/// </summary>
internal static unsafe class DotTile<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    private const int MaxRows = 4;
    private const int MaxColumns = 4;

    /// <summary>Computes a whole problem. A must have contiguous rows and B contiguous columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        nint wide = problem.N / MaxColumns;
        if (wide > 0)
        {
            Rows<Size4>(problem, 0, wide);
        }

        switch (problem.N % MaxColumns)
        {
            case 1: Rows<Size1>(problem, wide * MaxColumns, 1); break;
            case 2: Rows<Size2>(problem, wide * MaxColumns, 1); break;
            case 3: Rows<Size3>(problem, wide * MaxColumns, 1); break;
            default: break;
        }
    }

    private static void Rows<TColumns>(in GemmProblem<T> problem, nint column, nint tilesAcross) where TColumns : unmanaged, ITileSize
    {
        nint high = problem.M / MaxRows;
        if (high > 0)
        {
            Run<Size4, TColumns>(problem, 0, high, column, tilesAcross);
        }

        switch (problem.M % MaxRows)
        {
            case 1: Run<Size1, TColumns>(problem, high * MaxRows, 1, column, tilesAcross); break;
            case 2: Run<Size2, TColumns>(problem, high * MaxRows, 1, column, tilesAcross); break;
            case 3: Run<Size3, TColumns>(problem, high * MaxRows, 1, column, tilesAcross); break;
            default: break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TColumns>(in GemmProblem<T> problem, nint firstRow, nint tilesDown, nint firstColumn, nint tilesAcross)
        where TRows : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
    {
        nint whole = problem.K - (problem.K % TVector.Count);
        int edge = (int)(problem.K - whole);
        nint aRow = problem.A.RowStep;
        nint bColumn = problem.B.ColumnStep;
        T* sums = stackalloc T[MaxRows * MaxColumns];
        nint endRow = firstRow + (tilesDown * sizeof(TRows));
        nint row = firstRow;
        nint column = firstColumn;
        for (nint tiles = tilesDown * tilesAcross; tiles > 0; tiles--)
        {
            T* b = problem.B.Data + (column * bColumn);
            TileRow<T, TVector> c0 = default, c1 = default, c2 = default, c3 = default;
            T* a = problem.A.Data + (row * aRow);
            nint p = 0;
            for (; p < whole; p += TVector.Count)
            {
                LoadColumns<TColumns, FullEdge>(out TileRow<T, TVector> columns, b + p, bColumn, edge);
                MultiplyAdd<TRows, Size1, TColumns, FullEdge>(ref c0, a + p, columns, edge);
                MultiplyAdd<TRows, Size2, TColumns, FullEdge>(ref c1, a + aRow + p, columns, edge);
                MultiplyAdd<TRows, Size3, TColumns, FullEdge>(ref c2, a + (2 * aRow) + p, columns, edge);
                MultiplyAdd<TRows, Size4, TColumns, FullEdge>(ref c3, a + (3 * aRow) + p, columns, edge);
            }

            if (edge > 0)
            {
                LoadColumns<TColumns, PartialEdge>(out TileRow<T, TVector> columns, b + p, bColumn, edge);
                MultiplyAdd<TRows, Size1, TColumns, PartialEdge>(ref c0, a + p, columns, edge);
                MultiplyAdd<TRows, Size2, TColumns, PartialEdge>(ref c1, a + aRow + p, columns, edge);
                MultiplyAdd<TRows, Size3, TColumns, PartialEdge>(ref c2, a + (2 * aRow) + p, columns, edge);
                MultiplyAdd<TRows, Size4, TColumns, PartialEdge>(ref c3, a + (3 * aRow) + p, columns, edge);
            }

            Store<TRows, TColumns>(c0, c1, c2, c3, sums);
            if (problem.Start != null)
            {
                AddStart<TRows, TColumns>(problem, row, column, sums);
            }

            T* c = problem.C + (row * problem.CStep) + column;
            for (int i = 0; i < sizeof(TRows) * sizeof(TColumns); i += sizeof(TColumns))
            {
                for (int j = 0; j < sizeof(TColumns); j++)
                {
                    c[j] = sums[i + j];
                }

                c += problem.CStep;
            }

            row += sizeof(TRows);
            if (row == endRow)
            {
                row = firstRow;
                column += sizeof(TColumns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadColumns<TColumns, TEdge>(out TileRow<T, TVector> columns, T* b, nint bColumn, int edge)
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        columns = default;
        columns.V0 = Load<TEdge>(b, edge);
        if (sizeof(TColumns) > 1)
        {
            columns.V1 = Load<TEdge>(b + bColumn, edge);
        }

        if (sizeof(TColumns) > 2)
        {
            columns.V2 = Load<TEdge>(b + (2 * bColumn), edge);
        }

        if (sizeof(TColumns) > 3)
        {
            columns.V3 = Load<TEdge>(b + (3 * bColumn), edge);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TRows, TRow, TColumns, TEdge>(ref TileRow<T, TVector> sums, T* a, in TileRow<T, TVector> columns, int edge)
        where TRows : unmanaged, ITileSize
        where TRow : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        if (sizeof(TRow) <= sizeof(TRows))
        {
            TileRow<T, TVector>.MultiplyAdd<TColumns>(ref sums, Load<TEdge>(a, edge), columns);
        }
    }

    /// <summary>Stores the lane sums of all accumulators, row after row; up to three more elements may be written after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows, TColumns>(
        in TileRow<T, TVector> c0, in TileRow<T, TVector> c1, in TileRow<T, TVector> c2, in TileRow<T, TVector> c3, T* sums)
        where TRows : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
    {
        switch (sizeof(TColumns))
        {
            case 1:
                LaneSums<T, TVector>.StoreFour(c0.V0, c1.V0, c2.V0, c3.V0, sums);
                break;
            case 2:
                LaneSums<T, TVector>.StoreFour(c0.V0, c0.V1, c1.V0, c1.V1, sums);
                if (sizeof(TRows) > 2)
                {
                    LaneSums<T, TVector>.StoreFour(c2.V0, c2.V1, c3.V0, c3.V1, sums + 4);
                }

                break;
            default:
                // With three columns the fourth sum of each row is overwritten by the next.
                LaneSums<T, TVector>.StoreFour(c0.V0, c0.V1, c0.V2, c0.V3, sums);
                if (sizeof(TRows) > 1)
                {
                    LaneSums<T, TVector>.StoreFour(c1.V0, c1.V1, c1.V2, c1.V3, sums + sizeof(TColumns));
                }

                if (sizeof(TRows) > 2)
                {
                    LaneSums<T, TVector>.StoreFour(c2.V0, c2.V1, c2.V2, c2.V3, sums + (2 * sizeof(TColumns)));
                }

                if (sizeof(TRows) > 3)
                {
                    LaneSums<T, TVector>.StoreFour(c3.V0, c3.V1, c3.V2, c3.V3, sums + (3 * sizeof(TColumns)));
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddStart<TRows, TColumns>(in GemmProblem<T> problem, nint row, nint column, T* sums)
        where TRows : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
    {
        T* start = problem.Start + (row * problem.StartStep) + column;
        for (int i = 0; i < sizeof(TRows) * sizeof(TColumns); i += sizeof(TColumns))
        {
            for (int j = 0; j < sizeof(TColumns); j++)
            {
                sums[i + j] += start[j];
            }

            start += problem.StartStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load<TEdge>(T* source, int edge) where TEdge : struct, ITileEdge
        => typeof(TEdge) == typeof(PartialEdge) ? TVector.LoadPartial(source, edge) : TVector.Load(source);
}
