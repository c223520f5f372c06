namespace NeuralOde.Tensors.Kernels;

/// <summary>x₀ + x₁ + …</summary>
internal readonly struct SumReduction<T> : IReduction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Identity => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine(T a, T b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector a, TVector b) where TVector : struct, ISimdVector<TVector, T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TVector>(TVector a) where TVector : struct, ISimdVector<TVector, T> => TVector.SumLanes(a);
}

/// <summary>The largest, NaN if any is.</summary>
internal readonly struct MaxReduction<T> : IReduction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Identity => T.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine(T a, T b) => T.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector a, TVector b) where TVector : struct, ISimdVector<TVector, T> => TVector.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TVector>(TVector a) where TVector : struct, ISimdVector<TVector, T> => TVector.MaxLane(a);
}

/// <summary>The smallest, NaN if any is.</summary>
internal readonly struct MinReduction<T> : IReduction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Identity => T.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine(T a, T b) => T.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine<TVector>(TVector a, TVector b) where TVector : struct, ISimdVector<TVector, T> => TVector.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TVector>(TVector a) where TVector : struct, ISimdVector<TVector, T> => TVector.MinLane(a);
}
