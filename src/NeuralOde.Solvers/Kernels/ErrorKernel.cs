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
    /// <param name="terms">The terms of the error estimate.</param>
    /// <param name="before">Start of the state before the step.</param>
    /// <param name="after">Start of the state after the step.</param>
    /// <param name="absoluteTolerance">atol.</param>
    /// <param name="relativeTolerance">rtol.</param>
    /// <param name="length">Number of elements.</param>
    /// <returns>The sum of squares; not a number, or infinite, where a row is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe double SumOfSquares<T>(in BoundTerms<T> terms, T* before, T* after, T absoluteTolerance, T relativeTolerance, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Vector512.IsHardwareAccelerated ? Loop<T, Vector512<T>, Simd512<T>>(terms, before, after, absoluteTolerance, relativeTolerance, length)
            : Vector256.IsHardwareAccelerated ? Loop<T, Vector256<T>, Simd256<T>>(terms, before, after, absoluteTolerance, relativeTolerance, length)
            : Vector128.IsHardwareAccelerated ? Loop<T, Vector128<T>, Simd128<T>>(terms, before, after, absoluteTolerance, relativeTolerance, length)
            : Loop<T, T, Scalar<T>>(terms, before, after, absoluteTolerance, relativeTolerance, length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static unsafe double Loop<T, TVector, TSimd>(in BoundTerms<T> terms, T* before, T* after, T absoluteTolerance, T relativeTolerance, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
    {
        // The estimates of the usual pairs have at most six terms; missing ones repeat the first row with weight zero, which keeps the loop free of a branch.
        const int Specialised = 6;
        TVector zero = TSimd.Broadcast(T.Zero);
        TVector w0 = Weight<T, TVector, TSimd>(terms, 0);
        TVector w1 = Weight<T, TVector, TSimd>(terms, 1);
        TVector w2 = Weight<T, TVector, TSimd>(terms, 2);
        TVector w3 = Weight<T, TVector, TSimd>(terms, 3);
        TVector w4 = Weight<T, TVector, TSimd>(terms, 4);
        TVector w5 = Weight<T, TVector, TSimd>(terms, 5);
        T* r0 = Row(terms, 0);
        T* r1 = Row(terms, 1);
        T* r2 = Row(terms, 2);
        T* r3 = Row(terms, 3);
        T* r4 = Row(terms, 4);
        T* r5 = Row(terms, 5);
        TVector absolute = TSimd.Broadcast(absoluteTolerance);
        TVector relative = TSimd.Broadcast(relativeTolerance);
        TVector sum = zero;
        nint width = TSimd.Width;
        for (nint i = 0; i < length; i += width)
        {
            TVector even = TSimd.Multiply(w0, TSimd.Load(ref *r0, i));
            TVector odd = TSimd.MultiplyAdd(w1, TSimd.Load(ref *r1, i), zero);
            even = TSimd.MultiplyAdd(w2, TSimd.Load(ref *r2, i), even);
            odd = TSimd.MultiplyAdd(w3, TSimd.Load(ref *r3, i), odd);
            even = TSimd.MultiplyAdd(w4, TSimd.Load(ref *r4, i), even);
            odd = TSimd.MultiplyAdd(w5, TSimd.Load(ref *r5, i), odd);
            for (int j = Specialised; j < terms.Count; j++)
            {
                TVector weight = TSimd.Broadcast(terms.Weights[j]);
                even = TSimd.MultiplyAdd(weight, TSimd.Load(ref *Row(terms, j), i), even);
            }

            TVector error = TSimd.MultiplyAdd(TSimd.Broadcast(T.One), even, odd);
            TVector scaled = TSimd.Divide(
                error,
                TSimd.MultiplyAdd(relative, TSimd.MaxMagnitude(TSimd.Load(ref *before, i), TSimd.Load(ref *after, i)), absolute));
            if (length - i < width)
            {
                scaled = TSimd.KeepFirst(scaled, length - i);
            }

            sum = TSimd.MultiplyAdd(scaled, scaled, sum);
        }

        return TSimd.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe TVector Weight<T, TVector, TSimd>(in BoundTerms<T> terms, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSimd : struct, ISimd<T, TVector>
        => TSimd.Broadcast(index < terms.Count ? terms.Weights[index] : T.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe T* Row<T>(in BoundTerms<T> terms, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => terms.Rows + terms.Offsets[terms.Indices[index < terms.Count ? index : 0]];
}
