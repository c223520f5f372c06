namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// A reduction of a whole run in a fixed order: 64 lanes (32 of doubles) at every width, over leaves of 8,192 elements whose results are combined pairwise.
/// </summary>
/// <remarks>
/// So rounding errors grow as n/64 within a leaf and with the logarithm of n above it, and the bits depend on neither the machine nor the number of threads.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class ReduceAll
{
    private const int Leaf = 8192;

    // A multiple of the lanes of a block.
    private const int BufferLength = 256;

    /// <summary>The reduction of the terms of indices 0 to <paramref name="length"/>; operands that a term does not have are null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T Invoke<T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T> => VectorDispatch.RunInBlocks<T, Call<T, TReduction, TTerm>, T>(new(term, x, y, z, length), width);

    /// <summary>The same with given vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static T Pairwise<TVector, TBlock, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length)
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
                return TTerm.IsLong
                    ? LeafOfLong<TVector, TBlock, T, TReduction, TTerm>(term, x, y, z, length)
                    : LeafOf<TBlock, T, TReduction, TTerm>(term, x, y, z, length);
            }

            // The other lanes of a block would be neutral; combining with one makes −0 alone a +0, as they would.
            TVector few = FirstTerms<TVector, T, TReduction, TTerm>(term, x, y, z, 0, length);
            return TReduction.Fold(TReduction.Combine(TVector.Create(TReduction.Identity), few));
        }

        // Whole leaves on the left, so that where they are cut depends on the length alone.
        int leaves = ((length - 1) / Leaf) + 1;
        int left = leaves / 2 * Leaf;
        return TReduction.Combine(
            Pairwise<TVector, TBlock, T, TReduction, TTerm>(term, x, y, z, left),
            Pairwise<TVector, TBlock, T, TReduction, TTerm>(
                term, x + left, TTerm.Operands > 1 ? y + left : null, TTerm.Operands > 2 ? z + left : null, length - left));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T LeafOf<TBlock, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length)
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        TBlock sum = TBlock.Create(TReduction.Identity);
        int i = 0;
        for (; i <= length - TBlock.Count; i += TBlock.Count)
        {
            TBlock ax = TBlock.Load(x + i);
            TBlock ay = TTerm.Operands > 1 ? TBlock.Load(y + i) : ax;
            TBlock az = TTerm.Operands > 2 ? TBlock.Load(z + i) : ax;
            sum = TReduction.Combine(sum, term.Invoke(ax, ay, az));
        }

        if (i < length)
        {
            sum = TReduction.Combine(sum, LastTerms<TBlock, T, TReduction, TTerm>(term, x, y, z, i, length - i));
        }

        return TReduction.Fold(sum);
    }

    /// <summary>A leaf whose terms are made one vector at a time: a block of them would be more than the compiler keeps in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T LeafOfLong<TVector, TBlock, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        T* buffer = stackalloc T[BufferLength];
        TBlock sum = TBlock.Create(TReduction.Identity);
        for (int start = 0; start < length; start += BufferLength)
        {
            int count = Math.Min(BufferLength, length - start);
            int i = 0;
            for (; i < count; i += TVector.Count)
            {
                TVector terms = FirstTerms<TVector, T, TReduction, TTerm>(term, x, y, z, start + i, Math.Min(TVector.Count, count - i));
                TVector.Store(terms, buffer + i);
            }

            for (; i % TBlock.Count != 0; i += TVector.Count)
            {
                TVector.Store(TVector.Create(TReduction.Identity), buffer + i);
            }

            for (int block = 0; block < i; block += TBlock.Count)
            {
                sum = TReduction.Combine(sum, TBlock.Load(buffer + block));
            }
        }

        return TReduction.Fold(sum);
    }

    /// <summary><see cref="FirstTerms"/> apart from the loop that it ends, so that the loop's code stays small.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TBlock LastTerms<TBlock, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int start, int count)
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T> => FirstTerms<TBlock, T, TReduction, TTerm>(term, x, y, z, start, count);

    /// <summary>The terms of <paramref name="count"/> lanes from <paramref name="start"/> on, and the neutral element in the other lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector FirstTerms<TVector, T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int start, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        TVector ax = TVector.LoadPartial(x + start, count);
        TVector ay = TTerm.Operands > 1 ? TVector.LoadPartial(y + start, count) : ax;
        TVector az = TTerm.Operands > 2 ? TVector.LoadPartial(z + start, count) : ax;
        return TVector.Select(TVector.FirstLanes(count), term.Invoke(ax, ay, az), TVector.Create(TReduction.Identity));
    }

    private readonly struct Call<T, TReduction, TTerm>(TTerm term, T* x, T* y, T* z, int length) : IBlockFunction<T, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public T Run<TVector, TBlock>()
            where TVector : struct, ISimdVector<TVector, T>
            where TBlock : struct, ISimdVector<TBlock, T> => Pairwise<TVector, TBlock, T, TReduction, TTerm>(term, x, y, z, length);
    }
}
