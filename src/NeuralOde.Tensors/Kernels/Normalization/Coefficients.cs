namespace NeuralOde.Tensors.Kernels;

/// <summary>What a pass over the elements multiplies and adds in each channel, from what is known of each group.</summary>
internal static unsafe class Coefficients
{
    /// <summary>Below this many elements a plain loop is faster than a call that prepares vectors.</summary>
    private const int FewTerms = 16;

    /// <summary>destination[g] = 1/√(variance[g] + ε).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InverseDeviation<T>(T* variance, int groups, T epsilon, T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A square root and a division are correctly rounded at every width.
        VectorDispatch.Run<T, InverseRoots<T>>(new(variance, groups, epsilon, destination), SimdWidths.Best);
    }

    /// <summary>Repeats each group's number for each of its channels. The destination may be the source where a group is one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread<T>(T* perGroup, NormalizationExtent extent, T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (extent.Width == 1)
        {
            if (perGroup != destination)
            {
                new ReadOnlySpan<T>(perGroup, extent.Groups).CopyTo(new Span<T>(destination, extent.Groups));
            }

            return;
        }

        for (int group = 0; group < extent.Groups; group++, destination += extent.Width)
        {
            T value = perGroup[group];
            if (extent.Width >= FewTerms)
            {
                new Span<T>(destination, extent.Width).Fill(value);
                continue;
            }

            // A call would take longer than the loop.
            for (int i = 0; i < extent.Width; i++)
            {
                destination[i] = value;
            }
        }
    }

    /// <summary>destination[g] = Σ scale·sums over the group's channels, divided by the elements of the group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GroupMean<T>(T* scale, T* sums, NormalizationExtent extent, T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateTruncating(extent.Count);
        for (int group = 0; group < extent.Groups; group++)
        {
            int first = group * extent.Width;
            T sum = extent.Width < FewTerms
                ? FewProducts(scale + first, sums + first, extent.Width)
                : ReduceAll.Invoke<T, SumReduction<T>, ProductTerm<T>>(default, scale + first, sums + first, null, extent.Width, SimdWidths.Best);
            destination[group] = sum / count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T FewProducts<T>(T* x, T* y, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = x[0] * y[0];
        for (int i = 1; i < count; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private readonly struct InverseRoots<T>(T* variance, int groups, T epsilon, T* destination) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            for (int i = 0; i < groups; i += TVector.Count)
            {
                TVector deviation = TVector.Sqrt(Panels.Read<TVector, T>(variance + i, groups - i) + TVector.Create(epsilon));
                Panels.Write(TVector.Constant(1) / deviation, destination + i, groups - i);
            }
        }
    }
}
