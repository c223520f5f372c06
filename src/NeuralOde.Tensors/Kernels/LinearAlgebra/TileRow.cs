namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// One to four neighboring vectors, held in registers.
/// Kernels keep their accumulators in locals of this type; every method is inlined, so the compiler promotes each field to a register of its own.
/// </summary>
internal unsafe struct TileRow<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    public TVector V0;
    public TVector V1;
    public TVector V2;
    public TVector V3;

    /// <summary>Loads <typeparamref name="TColumns"/> vectors; at a partial edge the last one has <paramref name="edge"/> lanes, the rest zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TColumns, TEdge>(out TileRow<T, TVector> row, T* source, int edge)
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        row = default;
        row.V0 = LoadVector<TEdge>(source, sizeof(TColumns) == 1, edge);
        if (sizeof(TColumns) > 1)
        {
            row.V1 = LoadVector<TEdge>(source + TVector.Count, sizeof(TColumns) == 2, edge);
        }

        if (sizeof(TColumns) > 2)
        {
            row.V2 = LoadVector<TEdge>(source + (2 * TVector.Count), sizeof(TColumns) == 3, edge);
        }

        if (sizeof(TColumns) > 3)
        {
            row.V3 = LoadVector<TEdge>(source + (3 * TVector.Count), sizeof(TColumns) == 4, edge);
        }
    }

    /// <summary>Stores what <see cref="Load"/> would load, and touches nothing beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TColumns, TEdge>(in TileRow<T, TVector> row, T* destination, int edge)
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        StoreVector<TEdge>(row.V0, destination, sizeof(TColumns) == 1, edge);
        if (sizeof(TColumns) > 1)
        {
            StoreVector<TEdge>(row.V1, destination + TVector.Count, sizeof(TColumns) == 2, edge);
        }

        if (sizeof(TColumns) > 2)
        {
            StoreVector<TEdge>(row.V2, destination + (2 * TVector.Count), sizeof(TColumns) == 3, edge);
        }

        if (sizeof(TColumns) > 3)
        {
            StoreVector<TEdge>(row.V3, destination + (3 * TVector.Count), sizeof(TColumns) == 4, edge);
        }
    }

    /// <summary>sum += scalar · row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd<TColumns>(ref TileRow<T, TVector> sum, TVector scalar, in TileRow<T, TVector> row) where TColumns : unmanaged, ITileSize
    {
        sum.V0 = TVector.MultiplyAdd(row.V0, scalar, sum.V0);
        if (sizeof(TColumns) > 1)
        {
            sum.V1 = TVector.MultiplyAdd(scalar, row.V1, sum.V1);
        }

        if (sizeof(TColumns) > 2)
        {
            sum.V2 = TVector.MultiplyAdd(scalar, row.V2, sum.V2);
        }

        if (sizeof(TColumns) > 3)
        {
            sum.V3 = TVector.MultiplyAdd(scalar, row.V3, sum.V3);
        }
    }

    /// <summary>sum += row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TColumns>(ref TileRow<T, TVector> sum, in TileRow<T, TVector> row) where TColumns : unmanaged, ITileSize
    {
        sum.V0 += row.V0;
        if (sizeof(TColumns) > 1)
        {
            sum.V1 += row.V1;
        }

        if (sizeof(TColumns) > 2)
        {
            sum.V2 += row.V2;
        }

        if (sizeof(TColumns) > 3)
        {
            sum.V3 += row.V3;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadVector<TEdge>(T* source, bool isLast, int edge) where TEdge : struct, ITileEdge
        => isLast && typeof(TEdge) == typeof(PartialEdge) ? TVector.LoadPartial(source, edge) : TVector.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreVector<TEdge>(TVector value, T* destination, bool isLast, int edge) where TEdge : struct, ITileEdge
    {
        if (isLast && typeof(TEdge) == typeof(PartialEdge))
        {
            TVector.StorePartial(value, destination, edge);
        }
        else
        {
            TVector.Store(value, destination);
        }
    }
}
