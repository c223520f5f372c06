using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// <c>destination[c, i] = origin[c, i] + factors[i] · Σ_j weight_j row_j[c, i]</c> in one pass over memory: <see cref="CombineKernel"/> with a step of its own in every lane.
/// </summary>
/// <remarks>
/// The loop is compiled once for each number of terms, so that weights and row addresses stay in registers.
/// Every element is read before it is written, so the destination may be the origin.
/// </remarks>
internal static unsafe class LaneCombineKernel
{
    private const int MaxTerms = 8;

    /// <param name="terms">The combination.</param>
    /// <param name="factors">One factor per lane.</param>
    /// <param name="origin">What is added to.</param>
    /// <param name="destination">The result.</param>
    /// <param name="components">Number of components.</param>
    /// <param name="lanes">Number of lanes, a multiple of 16.</param>
    /// <returns>Whether every element of the result is finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run<T>(in BoundTerms<T> terms, T* factors, T* origin, T* destination, int components, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (terms.Count)
        {
            case 1: return Width<T, Terms1>(terms, factors, origin, destination, components, lanes);
            case 2: return Width<T, Terms2>(terms, factors, origin, destination, components, lanes);
            case 3: return Width<T, Terms3>(terms, factors, origin, destination, components, lanes);
            case 4: return Width<T, Terms4>(terms, factors, origin, destination, components, lanes);
            case 5: return Width<T, Terms5>(terms, factors, origin, destination, components, lanes);
            case 6: return Width<T, Terms6>(terms, factors, origin, destination, components, lanes);
            case 7: return Width<T, Terms7>(terms, factors, origin, destination, components, lanes);
            case 8: return Width<T, Terms8>(terms, factors, origin, destination, components, lanes);
            default:
                // More terms than the loops are specialized for: a second pass takes the rest, through which an overflow in the first one carries.
                Run(terms.Slice(0, MaxTerms), factors, origin, destination, components, lanes);
                return Run(terms.Slice(MaxTerms, terms.Count - MaxTerms), factors, destination, destination, components, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Width<T, TTerms>(in BoundTerms<T> terms, T* factors, T* origin, T* destination, int components, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerms : struct, ITermCount
        => VectorDispatch.Run<T, Call<T, TTerms>, bool>(new(in terms, factors, origin, destination, components, lanes), SimdWidths.Best);

    // The combination is passed on by its place: a copy of it for every call is measurable.
    private readonly ref struct Call<T, TTerms>(ref readonly BoundTerms<T> terms, T* factors, T* origin, T* destination, int components, int lanes) : IVectorFunction<T, bool>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerms : struct, ITermCount
    {
        private readonly ref readonly BoundTerms<T> _terms = ref terms;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => Loop<TVector, T, TTerms>(in _terms, factors, origin, destination, components, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool Loop<TVector, T, TTerms>(in BoundTerms<T> terms, T* factors, T* origin, T* destination, int components, int lanes)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerms : struct, ITermCount
    {
        T* r0 = terms.Rows + terms.Offsets[terms.Indices[0]];
        T* r1 = TTerms.Count > 1 ? terms.Rows + terms.Offsets[terms.Indices[1]] : origin;
        T* r2 = TTerms.Count > 2 ? terms.Rows + terms.Offsets[terms.Indices[2]] : origin;
        T* r3 = TTerms.Count > 3 ? terms.Rows + terms.Offsets[terms.Indices[3]] : origin;
        T* r4 = TTerms.Count > 4 ? terms.Rows + terms.Offsets[terms.Indices[4]] : origin;
        T* r5 = TTerms.Count > 5 ? terms.Rows + terms.Offsets[terms.Indices[5]] : origin;
        T* r6 = TTerms.Count > 6 ? terms.Rows + terms.Offsets[terms.Indices[6]] : origin;
        T* r7 = TTerms.Count > 7 ? terms.Rows + terms.Offsets[terms.Indices[7]] : origin;
        TVector w0 = TVector.Create(terms.Weights[0]);
        TVector w1 = TVector.Create(TTerms.Count > 1 ? terms.Weights[1] : T.Zero);
        TVector w2 = TVector.Create(TTerms.Count > 2 ? terms.Weights[2] : T.Zero);
        TVector w3 = TVector.Create(TTerms.Count > 3 ? terms.Weights[3] : T.Zero);
        TVector w4 = TVector.Create(TTerms.Count > 4 ? terms.Weights[4] : T.Zero);
        TVector w5 = TVector.Create(TTerms.Count > 5 ? terms.Weights[5] : T.Zero);
        TVector w6 = TVector.Create(TTerms.Count > 6 ? terms.Weights[6] : T.Zero);
        TVector w7 = TVector.Create(TTerms.Count > 7 ? terms.Weights[7] : T.Zero);
        TVector zero = TVector.Constant(0), notFinite = zero;
        nint length = (nint)components * lanes, width = TVector.Count;
        for (nint i = 0; i < lanes; i += width)
        {
            TVector factor = TVector.Load(factors + i);
            for (nint at = i; at < length; at += lanes)
            {
                TVector sum = w0 * TVector.Load(r0 + at);
                if (TTerms.Count > 1)
                {
                    sum = TVector.MultiplyAdd(w1, TVector.Load(r1 + at), sum);
                }

                if (TTerms.Count > 2)
                {
                    sum = TVector.MultiplyAdd(w2, TVector.Load(r2 + at), sum);
                }

                if (TTerms.Count > 3)
                {
                    sum = TVector.MultiplyAdd(w3, TVector.Load(r3 + at), sum);
                }

                if (TTerms.Count > 4)
                {
                    sum = TVector.MultiplyAdd(w4, TVector.Load(r4 + at), sum);
                }

                if (TTerms.Count > 5)
                {
                    sum = TVector.MultiplyAdd(w5, TVector.Load(r5 + at), sum);
                }

                if (TTerms.Count > 6)
                {
                    sum = TVector.MultiplyAdd(w6, TVector.Load(r6 + at), sum);
                }

                if (TTerms.Count > 7)
                {
                    sum = TVector.MultiplyAdd(w7, TVector.Load(r7 + at), sum);
                }

                sum = TVector.MultiplyAdd(factor, sum, TVector.Load(origin + at));
                TVector.Store(sum, destination + at);

                // Zero times a number is zero, and not a number otherwise.
                notFinite = TVector.MultiplyAdd(sum, zero, notFinite);
            }
        }

        return TVector.IsZero(notFinite);
    }
}
