using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>The same kernels over memory that is pinned for good: the caller answers for lengths and addresses, so a call pays neither for checks nor for pinning.</summary>
internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unary<T, TOperator>(T* x, T* destination, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        switch (SimdWidths.Best)
        {
            case SimdWidth.V512: UnaryLoop<Simd512<T>, T, TOperator>(x, destination, length); break;
            case SimdWidth.V256: UnaryLoop<Simd256<T>, T, TOperator>(x, destination, length); break;
            case SimdWidth.V128: UnaryLoop<Simd128<T>, T, TOperator>(x, destination, length); break;
            default: UnaryLoop<SimdScalar<T>, T, TOperator>(x, destination, length); break;
        }
    }

    /// <summary>destination[i] = op(x[i], y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Binary<T, TOperator>(T* x, T* y, T* destination, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        switch (SimdWidths.Best)
        {
            case SimdWidth.V512: BinaryLoop<Simd512<T>, T, TOperator>(x, y, destination, length); break;
            case SimdWidth.V256: BinaryLoop<Simd256<T>, T, TOperator>(x, y, destination, length); break;
            case SimdWidth.V128: BinaryLoop<Simd128<T>, T, TOperator>(x, y, destination, length); break;
            default: BinaryLoop<SimdScalar<T>, T, TOperator>(x, y, destination, length); break;
        }
    }

    /// <summary>destination[i] = op(x[i], y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BinaryScalarRight<T, TOperator>(T* x, T y, T* destination, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        switch (SimdWidths.Best)
        {
            case SimdWidth.V512: BinaryScalarRightLoop<Simd512<T>, T, TOperator>(x, y, destination, length); break;
            case SimdWidth.V256: BinaryScalarRightLoop<Simd256<T>, T, TOperator>(x, y, destination, length); break;
            case SimdWidth.V128: BinaryScalarRightLoop<Simd128<T>, T, TOperator>(x, y, destination, length); break;
            default: BinaryScalarRightLoop<SimdScalar<T>, T, TOperator>(x, y, destination, length); break;
        }
    }

    /// <summary>destination[i] = op(x, y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BinaryScalarLeft<T, TOperator>(T x, T* y, T* destination, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        switch (SimdWidths.Best)
        {
            case SimdWidth.V512: BinaryScalarLeftLoop<Simd512<T>, T, TOperator>(x, y, destination, length); break;
            case SimdWidth.V256: BinaryScalarLeftLoop<Simd256<T>, T, TOperator>(x, y, destination, length); break;
            case SimdWidth.V128: BinaryScalarLeftLoop<Simd128<T>, T, TOperator>(x, y, destination, length); break;
            default: BinaryScalarLeftLoop<SimdScalar<T>, T, TOperator>(x, y, destination, length); break;
        }
    }
}
