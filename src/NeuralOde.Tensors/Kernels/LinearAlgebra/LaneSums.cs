using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralOde.Tensors.Kernels;

/// <summary>The sums of the lanes of four vectors at once: three operations per vector, where one vector alone takes eight.</summary>
internal static unsafe class LaneSums<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Stores the sum of the lanes of each vector, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFour(TVector a, TVector b, TVector c, TVector d, T* sums)
    {
        if (typeof(TVector) == typeof(Simd512<float>) && Avx512F.IsSupported)
        {
            Vector512<float> ab = Interleave(Unsafe.BitCast<TVector, Vector512<float>>(a), Unsafe.BitCast<TVector, Vector512<float>>(b));
            Vector512<float> cd = Interleave(Unsafe.BitCast<TVector, Vector512<float>>(c), Unsafe.BitCast<TVector, Vector512<float>>(d));
            Vector512<float> abcd = Avx512F.Shuffle(ab, cd, LowPairs) + Avx512F.Shuffle(ab, cd, HighPairs);
            Vector256<float> half = abcd.GetLower() + abcd.GetUpper();
            (half.GetLower() + half.GetUpper()).Store((float*)sums);
        }
        else if (typeof(TVector) == typeof(Simd256<float>) && Avx.IsSupported)
        {
            Vector256<float> ab = Interleave(Unsafe.BitCast<TVector, Vector256<float>>(a), Unsafe.BitCast<TVector, Vector256<float>>(b));
            Vector256<float> cd = Interleave(Unsafe.BitCast<TVector, Vector256<float>>(c), Unsafe.BitCast<TVector, Vector256<float>>(d));
            Vector256<float> abcd = Avx.Shuffle(ab, cd, LowPairs) + Avx.Shuffle(ab, cd, HighPairs);
            (abcd.GetLower() + abcd.GetUpper()).Store((float*)sums);
        }
        else if (typeof(TVector) == typeof(Simd512<double>) && Avx512F.IsSupported)
        {
            Vector512<double> ab = Interleave(Unsafe.BitCast<TVector, Vector512<double>>(a), Unsafe.BitCast<TVector, Vector512<double>>(b));
            Vector512<double> cd = Interleave(Unsafe.BitCast<TVector, Vector512<double>>(c), Unsafe.BitCast<TVector, Vector512<double>>(d));
            StorePairs(ab.GetLower() + ab.GetUpper(), cd.GetLower() + cd.GetUpper(), (double*)sums);
        }
        else if (typeof(TVector) == typeof(Simd256<double>) && Avx.IsSupported)
        {
            Vector256<double> ab = Interleave(Unsafe.BitCast<TVector, Vector256<double>>(a), Unsafe.BitCast<TVector, Vector256<double>>(b));
            Vector256<double> cd = Interleave(Unsafe.BitCast<TVector, Vector256<double>>(c), Unsafe.BitCast<TVector, Vector256<double>>(d));
            StorePairs(ab, cd, (double*)sums);
        }
        else
        {
            sums[0] = TVector.SumLanes(a);
            sums[1] = TVector.SumLanes(b);
            sums[2] = TVector.SumLanes(c);
            sums[3] = TVector.SumLanes(d);
        }
    }

    // Which lanes of every 128 bits the shuffle takes: the first, or the last, two of each operand.
    private const byte LowPairs = 0x44;
    private const byte HighPairs = 0xEE;

    // Every 128 bits hold partial sums of a and b in turn.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Interleave(Vector512<float> a, Vector512<float> b) => Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Interleave(Vector512<double> a, Vector512<double> b) => Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Interleave(Vector256<float> a, Vector256<float> b) => Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Interleave(Vector256<double> a, Vector256<double> b) => Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePairs(Vector256<double> ab, Vector256<double> cd, double* sums)
        => (Avx.Permute2x128(ab, cd, 0x20) + Avx.Permute2x128(ab, cd, 0x31)).Store(sums);
}
