namespace NeuralOde.Tensors.Kernels;

/// <summary>Vectors at equal distances in memory, of which the first lanes, or all, belong to the data.</summary>
internal readonly unsafe struct SpacedVectors<T, TVector>(T* first, nint step, int lanes) : IVectorSource<TVector>, IVectorSink<TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    public SpacedVectors(T* first, nint step)
        : this(first, step, TVector.Count)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load(int index) => lanes == TVector.Count ? TVector.Load(first + (index * step)) : TVector.LoadPartial(first + (index * step), lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, TVector value)
    {
        if (lanes == TVector.Count)
        {
            TVector.Store(value, first + (index * step));
        }
        else
        {
            TVector.StorePartial(value, first + (index * step), lanes);
        }
    }
}

/// <summary>One column of the pixels that a tile sees, from a pointer to each row: rows outside of the image point to zeros.</summary>
internal readonly unsafe struct TileColumn<T, TVector>(T** rows, nint offset, int lanes) : IVectorSource<TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load(int index) => lanes == TVector.Count ? TVector.Load(rows[index] + offset) : TVector.LoadPartial(rows[index] + offset, lanes);
}

/// <summary>A tile's row of output pixels: those within the image are written, with what they start from added.</summary>
internal readonly unsafe struct TileOutput<T, TVector>(T* first, nint pixel, int from, int pixels, int lanes, T* start, nint startPixel) : IVectorSink<TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, TVector value)
    {
        if (index < from || index >= pixels)
        {
            return;
        }

        T* to = first + (index * pixel);
        T* added = start + (index * startPixel);
        if (lanes == TVector.Count)
        {
            TVector.Store(start == null ? value : value + TVector.Load(added), to);
        }
        else
        {
            TVector.StorePartial(start == null ? value : value + TVector.LoadPartial(added, lanes), to, lanes);
        }
    }
}
