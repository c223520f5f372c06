namespace NeuralOde.Tensors.Kernels;

/// <summary>Columns that are worked on together, one lane each: what a lane computes does not depend on which others there are.</summary>
internal static unsafe class Panels
{
    /// <summary>The columns that a thread's share is made of: a cache line of floats.</summary>
    public const int UnitColumns = 16;

    /// <summary>The first <paramref name="columns"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Read<TVector, T>(T* source, int columns)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => columns >= TVector.Count ? TVector.Load(source) : TVector.LoadPartial(source, columns);

    /// <summary>Writes the first <paramref name="columns"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<TVector, T>(TVector value, T* destination, int columns)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (columns >= TVector.Count)
        {
            TVector.Store(value, destination);
        }
        else
        {
            TVector.StorePartial(value, destination, columns);
        }
    }
}
