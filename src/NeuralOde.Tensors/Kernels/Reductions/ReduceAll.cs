using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// A reduction of a whole run in a fixed order: 64 lanes (32 of doubles) at every width, over leaves of 8,192 elements whose results are combined pairwise.
/// </summary>
/// <remarks>
/// So rounding errors grow as n/64 within a leaf and with the logarithm of n above it, and the bits depend on neither the machine nor the number of threads.
/// </remarks>
internal static unsafe class ReduceAll
{
    private const int Leaf = 8192;

    /// <summary>The reduction of the terms of indices 0 to <paramref name="length"/>; operands that a term does not have are null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        // Four 512-bit vectors, and the same number of lanes from narrower ones. Without vector hardware, 128-bit vectors in software.
        switch (width)
        {
            case SimdWidth.V512:
                return Pairwise<Simd512<T>, Lockstep2<Lockstep2<Simd512<T>, T>, T>, T, TReduction, TTerm>(term, x, y, z, length);
            case SimdWidth.V256:
                return Pairwise<Simd256<T>, Lockstep2<Lockstep2<Lockstep2<Simd256<T>, T>, T>, T>, T, TReduction, TTerm>(term, x, y, z, length);
            default:
                return Pairwise<Simd128<T>, Lockstep2<Lockstep2<Lockstep2<Lockstep2<Simd128<T>, T>, T>, T>, T>, T, TReduction, TTerm>(term, x, y, z, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Pairwise<TVector, TBlock, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        if (length <= Leaf)
        {
            if (length > TVector.Count)
            {
                return LeafOf<TBlock, T, TReduction, TTerm>(term, x, y, z, length);
            }

            // The other lanes of a block would be neutral; combining with one makes −0 alone a +0, as they would.
            var few = Tail<TVector, T, TReduction, TTerm>(term, x, y, z, length);
            return TReduction.Fold(TReduction.Combine(TVector.Create(TReduction.Identity), few));
        }

        // Whole leaves on the left, so that where they are cut depends on the length alone.
        var leaves = ((length - 1) / Leaf) + 1;
        var left = leaves / 2 * Leaf;
        return TReduction.Combine(
            Pairwise<TVector, TBlock, T, TReduction, TTerm>(term, x, y, z, left),
            Pairwise<TVector, TBlock, T, TReduction, TTerm>(
                term,
                x + left,
                TTerm.Operands > 1 ? y + left : null,
                TTerm.Operands > 2 ? z + left : null,
                length - left));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T LeafOf<TBlock, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length)
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        var sum = TBlock.Create(TReduction.Identity);
        var i = 0;
        for (; i <= length - TBlock.Count; i += TBlock.Count)
        {
            var ax = TBlock.Load(x + i);
            var ay = TTerm.Operands > 1 ? TBlock.Load(y + i) : ax;
            var az = TTerm.Operands > 2 ? TBlock.Load(z + i) : ax;
            sum = TReduction.Combine(sum, term.Invoke(ax, ay, az));
        }

        if (i < length)
        {
            var tail = Tail<TBlock, T, TReduction, TTerm>(
                term,
                x + i,
                TTerm.Operands > 1 ? y + i : null,
                TTerm.Operands > 2 ? z + i : null,
                length - i);
            sum = TReduction.Combine(sum, tail);
        }

        return TReduction.Fold(sum);
    }

    /// <summary>The terms of the first lanes, and the neutral element in the others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TVector Tail<TVector, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        var ax = TVector.LoadPartial(x, length);
        var ay = TTerm.Operands > 1 ? TVector.LoadPartial(y, length) : ax;
        var az = TTerm.Operands > 2 ? TVector.LoadPartial(z, length) : ax;
        return TVector.Select(TVector.FirstLanes(length), term.Invoke(ax, ay, az), TVector.Create(TReduction.Identity));
    }
}
