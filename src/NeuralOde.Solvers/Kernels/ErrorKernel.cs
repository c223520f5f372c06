using System.Numerics;
using System.Runtime.CompilerServices;

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
        => VectorDispatch.Run<T, Call<T>, double>(new(in terms, before, after, absoluteTolerance, relativeTolerance, length), SimdWidths.Best);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static unsafe double Loop<TVector, T>(in BoundTerms<T> terms, T* before, T* after, T absoluteTolerance, T relativeTolerance, nint length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The estimates of the usual pairs have at most six terms; missing ones repeat the first row with weight zero, which keeps the loop free of a branch.
        const int Specialised = 6;
        TVector zero = TVector.Constant(0);
        TVector w0 = Weight<TVector, T>(terms, 0);
        TVector w1 = Weight<TVector, T>(terms, 1);
        TVector w2 = Weight<TVector, T>(terms, 2);
        TVector w3 = Weight<TVector, T>(terms, 3);
        TVector w4 = Weight<TVector, T>(terms, 4);
        TVector w5 = Weight<TVector, T>(terms, 5);
        T* r0 = Row(terms, 0);
        T* r1 = Row(terms, 1);
        T* r2 = Row(terms, 2);
        T* r3 = Row(terms, 3);
        T* r4 = Row(terms, 4);
        T* r5 = Row(terms, 5);
        TVector absolute = TVector.Create(absoluteTolerance);
        TVector relative = TVector.Create(relativeTolerance);
        TVector sum = zero;
        nint width = TVector.Count;
        for (nint i = 0; i < length; i += width)
        {
            TVector even = w0 * TVector.Load(r0 + i);
            TVector odd = TVector.MultiplyAdd(w1, r1 + i, zero);
            even = TVector.MultiplyAdd(w2, r2 + i, even);
            odd = TVector.MultiplyAdd(w3, r3 + i, odd);
            even = TVector.MultiplyAdd(w4, r4 + i, even);
            odd = TVector.MultiplyAdd(w5, r5 + i, odd);
            for (int j = Specialised; j < terms.Count; j++)
            {
                TVector weight = TVector.Create(terms.Weights[j]);
                even = TVector.MultiplyAdd(weight, TVector.Load(Row(terms, j) + i), even);
            }

            TVector error = TVector.MultiplyAdd(TVector.Constant(1), even, odd);
            TVector magnitude = TVector.MaxNative(TVector.Abs(TVector.Load(before + i)), TVector.Abs(TVector.Load(after + i)));
            TVector scaled = error / TVector.MultiplyAdd(relative, magnitude, absolute);
            if (length - i < width)
            {
                scaled &= TVector.FirstLanes((int)(length - i));
            }

            sum = TVector.MultiplyAdd(scaled, scaled, sum);
        }

        return double.CreateTruncating(TVector.SumNeighbors(sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe TVector Weight<TVector, T>(in BoundTerms<T> terms, int index)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => TVector.Create(index < terms.Count ? terms.Weights[index] : T.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe T* Row<T>(in BoundTerms<T> terms, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => terms.Rows + terms.Offsets[terms.Indices[index < terms.Count ? index : 0]];

    private readonly unsafe ref struct Call<T>(ref readonly BoundTerms<T> terms, T* before, T* after, T absoluteTolerance, T relativeTolerance, nint length)
        : IVectorFunction<T, double>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ref readonly BoundTerms<T> _terms = ref terms;

        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public double Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => Loop<TVector, T>(_terms, before, after, absoluteTolerance, relativeTolerance, length);
    }
}
