namespace NeuralOde.Tensors.Kernels;

/// <summary>One function of two variables within another, outer(inner(x, y), z), rounded as both are one after the other.</summary>
internal readonly struct PairOperator<T, TInner, TOuter> : ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TInner : struct, IBinaryOperator<T>
    where TOuter : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T> => TOuter.Invoke(TInner.Invoke(x, y), z);
}

/// <summary>y − x.</summary>
internal readonly struct ReverseSubtractOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => y - x;
}
