using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i], y[i], z[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Ternary<T, TOperator>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
        => Ternary<T, TOperator>(x, y, z, destination, SimdWidths.Best);

    /// <summary><see cref="Ternary{T, TOperator}(ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T})"/> at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Ternary<T, TOperator>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, Span<T> destination, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        RequireLength(x.Length, destination.Length, nameof(x));
        RequireLength(y.Length, destination.Length, nameof(y));
        RequireLength(z.Length, destination.Length, nameof(z));
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pz = z)
        fixed (T* pd = destination)
        {
            switch (width)
            {
                case SimdWidth.V512:
                    TernaryLoop<Simd512<T>, T, TOperator>(px, py, pz, pd, destination.Length);
                    break;
                case SimdWidth.V256:
                    TernaryLoop<Simd256<T>, T, TOperator>(px, py, pz, pd, destination.Length);
                    break;
                case SimdWidth.V128:
                    TernaryLoop<Simd128<T>, T, TOperator>(px, py, pz, pd, destination.Length);
                    break;
                default:
                    TernaryLoop<SimdScalar<T>, T, TOperator>(px, py, pz, pd, destination.Length);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TernaryLoop<TVector, T, TOperator>(T* x, T* y, T* z, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        var rest = length % TVector.Count;
        var xRest = TVector.LoadPartial(x + (length - rest), rest);
        var yRest = TVector.LoadPartial(y + (length - rest), rest);
        var zRest = TVector.LoadPartial(z + (length - rest), rest);
        var i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(TOperator.Invoke(TVector.Load(x + i), TVector.Load(y + i), TVector.Load(z + i)), destination + i);
        }

        if (rest > 0)
        {
            var result = TOperator.Invoke(xRest, yRest, zRest);
            TVector.StorePartial(result, destination + i, rest);
        }
    }
}
