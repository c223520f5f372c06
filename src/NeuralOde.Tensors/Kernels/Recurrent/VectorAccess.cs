namespace NeuralOde.Tensors.Kernels;

/// <summary>Whole vectors.</summary>
internal readonly unsafe struct WholeVectors : IVectorAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, T>(T* source, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TVector.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, T>(TVector value, T* destination, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TVector.Store(value, destination);
}

/// <summary>The first lanes of a vector.</summary>
internal readonly unsafe struct PartialVectors : IVectorAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, T>(T* source, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TVector.LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, T>(TVector value, T* destination, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TVector.StorePartial(value, destination, count);
}
