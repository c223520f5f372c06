namespace NeuralOde.Tensors.Kernels;

/// <summary>The same kernels over memory that is pinned for good: the caller answers for lengths and addresses, so a call pays neither for checks nor for pinning.</summary>
internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unary<T, TOperator>(T* x, T* destination, int length, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T> => VectorDispatch.Run<T, UnaryCall<T, TOperator>>(new(x, destination, length), width);

    /// <summary>destination[i] = op(x[i], y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Binary<T, TOperator>(T* x, T* y, T* destination, int length, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T> => Binary<T, TOperator, StreamedOperand, StreamedOperand>(x, y, destination, length, width);

    /// <summary>destination[i] = op(x[i], y[i]), where an operand is a single element if its form says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Binary<T, TOperator, TX, TY>(T* x, T* y, T* destination, int length, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
        where TX : struct, IOperandForm
        where TY : struct, IOperandForm => VectorDispatch.Run<T, BinaryCall<T, TOperator, TX, TY>>(new(x, y, destination, length), width);

    private readonly struct UnaryCall<T, TOperator>(T* x, T* destination, int length) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => UnaryLoop<TVector, T, TOperator>(x, destination, length);
    }

    private readonly struct BinaryCall<T, TOperator, TX, TY>(T* x, T* y, T* destination, int length) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
        where TX : struct, IOperandForm
        where TY : struct, IOperandForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => BinaryLoop<TVector, T, TOperator, TX, TY>(x, y, destination, length);
    }
}
