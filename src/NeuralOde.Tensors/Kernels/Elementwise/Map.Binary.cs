namespace NeuralOde.Tensors.Kernels;

internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i], y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Binary<T, TOperator>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        RequireLength(x.Length, destination.Length, nameof(x));
        RequireLength(y.Length, destination.Length, nameof(y));
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pd = destination)
        {
            Binary<T, TOperator>(px, py, pd, destination.Length, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BinaryLoop<TVector, T, TOperator>(T* x, T* y, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        int rest = length % TVector.Count;
        TVector xRest = TVector.LoadPartial(x + (length - rest), rest);
        TVector yRest = TVector.LoadPartial(y + (length - rest), rest);
        int i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(TOperator.Invoke(TVector.Load(x + i), TVector.Load(y + i)), destination + i);
        }

        if (rest > 0)
        {
            TVector result = TOperator.Invoke(xRest, yRest);
            TVector.StorePartial(result, destination + i, rest);
        }
    }

    /// <summary>destination[i] = op(x[i], y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void BinaryScalarRight<T, TOperator>(ReadOnlySpan<T> x, T y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        RequireLength(x.Length, destination.Length, nameof(x));
        fixed (T* px = x)
        fixed (T* pd = destination)
        {
            BinaryScalarRight<T, TOperator>(px, y, pd, destination.Length, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BinaryScalarRightLoop<TVector, T, TOperator>(T* x, T y, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        TVector allY = TVector.Create(y);
        int rest = length % TVector.Count;
        TVector xRest = TVector.LoadPartial(x + (length - rest), rest);
        int i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(TOperator.Invoke(TVector.Load(x + i), allY), destination + i);
        }

        if (rest > 0)
        {
            TVector result = TOperator.Invoke(xRest, allY);
            TVector.StorePartial(result, destination + i, rest);
        }
    }

    /// <summary>destination[i] = op(x, y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void BinaryScalarLeft<T, TOperator>(T x, ReadOnlySpan<T> y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        RequireLength(y.Length, destination.Length, nameof(y));
        fixed (T* py = y)
        fixed (T* pd = destination)
        {
            BinaryScalarLeft<T, TOperator>(x, py, pd, destination.Length, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BinaryScalarLeftLoop<TVector, T, TOperator>(T x, T* y, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        TVector allX = TVector.Create(x);
        int rest = length % TVector.Count;
        TVector yRest = TVector.LoadPartial(y + (length - rest), rest);
        int i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(TOperator.Invoke(allX, TVector.Load(y + i)), destination + i);
        }

        if (rest > 0)
        {
            TVector result = TOperator.Invoke(allX, yRest);
            TVector.StorePartial(result, destination + i, rest);
        }
    }
}
