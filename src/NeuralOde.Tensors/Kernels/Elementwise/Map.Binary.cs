namespace NeuralOde.Tensors.Kernels;

internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i], y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Binary<T, TOperator>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T> => Binary<T, TOperator, StreamedOperand, StreamedOperand>(x, y, destination, width);

    /// <summary>destination[i] = op(x[i], y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void BinaryScalarRight<T, TOperator>(ReadOnlySpan<T> x, T y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T> => Binary<T, TOperator, StreamedOperand, ScalarOperand>(x, new(in y), destination, width);

    /// <summary>destination[i] = op(x, y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void BinaryScalarLeft<T, TOperator>(T x, ReadOnlySpan<T> y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T> => Binary<T, TOperator, ScalarOperand, StreamedOperand>(new(in x), y, destination, width);

    /// <summary>destination[i] = op(x[i], y[i]), where an operand is a single element if its form says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Binary<T, TOperator, TX, TY>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
        where TX : struct, IOperandForm
        where TY : struct, IOperandForm
    {
        RequireLength(x.Length, TX.Streams ? destination.Length : 1, nameof(x));
        RequireLength(y.Length, TY.Streams ? destination.Length : 1, nameof(y));
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pd = destination)
        {
            Binary<T, TOperator, TX, TY>(px, py, pd, destination.Length, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BinaryLoop<TVector, T, TOperator, TX, TY>(T* x, T* y, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
        where TX : struct, IOperandForm
        where TY : struct, IOperandForm
    {
        TVector allX = TX.Streams ? default : TVector.Create(*x);
        TVector allY = TY.Streams ? default : TVector.Create(*y);
        int rest = length % TVector.Count;
        TVector xRest = TX.Streams ? TVector.LoadPartial(x + (length - rest), rest) : allX;
        TVector yRest = TY.Streams ? TVector.LoadPartial(y + (length - rest), rest) : allY;
        int i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(TOperator.Invoke(TX.Streams ? TVector.Load(x + i) : allX, TY.Streams ? TVector.Load(y + i) : allY), destination + i);
        }

        if (rest > 0)
        {
            TVector.StorePartial(TOperator.Invoke(xRest, yRest), destination + i, rest);
        }
    }
}
