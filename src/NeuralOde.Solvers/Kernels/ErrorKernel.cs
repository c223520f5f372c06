using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>
/// <c>Σ_i (e_i / (atol + rtol max(|z_i|, |z⁺_i|)))²</c> with <c>e = Σ_j (scale · weight_j) row_j</c>, in one pass over memory.
/// </summary>
/// <remarks>
/// Hairer, Nørsett, Wanner, <i>Solving Ordinary Differential Equations I</i>, II.4, equation (4.11), before the mean and the root.
/// The last vector may reach past the end: the rows must be those of a <see cref="RowMemory{T}"/>, which has room there, and what it reads is left out of the sum.
/// </remarks>
internal static class ErrorKernel
{
    /// <returns>The sum of squares; not a number, or infinite, where a row is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares<T>(
        ref T rows,
        ReadOnlySpan<nint> offsets,
        ReadOnlySpan<int> indices,
        ReadOnlySpan<double> weights,
        double scale,
        ref T before,
        ref T after,
        double absoluteTolerance,
        double relativeTolerance,
        nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        T absolute = T.CreateTruncating(absoluteTolerance);
        T relative = T.CreateTruncating(relativeTolerance);
        if (Vector512.IsHardwareAccelerated)
        {
            Loop<T, Vector512<T>, Simd512<T>>(ref rows, offsets, indices, weights, scale, ref before, ref after, absolute, relative, length, ref sum);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Loop<T, Vector256<T>, Simd256<T>>(ref rows, offsets, indices, weights, scale, ref before, ref after, absolute, relative, length, ref sum);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Loop<T, Vector128<T>, Simd128<T>>(ref rows, offsets, indices, weights, scale, ref before, ref after, absolute, relative, length, ref sum);
        }
        else
        {
            Loop<T, T, Scalar<T>>(ref rows, offsets, indices, weights, scale, ref before, ref after, absolute, relative, length, ref sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Loop<T, TVector, TSimd>(
        ref T rows,
        ReadOnlySpan<nint> offsets,
        ReadOnlySpan<int> indices,
        ReadOnlySpan<double> weights,
        double scale,
        ref T before,
        ref T after,
        T absoluteTolerance,
        T relativeTolerance,
        nint length,
        ref double total)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
    {
        // The estimates of the usual pairs have at most six terms; missing ones repeat the first row with weight zero, which keeps the loop free of a branch.
        const int Specialised = 6;
        TVector zero = TSimd.Broadcast(T.Zero);
        TVector w0 = Weight<T, TVector, TSimd>(weights, scale, 0), w1 = Weight<T, TVector, TSimd>(weights, scale, 1), w2 = Weight<T, TVector, TSimd>(weights, scale, 2);
        TVector w3 = Weight<T, TVector, TSimd>(weights, scale, 3), w4 = Weight<T, TVector, TSimd>(weights, scale, 4), w5 = Weight<T, TVector, TSimd>(weights, scale, 5);
        ref T r0 = ref Row(ref rows, offsets, indices, 0), r1 = ref Row(ref rows, offsets, indices, 1), r2 = ref Row(ref rows, offsets, indices, 2);
        ref T r3 = ref Row(ref rows, offsets, indices, 3), r4 = ref Row(ref rows, offsets, indices, 4), r5 = ref Row(ref rows, offsets, indices, 5);
        TVector absolute = TSimd.Broadcast(absoluteTolerance);
        TVector relative = TSimd.Broadcast(relativeTolerance);
        TVector sum = zero;
        nint width = TSimd.Width;
        for (nint i = 0; i < length; i += width)
        {
            TVector even = TSimd.Multiply(w0, TSimd.Load(ref r0, i));
            TVector odd = TSimd.MultiplyAdd(w1, TSimd.Load(ref r1, i), zero);
            even = TSimd.MultiplyAdd(w2, TSimd.Load(ref r2, i), even);
            odd = TSimd.MultiplyAdd(w3, TSimd.Load(ref r3, i), odd);
            even = TSimd.MultiplyAdd(w4, TSimd.Load(ref r4, i), even);
            odd = TSimd.MultiplyAdd(w5, TSimd.Load(ref r5, i), odd);
            for (int j = Specialised; j < weights.Length; j++)
            {
                TVector weight = TSimd.Broadcast(T.CreateTruncating(scale * weights[j]));
                even = TSimd.MultiplyAdd(weight, TSimd.Load(ref Unsafe.Add(ref rows, offsets[indices[j]]), i), even);
            }

            TVector error = TSimd.MultiplyAdd(TSimd.Broadcast(T.One), even, odd);
            TVector scaled = TSimd.Divide(
                error,
                TSimd.MultiplyAdd(relative, TSimd.MaxMagnitude(TSimd.Load(ref before, i), TSimd.Load(ref after, i)), absolute));
            if (length - i < width)
            {
                scaled = TSimd.KeepFirst(scaled, length - i);
            }

            sum = TSimd.MultiplyAdd(scaled, scaled, sum);
        }

        total += TSimd.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Weight<T, TVector, TSimd>(ReadOnlySpan<double> weights, double scale, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
        => TSimd.Broadcast(index < weights.Length ? T.CreateTruncating(scale * weights[index]) : T.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T Row<T>(ref T rows, ReadOnlySpan<nint> offsets, ReadOnlySpan<int> indices, int index)
        => ref Unsafe.Add(ref rows, offsets[indices[index < indices.Length ? index : 0]]);
}
