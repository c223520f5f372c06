using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The kernel for few columns, or few rows against a transposed B: vectors run along k in both operands, a tile of up to 4 by 4
/// dot products stays in registers, and the lanes of each are summed at its end.
/// </summary>
internal static unsafe class DotTile<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    private const int MaxRows = 4;
    private const int MaxColumns = 4;

    /// <summary>Computes a whole problem. A must have contiguous rows and B contiguous columns.</summary>
    public static void Multiply(in GemmProblem<T> problem)
    {
        for (nint j = 0; j < problem.N; j += MaxColumns)
        {
            switch (problem.N - j)
            {
                case 1: Rows<Size1>(problem, j); break;
                case 2: Rows<Size2>(problem, j); break;
                case 3: Rows<Size3>(problem, j); break;
                default: Rows<Size4>(problem, j); break;
            }
        }
    }

    private static void Rows<TColumns>(in GemmProblem<T> problem, nint column)
        where TColumns : struct, ITileSize
    {
        nint tiles = problem.M / MaxRows;
        if (tiles > 0)
        {
            Run<Size4, TColumns>(problem, column, 0, tiles);
        }

        switch (problem.M - (tiles * MaxRows))
        {
            case 1: Run<Size1, TColumns>(problem, column, tiles * MaxRows, 1); break;
            case 2: Run<Size2, TColumns>(problem, column, tiles * MaxRows, 1); break;
            case 3: Run<Size3, TColumns>(problem, column, tiles * MaxRows, 1); break;
            default: break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TColumns>(in GemmProblem<T> problem, nint column, nint row, nint tiles)
        where TRows : struct, ITileSize
        where TColumns : struct, ITileSize
    {
        nint whole = problem.K - (problem.K % TVector.Count);
        int edge = (int)(problem.K - whole);
        nint aRow = problem.A.RowStep;
        nint bColumn = problem.B.ColumnStep;
        T* b = problem.B.Data + (column * bColumn);
        for (; tiles > 0; tiles--, row += TRows.Value)
        {
            TileRow<T, TVector> c0 = default, c1 = default, c2 = default, c3 = default;
            T* a = problem.A.Data + (row * aRow);
            nint p = 0;
            for (; p < whole; p += TVector.Count)
            {
                LoadColumns<TColumns, FullEdge>(out var columns, b + p, bColumn, edge);
                MultiplyAdd<TRows, Size1, TColumns, FullEdge>(ref c0, a + p, columns, edge);
                MultiplyAdd<TRows, Size2, TColumns, FullEdge>(ref c1, a + aRow + p, columns, edge);
                MultiplyAdd<TRows, Size3, TColumns, FullEdge>(ref c2, a + (2 * aRow) + p, columns, edge);
                MultiplyAdd<TRows, Size4, TColumns, FullEdge>(ref c3, a + (3 * aRow) + p, columns, edge);
            }

            if (edge > 0)
            {
                LoadColumns<TColumns, PartialEdge>(out var columns, b + p, bColumn, edge);
                MultiplyAdd<TRows, Size1, TColumns, PartialEdge>(ref c0, a + p, columns, edge);
                MultiplyAdd<TRows, Size2, TColumns, PartialEdge>(ref c1, a + aRow + p, columns, edge);
                MultiplyAdd<TRows, Size3, TColumns, PartialEdge>(ref c2, a + (2 * aRow) + p, columns, edge);
                MultiplyAdd<TRows, Size4, TColumns, PartialEdge>(ref c3, a + (3 * aRow) + p, columns, edge);
            }

            Store<TRows, Size1, TColumns>(c0, problem, row, column);
            Store<TRows, Size2, TColumns>(c1, problem, row + 1, column);
            Store<TRows, Size3, TColumns>(c2, problem, row + 2, column);
            Store<TRows, Size4, TColumns>(c3, problem, row + 3, column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadColumns<TColumns, TEdge>(out TileRow<T, TVector> columns, T* b, nint bColumn, int edge)
        where TColumns : struct, ITileSize
        where TEdge : struct, ITileEdge
    {
        columns = default;
        columns.V0 = Load<TEdge>(b, edge);
        if (TColumns.Value > 1)
        {
            columns.V1 = Load<TEdge>(b + bColumn, edge);
        }

        if (TColumns.Value > 2)
        {
            columns.V2 = Load<TEdge>(b + (2 * bColumn), edge);
        }

        if (TColumns.Value > 3)
        {
            columns.V3 = Load<TEdge>(b + (3 * bColumn), edge);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TRows, TRow, TColumns, TEdge>(ref TileRow<T, TVector> sums, T* a, in TileRow<T, TVector> columns, int edge)
        where TRows : struct, ITileSize
        where TRow : struct, ITileSize
        where TColumns : struct, ITileSize
        where TEdge : struct, ITileEdge
    {
        if (TRow.Value <= TRows.Value)
        {
            TileRow<T, TVector>.MultiplyAdd<TColumns>(ref sums, Load<TEdge>(a, edge), columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows, TRow, TColumns>(in TileRow<T, TVector> sums, in GemmProblem<T> problem, nint row, nint column)
        where TRows : struct, ITileSize
        where TRow : struct, ITileSize
        where TColumns : struct, ITileSize
    {
        if (TRow.Value > TRows.Value)
        {
            return;
        }

        T* c = problem.C + (row * problem.CStep) + column;
        T* start = problem.Start == null ? null : problem.Start + (row * problem.StartStep) + column;
        StoreSum(TVector.SumLanes(sums.V0), c, start, 0);
        if (TColumns.Value > 1)
        {
            StoreSum(TVector.SumLanes(sums.V1), c, start, 1);
        }

        if (TColumns.Value > 2)
        {
            StoreSum(TVector.SumLanes(sums.V2), c, start, 2);
        }

        if (TColumns.Value > 3)
        {
            StoreSum(TVector.SumLanes(sums.V3), c, start, 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSum(T sum, T* c, T* start, int column) => c[column] = start == null ? sum : start[column] + sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load<TEdge>(T* source, int edge)
        where TEdge : struct, ITileEdge
        => TEdge.IsPartial ? TVector.LoadPartial(source, edge) : TVector.Load(source);
}
