using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>Reductions of one or two rows.</summary>
internal static class Reductions
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

        ref T xs = ref MemoryMarshal.GetReference(x);
        ref T ys = ref MemoryMarshal.GetReference(y);
        double sum = 0;
        nint i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            i = Dot<T, Vector512<T>, Simd512<T>>(ref xs, ref ys, i, x.Length, ref sum);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            i = Dot<T, Vector256<T>, Simd256<T>>(ref xs, ref ys, i, x.Length, ref sum);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            i = Dot<T, Vector128<T>, Simd128<T>>(ref xs, ref ys, i, x.Length, ref sum);
        }

        Dot<T, T, Scalar<T>>(ref xs, ref ys, i, x.Length, ref sum);
        return sum;
    }

    /// <returns>Index of the first element that is not finite, or −1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FirstNotFinite<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Zero times a number is zero, and not a number otherwise.
        ref T xs = ref MemoryMarshal.GetReference(x);
        double sum = 0;
        nint start = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            start = SumOfZeros<T, Vector512<T>, Simd512<T>>(ref xs, start, x.Length, ref sum);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            start = SumOfZeros<T, Vector256<T>, Simd256<T>>(ref xs, start, x.Length, ref sum);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            start = SumOfZeros<T, Vector128<T>, Simd128<T>>(ref xs, start, x.Length, ref sum);
        }

        SumOfZeros<T, T, Scalar<T>>(ref xs, start, x.Length, ref sum);
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
    private static nint Dot<T, TVector, TSimd>(ref T x, ref T y, nint start, nint length, ref double total)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
    {
        TVector sum = TSimd.Broadcast(T.Zero);
        nint width = TSimd.Width;
        nint i = start;
        for (; i <= length - width; i += width)
        {
            sum = TSimd.MultiplyAdd(TSimd.Load(ref x, i), TSimd.Load(ref y, i), sum);
        }

        total += TSimd.Sum(sum);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint SumOfZeros<T, TVector, TSimd>(ref T x, nint start, nint length, ref double total)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
    {
        TVector zero = TSimd.Broadcast(T.Zero);
        TVector sum = zero;
        nint width = TSimd.Width;
        nint i = start;
        for (; i <= length - width; i += width)
        {
            sum = TSimd.MultiplyAdd(TSimd.Load(ref x, i), zero, sum);
        }

        total += TSimd.Sum(sum);
        return i;
    }
}
