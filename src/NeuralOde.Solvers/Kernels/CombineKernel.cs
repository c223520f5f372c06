using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>
/// <c>destination = origin + Σ_j (scale · weight_j) row_j</c> in one pass over memory: the input of a stage, the end of a step, dense output, and their transposes.
/// </summary>
/// <remarks>
/// The loop is compiled once for each number of terms, so that weights and row addresses stay in registers.
/// Every element is read before it is written, so the destination may be the origin or one of the rows.
/// </remarks>
internal static class CombineKernel
{
    private const int MaxTerms = 8;

    /// <param name="rows">Start of the memory that the rows lie in.</param>
    /// <param name="offsets">Where each row starts, from <paramref name="rows"/>.</param>
    /// <param name="indices">For each term, which of <paramref name="offsets"/> is meant.</param>
    /// <param name="weights">For each term, its weight.</param>
    /// <param name="scale">Factor on all weights, applied in double.</param>
    /// <param name="origin">Start of what is added to.</param>
    /// <param name="destination">Start of the result.</param>
    /// <param name="length">Number of elements.</param>
    /// <returns>Whether every element of the result is finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run<T>(
        ref T rows, ReadOnlySpan<nint> offsets, ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double scale, ref T origin, ref T destination, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = weights.Length;
        if (indices.Length != count)
        {
            throw new ArgumentException($"{count} weights for {indices.Length} rows.", nameof(weights));
        }

        switch (count)
        {
            case 0: return Widths<T, Terms0>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 1: return Widths<T, Terms1>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 2: return Widths<T, Terms2>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 3: return Widths<T, Terms3>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 4: return Widths<T, Terms4>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 5: return Widths<T, Terms5>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 6: return Widths<T, Terms6>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 7: return Widths<T, Terms7>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            case 8: return Widths<T, Terms8>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, length);
            default:
                // More terms than the loops are specialised for: a second pass takes the rest. An overflow in the first pass carries through the second.
                Run(ref rows, offsets, indices[..MaxTerms], weights[..MaxTerms], scale, ref origin, ref destination, length);
                return Run(ref rows, offsets, indices[MaxTerms..], weights[MaxTerms..], scale, ref destination, ref destination, length);
        }
    }

    /// <summary>The widest vectors first, then narrower ones for what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Widths<T, TTerms>(
        ref T rows, ReadOnlySpan<nint> offsets, ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double scale, ref T origin, ref T destination, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerms : struct, ITermCount
    {
        double check = 0;
        nint i = 0;
        if (Vector512.IsHardwareAccelerated && length - i >= Vector512<T>.Count)
        {
            i = Loop<T, Vector512<T>, Simd512<T>, TTerms>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, i, length, ref check);
        }

        if (Vector256.IsHardwareAccelerated && length - i >= Vector256<T>.Count)
        {
            i = Loop<T, Vector256<T>, Simd256<T>, TTerms>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, i, length, ref check);
        }

        if (Vector128.IsHardwareAccelerated && length - i >= Vector128<T>.Count)
        {
            i = Loop<T, Vector128<T>, Simd128<T>, TTerms>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, i, length, ref check);
        }

        if (i < length)
        {
            Loop<T, T, Scalar<T>, TTerms>(ref rows, offsets, indices, weights, scale, ref origin, ref destination, i, length, ref check);
        }

        return check == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static nint Loop<T, TVector, TSimd, TTerms>(
        ref T rows, ReadOnlySpan<nint> offsets, ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double scale, ref T origin, ref T destination, nint start, nint length, ref double check)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
        where TTerms : struct, ITermCount
    {
        ref T r0 = ref TTerms.Count > 0 ? ref Unsafe.Add(ref rows, offsets[indices[0]]) : ref rows;
        ref T r1 = ref TTerms.Count > 1 ? ref Unsafe.Add(ref rows, offsets[indices[1]]) : ref rows;
        ref T r2 = ref TTerms.Count > 2 ? ref Unsafe.Add(ref rows, offsets[indices[2]]) : ref rows;
        ref T r3 = ref TTerms.Count > 3 ? ref Unsafe.Add(ref rows, offsets[indices[3]]) : ref rows;
        ref T r4 = ref TTerms.Count > 4 ? ref Unsafe.Add(ref rows, offsets[indices[4]]) : ref rows;
        ref T r5 = ref TTerms.Count > 5 ? ref Unsafe.Add(ref rows, offsets[indices[5]]) : ref rows;
        ref T r6 = ref TTerms.Count > 6 ? ref Unsafe.Add(ref rows, offsets[indices[6]]) : ref rows;
        ref T r7 = ref TTerms.Count > 7 ? ref Unsafe.Add(ref rows, offsets[indices[7]]) : ref rows;
        TVector w0 = TSimd.Broadcast(TTerms.Count > 0 ? T.CreateTruncating(scale * weights[0]) : T.Zero);
        TVector w1 = TSimd.Broadcast(TTerms.Count > 1 ? T.CreateTruncating(scale * weights[1]) : T.Zero);
        TVector w2 = TSimd.Broadcast(TTerms.Count > 2 ? T.CreateTruncating(scale * weights[2]) : T.Zero);
        TVector w3 = TSimd.Broadcast(TTerms.Count > 3 ? T.CreateTruncating(scale * weights[3]) : T.Zero);
        TVector w4 = TSimd.Broadcast(TTerms.Count > 4 ? T.CreateTruncating(scale * weights[4]) : T.Zero);
        TVector w5 = TSimd.Broadcast(TTerms.Count > 5 ? T.CreateTruncating(scale * weights[5]) : T.Zero);
        TVector w6 = TSimd.Broadcast(TTerms.Count > 6 ? T.CreateTruncating(scale * weights[6]) : T.Zero);
        TVector w7 = TSimd.Broadcast(TTerms.Count > 7 ? T.CreateTruncating(scale * weights[7]) : T.Zero);
        TVector zero = TSimd.Broadcast(T.Zero);
        TVector notFinite = zero;
        nint width = TSimd.Width;
        nint i = start;
        for (; i <= length - width; i += width)
        {
            TVector sum = TSimd.Load(ref origin, i);
            if (TTerms.Count > 0)
            {
                sum = TSimd.MultiplyAdd(w0, TSimd.Load(ref r0, i), sum);
            }

            if (TTerms.Count > 1)
            {
                sum = TSimd.MultiplyAdd(w1, TSimd.Load(ref r1, i), sum);
            }

            if (TTerms.Count > 2)
            {
                sum = TSimd.MultiplyAdd(w2, TSimd.Load(ref r2, i), sum);
            }

            if (TTerms.Count > 3)
            {
                sum = TSimd.MultiplyAdd(w3, TSimd.Load(ref r3, i), sum);
            }

            if (TTerms.Count > 4)
            {
                sum = TSimd.MultiplyAdd(w4, TSimd.Load(ref r4, i), sum);
            }

            if (TTerms.Count > 5)
            {
                sum = TSimd.MultiplyAdd(w5, TSimd.Load(ref r5, i), sum);
            }

            if (TTerms.Count > 6)
            {
                sum = TSimd.MultiplyAdd(w6, TSimd.Load(ref r6, i), sum);
            }

            if (TTerms.Count > 7)
            {
                sum = TSimd.MultiplyAdd(w7, TSimd.Load(ref r7, i), sum);
            }

            TSimd.Store(sum, ref destination, i);

            // Zero times a number is zero, and not a number otherwise: one instruction finds an overflow anywhere in the row.
            notFinite = TSimd.MultiplyAdd(sum, zero, notFinite);
        }

        check += TSimd.Sum(notFinite);
        return i;
    }
}
