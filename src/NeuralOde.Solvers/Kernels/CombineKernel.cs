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
    public static unsafe bool Run<T>(
        ref T rows, ReadOnlySpan<nint> offsets, ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double scale, ref T origin, ref T destination, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = weights.Length;
        if (indices.Length != count)
        {
            throw new ArgumentException($"{count} weights for {indices.Length} rows.", nameof(weights));
        }

        T* scaled = stackalloc T[MaxTerms];
        fixed (T* row = &rows, from = &origin, to = &destination)
        fixed (nint* offset = offsets)
        fixed (int* index = indices)
        {
            int done = 0;
            while (true)
            {
                int terms = Math.Min(count - done, MaxTerms);
                for (int j = 0; j < terms; j++)
                {
                    scaled[j] = T.CreateTruncating(scale * weights[done + j]);
                }

                bool isFinite = Run(new BoundTerms<T>(row, offset, index + done, scaled, terms), done == 0 ? from : to, to, length);
                done += terms;
                if (done == count)
                {
                    // An overflow in an earlier pass carries through the later ones.
                    return isFinite;
                }
            }
        }
    }

    /// <summary>The same for terms whose addresses are known and whose weights are scaled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe bool Run<T>(in BoundTerms<T> terms, T* origin, T* destination, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (terms.Count)
        {
            case 0: return Widths<T, Terms0>(terms, origin, destination, length);
            case 1: return Widths<T, Terms1>(terms, origin, destination, length);
            case 2: return Widths<T, Terms2>(terms, origin, destination, length);
            case 3: return Widths<T, Terms3>(terms, origin, destination, length);
            case 4: return Widths<T, Terms4>(terms, origin, destination, length);
            case 5: return Widths<T, Terms5>(terms, origin, destination, length);
            case 6: return Widths<T, Terms6>(terms, origin, destination, length);
            case 7: return Widths<T, Terms7>(terms, origin, destination, length);
            case 8: return Widths<T, Terms8>(terms, origin, destination, length);
            default:
                // More terms than the loops are specialised for: a second pass takes the rest.
                Run(terms.Slice(0, MaxTerms), origin, destination, length);
                return Run(terms.Slice(MaxTerms, terms.Count - MaxTerms), destination, destination, length);
        }
    }

    /// <summary>The widest vectors first, then narrower ones for what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe bool Widths<T, TTerms>(in BoundTerms<T> terms, T* origin, T* destination, nint length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerms : struct, ITermCount
    {
        bool isFinite = true;
        nint i = 0;
        if (Vector512.IsHardwareAccelerated && length >= Vector512<T>.Count)
        {
            isFinite &= Loop<Simd512<T>, T, TTerms>(terms, origin, destination, 0, length);
            i = length & -Vector512<T>.Count;
        }

        if (Vector256.IsHardwareAccelerated && length - i >= Vector256<T>.Count)
        {
            isFinite &= Loop<Simd256<T>, T, TTerms>(terms, origin, destination, i, length);
            i = length & -Vector256<T>.Count;
        }

        if (Vector128.IsHardwareAccelerated && length - i >= Vector128<T>.Count)
        {
            isFinite &= Loop<Simd128<T>, T, TTerms>(terms, origin, destination, i, length);
            i = length & -Vector128<T>.Count;
        }

        if (i < length)
        {
            isFinite &= Loop<SimdScalar<T>, T, TTerms>(terms, origin, destination, i, length);
        }

        return isFinite;
    }

    /// <summary>Whole vectors from an element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static unsafe bool Loop<TVector, T, TTerms>(in BoundTerms<T> terms, T* origin, T* destination, nint start, nint length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerms : struct, ITermCount
    {
        T* r0 = TTerms.Count > 0 ? terms.Rows + terms.Offsets[terms.Indices[0]] : origin;
        T* r1 = TTerms.Count > 1 ? terms.Rows + terms.Offsets[terms.Indices[1]] : origin;
        T* r2 = TTerms.Count > 2 ? terms.Rows + terms.Offsets[terms.Indices[2]] : origin;
        T* r3 = TTerms.Count > 3 ? terms.Rows + terms.Offsets[terms.Indices[3]] : origin;
        T* r4 = TTerms.Count > 4 ? terms.Rows + terms.Offsets[terms.Indices[4]] : origin;
        T* r5 = TTerms.Count > 5 ? terms.Rows + terms.Offsets[terms.Indices[5]] : origin;
        T* r6 = TTerms.Count > 6 ? terms.Rows + terms.Offsets[terms.Indices[6]] : origin;
        T* r7 = TTerms.Count > 7 ? terms.Rows + terms.Offsets[terms.Indices[7]] : origin;
        TVector w0 = TVector.Create(TTerms.Count > 0 ? terms.Weights[0] : T.Zero);
        TVector w1 = TVector.Create(TTerms.Count > 1 ? terms.Weights[1] : T.Zero);
        TVector w2 = TVector.Create(TTerms.Count > 2 ? terms.Weights[2] : T.Zero);
        TVector w3 = TVector.Create(TTerms.Count > 3 ? terms.Weights[3] : T.Zero);
        TVector w4 = TVector.Create(TTerms.Count > 4 ? terms.Weights[4] : T.Zero);
        TVector w5 = TVector.Create(TTerms.Count > 5 ? terms.Weights[5] : T.Zero);
        TVector w6 = TVector.Create(TTerms.Count > 6 ? terms.Weights[6] : T.Zero);
        TVector w7 = TVector.Create(TTerms.Count > 7 ? terms.Weights[7] : T.Zero);
        TVector zero = TVector.Constant(0);
        TVector notFinite = zero;
        nint width = TVector.Count;
        for (nint i = start; i <= length - width; i += width)
        {
            TVector sum = TVector.Load(origin + i);
            if (TTerms.Count > 0)
            {
                sum = TVector.MultiplyAdd(w0, r0 + i, sum);
            }

            if (TTerms.Count > 1)
            {
                sum = TVector.MultiplyAdd(w1, r1 + i, sum);
            }

            if (TTerms.Count > 2)
            {
                sum = TVector.MultiplyAdd(w2, r2 + i, sum);
            }

            if (TTerms.Count > 3)
            {
                sum = TVector.MultiplyAdd(w3, r3 + i, sum);
            }

            if (TTerms.Count > 4)
            {
                sum = TVector.MultiplyAdd(w4, r4 + i, sum);
            }

            if (TTerms.Count > 5)
            {
                sum = TVector.MultiplyAdd(w5, r5 + i, sum);
            }

            if (TTerms.Count > 6)
            {
                sum = TVector.MultiplyAdd(w6, r6 + i, sum);
            }

            if (TTerms.Count > 7)
            {
                sum = TVector.MultiplyAdd(w7, r7 + i, sum);
            }

            TVector.Store(sum, destination + i);

            // Zero times a number is zero, and not a number otherwise: one instruction finds an overflow anywhere in the row.
            notFinite = TVector.MultiplyAdd(sum, zero, notFinite);
        }

        return TVector.IsZero(notFinite);
    }
}
