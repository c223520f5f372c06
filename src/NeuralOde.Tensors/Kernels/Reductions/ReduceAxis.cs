namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// A reduction along the middle axis of x viewed as [outer, axis, inner]. The order is fixed by the shape alone.
/// </summary>
[SkipLocalsInit]
internal static unsafe class ReduceAxis
{
    // Rows added one after the other before their results are combined pairwise.
    private const int Leaf = 128;

    // Rows that are added side by side, so that one addition need not wait for the one before.
    private const int Chains = 4;

    // Folding a block's lanes costs as much as a hundred narrow rows do.
    private const int MinStreamRows = 128;

    // Below this many elements to reduce, a plain loop beats folding the lanes of a block.
    private const int Small = 16;

    /// <summary>destination[o, i] = the reduction over a of x[o, a, i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Invoke<T, TReduction>(T* x, int outer, int axis, int inner, T* destination, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T> => VectorDispatch.RunInBlocks<T, Call<T, TReduction>, nint>(new(x, outer, axis, inner, destination), width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T* Choose<TVector, TBlock, T, TReduction>(T* x, int outer, int axis, int inner, T* destination)
        where TVector : struct, ISimdVector<TVector, T>
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        if (outer == 0 || inner == 0)
        {
            return destination;
        }

        if (inner == 1 && axis >= Small)
        {
            for (int o = 0; o < outer; o++)
            {
                *destination++ = ReduceAll.Pairwise<TVector, TBlock, T, TReduction, ElementTerm<T>>(default, x + ((long)o * axis), null, null, axis);
            }

            return destination;
        }

        if (inner < Small && axis < Small)
        {
            return Plain<T, TReduction>(x, outer, axis, inner, destination);
        }

        // Machines with 512-bit vectors have the registers for four chains of four.
        return 4 * TVector.Count == TBlock.Count
            ? Panels<TVector, Lockstep2<Lockstep2<TVector, T>, T>, TBlock, T, TReduction>(x, outer, axis, inner, destination)
            : Panels<TVector, Lockstep2<TVector, T>, TBlock, T, TReduction>(x, outer, axis, inner, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T* Plain<T, TReduction>(T* x, int outer, int axis, int inner, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                T sum = TReduction.Identity;
                for (int a = 0; a < axis; a++)
                {
                    sum = TReduction.Combine(sum, x[(a * inner) + i]);
                }

                *destination++ = sum;
            }

            x += axis * inner;
        }

        return destination;
    }

    /// <summary>Columns of whole vectors, or for an inner length that divides a block, all rows in one stream whose lanes are then folded onto each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T* Panels<TVector, TWide, TBlock, T, TReduction>(T* x, int outer, int axis, int inner, T* destination)
        where TVector : struct, ISimdVector<TVector, T>
        where TWide : struct, ISimdVector<TWide, T>
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        long size = (long)axis * inner;
        bool periodic = inner < TBlock.Count / 2 && TBlock.Count % inner == 0 && axis >= MinStreamRows;
        for (int o = 0; o < outer; o++, x += size, destination += inner)
        {
            if (periodic)
            {
                TBlock sum = Rows<TBlock, T, TReduction>(x, (int)(size / TBlock.Count), TBlock.Count);
                Wrap<TBlock, T, TReduction>(sum, x, size, inner, destination);
                continue;
            }

            // Every column has the same order of additions, so it does not matter which vector it falls in.
            int i = 0;
            for (; i <= inner - TWide.Count; i += TWide.Count)
            {
                TWide.Store(Rows<TWide, T, TReduction>(x + i, axis, inner), destination + i);
            }

            for (; i <= inner - TVector.Count; i += TVector.Count)
            {
                TVector.Store(Rows<TVector, T, TReduction>(x + i, axis, inner), destination + i);
            }

            if (i < inner)
            {
                TVector.StorePartial(PartialRows<TVector, T, TReduction>(x + i, axis, inner, inner - i), destination + i, inner - i);
            }
        }

        return destination;
    }

    /// <summary>Combines what is left of the stream, less than a block, with the block's lanes, and these down to one period.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wrap<TBlock, T, TReduction>(TBlock sum, T* x, long size, int inner, T* destination)
        where TBlock : struct, ISimdVector<TBlock, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        T* lanes = stackalloc T[TBlock.Count];
        TBlock.Store(sum, lanes);
        int rest = (int)(size % TBlock.Count);
        for (int i = 0; i < rest; i++)
        {
            lanes[i] = TReduction.Combine(lanes[i], x[size - rest + i]);
        }

        for (int half = TBlock.Count / 2; half >= inner; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] = TReduction.Combine(lanes[i], lanes[half + i]);
            }
        }

        new ReadOnlySpan<T>(lanes, inner).CopyTo(new Span<T>(destination, inner));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Rows<TVector, T, TReduction>(T* x, int rows, int stride)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        if (rows > Leaf)
        {
            int left = LeftRows(rows);
            return TReduction.Combine(
                Rows<TVector, T, TReduction>(x, left, stride),
                Rows<TVector, T, TReduction>(x + ((long)left * stride), rows - left, stride));
        }

        TVector sum0 = TVector.Create(TReduction.Identity), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        nint step = stride;
        for (; rows >= Chains; rows -= Chains, x += Chains * step)
        {
            sum0 = TReduction.Combine(sum0, TVector.Load(x));
            sum1 = TReduction.Combine(sum1, TVector.Load(x + step));
            sum2 = TReduction.Combine(sum2, TVector.Load(x + (2 * step)));
            sum3 = TReduction.Combine(sum3, TVector.Load(x + (3 * step)));
        }

        for (; rows > 0; rows--, x += step)
        {
            sum0 = TReduction.Combine(sum0, TVector.Load(x));
        }

        return TReduction.Combine(TReduction.Combine(sum0, sum1), TReduction.Combine(sum2, sum3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector PartialRows<TVector, T, TReduction>(T* x, int rows, int stride, int columns)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        if (rows > Leaf)
        {
            int left = LeftRows(rows);
            return TReduction.Combine(
                PartialRows<TVector, T, TReduction>(x, left, stride, columns),
                PartialRows<TVector, T, TReduction>(x + ((long)left * stride), rows - left, stride, columns));
        }

        TVector sum0 = TVector.Create(TReduction.Identity), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        nint step = stride;
        for (; rows >= Chains; rows -= Chains, x += Chains * step)
        {
            sum0 = TReduction.Combine(sum0, TVector.LoadPartial(x, columns));
            sum1 = TReduction.Combine(sum1, TVector.LoadPartial(x + step, columns));
            sum2 = TReduction.Combine(sum2, TVector.LoadPartial(x + (2 * step), columns));
            sum3 = TReduction.Combine(sum3, TVector.LoadPartial(x + (3 * step), columns));
        }

        for (; rows > 0; rows--, x += step)
        {
            sum0 = TReduction.Combine(sum0, TVector.LoadPartial(x, columns));
        }

        return TReduction.Combine(TReduction.Combine(sum0, sum1), TReduction.Combine(sum2, sum3));
    }

    private static int LeftRows(int rows) => (((rows - 1) / Leaf) + 1) / 2 * Leaf;

    private readonly struct Call<T, TReduction>(T* x, int outer, int axis, int inner, T* destination) : IBlockFunction<T, nint>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        /// <summary>Returns where the result ends.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public nint Run<TVector, TBlock>()
            where TVector : struct, ISimdVector<TVector, T>
            where TBlock : struct, ISimdVector<TBlock, T> => (nint)Choose<TVector, TBlock, T, TReduction>(x, outer, axis, inner, destination);
    }
}
