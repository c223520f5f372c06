namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Computes strips of convolutions: like <see cref="RegisterTile{T, TVector}"/>, a tile of C stays in registers, but while the terms of all stretches run.
/// </summary>
/// <remarks>Every element of C is one chain of fused multiply-adds in the order of the terms, whatever the tile that it falls in and the width of the vectors.</remarks>
internal static unsafe class ConvolutionTile<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Computes a whole strip: its columns in panels and its rows in tiles, both as even as they go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in ConvolutionStrip<T> strip)
    {
        int vectors = (int)((uint)(strip.Columns + TVector.Count - 1) / (uint)TVector.Count);
        int maxColumns = RegisterTile<T, TVector>.MaxColumns;
        if (vectors <= maxColumns)
        {
            RunPanel(strip, vectors);
            return;
        }

        int panels = (vectors + maxColumns - 1) / maxColumns;
        for (int i = 0; i < panels; i++)
        {
            int first = vectors * i / panels;
            int width = (vectors * (i + 1) / panels) - first;
            nint column = first * TVector.Count;
            ConvolutionStrip<T> panel = strip;
            panel.B += column;
            panel.C += column;
            panel.Start += strip.Start == null ? 0 : column;
            panel.Columns = nint.Min(strip.Columns - column, width * TVector.Count);
            RunPanel(panel, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPanel(in ConvolutionStrip<T> panel, int columns)
    {
        int maxRows = RegisterTile<T, TVector>.MaxRows(columns);
        int tiles = (int)((uint)(panel.Rows + maxRows - 1) / (uint)maxRows);
        if (tiles == 1)
        {
            Dispatch((int)panel.Rows, columns, panel);
            return;
        }

        for (int i = 0; i < tiles; i++)
        {
            nint first = panel.Rows * i / tiles;
            ConvolutionStrip<T> tile = panel;
            tile.Rows = (panel.Rows * (i + 1) / tiles) - first;
            tile.A += first * panel.ARow;
            tile.C += first * panel.CStep;
            tile.Start += panel.Start == null ? 0 : first * panel.StartStep;
            if (i > 0)
            {
                tile.Full += tile.Lead;
                tile.Lead = 0;
            }

            if (i < tiles - 1)
            {
                tile.Full += tile.Trail;
                tile.Trail = 0;
            }

            Dispatch((int)tile.Rows, columns, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dispatch(int rows, int columns, in ConvolutionStrip<T> tile)
    {
        if (tile.Columns == columns * TVector.Count)
        {
            DispatchColumns<FullEdge>(rows, columns, tile);
        }
        else
        {
            DispatchColumns<PartialEdge>(rows, columns, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DispatchColumns<TEdge>(int rows, int columns, in ConvolutionStrip<T> tile) where TEdge : struct, ITileEdge
    {
        switch (columns)
        {
            case 1: DispatchRows<Size1, TEdge>(rows, tile); break;
            case 2: DispatchRows<Size2, TEdge>(rows, tile); break;
            case 3: DispatchRows<Size3, TEdge>(rows, tile); break;
            default: DispatchRows<Size4, TEdge>(rows, tile); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DispatchRows<TColumns, TEdge>(int rows, in ConvolutionStrip<T> tile)
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        switch (rows)
        {
            case 1: RunTile<Size1, TColumns, TEdge>(tile); break;
            case 2: RunTile<Size2, TColumns, TEdge>(tile); break;
            case 3: RunTile<Size3, TColumns, TEdge>(tile); break;
            case 4: RunTile<Size4, TColumns, TEdge>(tile); break;
            case 5: RunTile<Size5, TColumns, TEdge>(tile); break;
            case 6: RunTile<Size6, TColumns, TEdge>(tile); break;
            case 7: RunTile<Size7, TColumns, TEdge>(tile); break;
            default: RunTile<Size8, TColumns, TEdge>(tile); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTile<TRows, TColumns, TEdge>(in ConvolutionStrip<T> tile)
        where TRows : unmanaged, ITileSize
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        int edge = (int)tile.Columns - ((sizeof(TColumns) - 1) * TVector.Count);
        nint aRow = tile.ARow;
        nint aStep = tile.AStep;
        nint bStep = tile.BStep;
        TileRow<T, TVector> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        if (tile.Start != null)
        {
            T* start = tile.Start;
            nint step = tile.StartStep;
            TileRow<T, TVector>.Load<TColumns, TEdge>(out c0, start, edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size2, TColumns, TEdge>(ref c1, start + step, edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size3, TColumns, TEdge>(ref c2, start + (2 * step), edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size4, TColumns, TEdge>(ref c3, start + (3 * step), edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size5, TColumns, TEdge>(ref c4, start + (4 * step), edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size6, TColumns, TEdge>(ref c5, start + (5 * step), edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size7, TColumns, TEdge>(ref c6, start + (6 * step), edge);
            RegisterTile<T, TVector>.LoadRow<TRows, Size8, TColumns, TEdge>(ref c7, start + (7 * step), edge);
        }

        T* aBlock = tile.A;
        T* bBlock = tile.B;
        for (nint block = tile.Blocks; block > 0; block--)
        {
            T* aSegment = aBlock;
            T* bSegment = bBlock;
            for (nint segment = tile.Segments; segment > 0; segment--)
            {
                // As in RegisterTile, three pointers with the offsets 0, 1 and 2 rows address all rows of A.
                T* a0 = aSegment;
                T* a3 = a0 + (3 * aRow);
                T* a6 = a0 + (6 * aRow);
                T* b = bSegment;
                for (nint p = tile.Lead; p > 0; p--)
                {
                    MultiplyAdd<TRows, WithoutFirst, TColumns, TEdge>(ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, a0, a3, a6, aRow, b, edge);
                    a0 += aStep;
                    a3 += aStep;
                    a6 += aStep;
                    b += bStep;
                }

                for (nint p = tile.Full; p > 0; p--)
                {
                    MultiplyAdd<TRows, WithAll, TColumns, TEdge>(ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, a0, a3, a6, aRow, b, edge);
                    a0 += aStep;
                    a3 += aStep;
                    a6 += aStep;
                    b += bStep;
                }

                for (nint p = tile.Trail; p > 0; p--)
                {
                    MultiplyAdd<TRows, WithoutLast, TColumns, TEdge>(ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, a0, a3, a6, aRow, b, edge);
                    a0 += aStep;
                    a3 += aStep;
                    a6 += aStep;
                    b += bStep;
                }

                aSegment += tile.ASegment;
                bSegment += tile.BSegment;
            }

            aBlock += tile.ABlock;
            bBlock += tile.BBlock;
        }

        T* c = tile.C;
        RegisterTile<T, TVector>.StoreRow<TRows, Size1, TColumns, TEdge>(c0, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size2, TColumns, TEdge>(c1, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size3, TColumns, TEdge>(c2, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size4, TColumns, TEdge>(c3, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size5, TColumns, TEdge>(c4, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size6, TColumns, TEdge>(c5, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size7, TColumns, TEdge>(c6, ref c, tile.CStep, edge);
        RegisterTile<T, TVector>.StoreRow<TRows, Size8, TColumns, TEdge>(c7, ref c, tile.CStep, edge);
    }

    /// <summary>One term for the rows that have a part in it.</summary>
    /// <remarks>Accumulators and pointers are arguments one by one: only so does the compiler, which inlines this, keep them in registers.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TRows, TPart, TColumns, TEdge>(
        ref TileRow<T, TVector> c0, ref TileRow<T, TVector> c1, ref TileRow<T, TVector> c2, ref TileRow<T, TVector> c3,
        ref TileRow<T, TVector> c4, ref TileRow<T, TVector> c5, ref TileRow<T, TVector> c6, ref TileRow<T, TVector> c7,
        T* a0, T* a3, T* a6, nint aRow, T* b, int edge)
        where TRows : unmanaged, ITileSize
        where TPart : struct, ITilePart
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        TileRow<T, TVector>.Load<TColumns, TEdge>(out TileRow<T, TVector> bRow, b, edge);
        MultiplyAdd<TRows, Size1, TPart, TColumns>(ref c0, a0, bRow);
        MultiplyAdd<TRows, Size2, TPart, TColumns>(ref c1, a0 + aRow, bRow);
        MultiplyAdd<TRows, Size3, TPart, TColumns>(ref c2, a0 + (2 * aRow), bRow);
        MultiplyAdd<TRows, Size4, TPart, TColumns>(ref c3, a3, bRow);
        MultiplyAdd<TRows, Size5, TPart, TColumns>(ref c4, a3 + aRow, bRow);
        MultiplyAdd<TRows, Size6, TPart, TColumns>(ref c5, a3 + (2 * aRow), bRow);
        MultiplyAdd<TRows, Size7, TPart, TColumns>(ref c6, a6, bRow);
        MultiplyAdd<TRows, Size8, TPart, TColumns>(ref c7, a6 + aRow, bRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TRows, TRow, TPart, TColumns>(ref TileRow<T, TVector> sum, T* a, in TileRow<T, TVector> row)
        where TRows : unmanaged, ITileSize
        where TRow : unmanaged, ITileSize
        where TPart : struct, ITilePart
        where TColumns : unmanaged, ITileSize
    {
        if ((typeof(TPart) != typeof(WithoutFirst) || sizeof(TRow) > 1) && (typeof(TPart) != typeof(WithoutLast) || sizeof(TRow) < sizeof(TRows)))
        {
            RegisterTile<T, TVector>.MultiplyAdd<TRows, TRow, TColumns>(ref sum, a, row);
        }
    }

    /// <summary>Which rows of a tile have a part in a term, as a type argument.</summary>
    private interface ITilePart;

    private readonly struct WithAll : ITilePart;

    private readonly struct WithoutFirst : ITilePart;

    private readonly struct WithoutLast : ITilePart;
}
