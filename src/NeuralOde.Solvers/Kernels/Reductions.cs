using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>Reductions of one or two rows.</summary>
internal static unsafe class Reductions
{
    /// <returns>Σ x_i y_i.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"Lengths {x.Length} and {y.Length} differ.", nameof(y));
        }

        double sum = 0;
        nint i = 0;
        fixed (T* xs = x, ys = y)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                i = Dot<Simd512<T>, T>(xs, ys, i, x.Length, ref sum);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                i = Dot<Simd256<T>, T>(xs, ys, i, x.Length, ref sum);
            }

            if (Vector128.IsHardwareAccelerated)
            {
                i = Dot<Simd128<T>, T>(xs, ys, i, x.Length, ref sum);
            }

            Dot<SimdScalar<T>, T>(xs, ys, i, x.Length, ref sum);
        }

        return sum;
    }

    /// <returns>Index of the first element that is not finite, or −1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FirstNotFinite<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Zero times a number is zero, and not a number otherwise.
        double sum = 0;
        nint start = 0;
        fixed (T* xs = x)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                start = SumOfZeros<Simd512<T>, T>(xs, start, x.Length, ref sum);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                start = SumOfZeros<Simd256<T>, T>(xs, start, x.Length, ref sum);
            }

            if (Vector128.IsHardwareAccelerated)
            {
                start = SumOfZeros<Simd128<T>, T>(xs, start, x.Length, ref sum);
            }

            SumOfZeros<SimdScalar<T>, T>(xs, start, x.Length, ref sum);
        }

        for (int i = 0; sum != 0 && i < x.Length; i++)
        {
            if (!T.IsFinite(x[i]))
            {
                return i;
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Dot<TVector, T>(T* x, T* y, nint start, nint length, ref double total)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector sum = TVector.Constant(0);
        nint width = TVector.Count;
        nint i = start;
        for (; i <= length - width; i += width)
        {
            sum = TVector.MultiplyAdd(TVector.Load(x + i), TVector.Load(y + i), sum);
        }

        total += double.CreateTruncating(TVector.SumNeighbors(sum));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint SumOfZeros<TVector, T>(T* x, nint start, nint length, ref double total)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector zero = TVector.Constant(0);
        TVector sum = zero;
        nint width = TVector.Count;
        nint i = start;
        for (; i <= length - width; i += width)
        {
            sum = TVector.MultiplyAdd(TVector.Load(x + i), zero, sum);
        }

        total += double.CreateTruncating(TVector.SumNeighbors(sum));
        return i;
    }
}
