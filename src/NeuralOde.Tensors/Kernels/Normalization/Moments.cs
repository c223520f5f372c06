namespace NeuralOde.Tensors.Kernels;

/// <summary>Means and variances of sets of elements, in one pass over memory.</summary>
/// <remarks>
/// A block of rows small enough for the first-level cache has its mean taken first and then the squares of the deviations from it; blocks are
/// joined by the formula of Chan, Golub and LeVeque (1983). So a mean that is large against the deviation costs no more digits than the
/// elements themselves have lost, unlike E[x²] − E[x]². The order of additions depends on the extent alone: the same bits at every width and on any number of threads.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class Moments
{
    /// <summary>Rows of a block: with the four vectors of a column panel 8 KB.</summary>
    private const int BlockRows = 32;

    /// <summary>How the work is shared: by the outer axis, or where there is none by columns, if these are not joined into groups.</summary>
    public static int Units(NormalizationExtent extent) => extent.Outer > 1 ? extent.Outer : extent.Width == 1 ? extent.Channels / Panels.UnitColumns : 0;

    /// <summary>destination = all means, then all variances (with the divisor n), of the sets in order.</summary>
    public static void Invoke<T>(ReadOnlySpan<T> x, NormalizationExtent extent, Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Invoke(x, extent, destination, 0, extent.Outer, 0, extent.Channels, SimdWidths.Best);

    /// <summary>A share of that, some units of it.</summary>
    public static void Invoke<T>(ReadOnlySpan<T> x, NormalizationExtent extent, Span<T> destination, int firstUnit, int unitCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (extent.Outer > 1)
        {
            Invoke(x, extent, destination, firstUnit, unitCount, 0, extent.Channels, SimdWidths.Best);
            return;
        }

        (int start, int count) = Division.Range(firstUnit, unitCount, extent.Channels, Panels.UnitColumns);
        Invoke(x, extent, destination, 0, 1, start, count, SimdWidths.Best);
    }

    /// <summary>The same for a range of the outer axis and of the columns, at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Invoke<T>(
        ReadOnlySpan<T> x, NormalizationExtent extent, Span<T> destination, int firstOuter, int outerCount, int firstColumn, int columnCount, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StridedExtent.Require(x.Length, [extent.Length], nameof(x));
        StridedExtent.Require(destination.Length, [2 * extent.Sets], nameof(destination));
        fixed (T* px = x)
        fixed (T* pd = destination)
        {
            for (int outer = firstOuter; outer < firstOuter + outerCount; outer++)
            {
                T* slice = px + ((long)outer * extent.Rows * extent.Channels);
                T* mean = pd + (outer * extent.Groups);
                T* variance = mean + extent.Sets;
                if (extent.Width == 1)
                {
                    Columns(slice, extent, firstColumn, columnCount, mean + firstColumn, variance + firstColumn, width);
                }
                else if (extent.Rows == 1)
                {
                    Runs(slice, extent, mean, variance, width);
                }
                else
                {
                    T* columnMean = GemmScratch<T>.Get(2 * extent.Channels);
                    Columns(slice, extent, 0, extent.Channels, columnMean, columnMean + extent.Channels, width);
                    Join(columnMean, extent, mean, variance);
                }
            }
        }
    }

    /// <summary>Each group is a run of neighbors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Runs<T>(T* x, NormalizationExtent extent, T* mean, T* variance, SimdWidth width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateTruncating(extent.Width);
        for (int group = 0; group < extent.Groups; group++, x += extent.Width)
        {
            T average = ReduceAll.Invoke<T, SumReduction<T>, ElementTerm<T>>(default, x, null, null, extent.Width, width) / count;
            mean[group] = average;
            variance[group] = ReduceAll.Invoke<T, SumReduction<T>, SquaredDeviationTerm<T>>(new(average), x, null, null, extent.Width, width) / count;
        }
    }

    /// <summary>The moments of groups from those of their columns, all of the same number of elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Join<T>(T* columnMean, NormalizationExtent extent, T* mean, T* variance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T columns = T.CreateTruncating(extent.Width);
        for (int group = 0; group < extent.Groups; group++, columnMean += extent.Width)
        {
            T* columnVariance = columnMean + extent.Channels;
            T sum = T.Zero;
            for (int i = 0; i < extent.Width; i++)
            {
                sum += columnMean[i];
            }

            T average = sum / columns;
            T squares = T.Zero;
            for (int i = 0; i < extent.Width; i++)
            {
                T deviation = columnMean[i] - average;
                squares += columnVariance[i] + (deviation * deviation);
            }

            mean[group] = average;
            variance[group] = squares / columns;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<T>(T* x, NormalizationExtent extent, int first, int count, T* mean, T* variance, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorDispatch.Run<T, ColumnMoments<T>>(new(x + first, extent.Rows, extent.Channels, count, mean, variance), width);

    private readonly struct ColumnMoments<T>(T* x, int rows, int stride, int count, T* mean, T* variance) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
            => Columns<Lockstep2<Lockstep2<TVector, T>, T>, TVector, T>(x, rows, stride, count, mean, variance);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<TPanel, TVector, T>(T* x, int rows, int stride, int count, T* mean, T* variance)
        where TPanel : struct, ISimdVector<TPanel, T>
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int column = 0;
        for (; column <= count - TPanel.Count; column += TPanel.Count)
        {
            Panel<TPanel, T>(x + column, rows, stride, TPanel.Count, mean + column, variance + column);
        }

        for (; column < count; column += TVector.Count)
        {
            Panel<TVector, T>(x + column, rows, stride, Math.Min(TVector.Count, count - column), mean + column, variance + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel<TPanel, T>(T* x, int rows, int stride, int columns, T* mean, T* variance)
        where TPanel : struct, ISimdVector<TPanel, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TPanel average = TPanel.Constant(0);
        TPanel squares = TPanel.Constant(0);
        for (int row = 0; row < rows; row += BlockRows)
        {
            int blockRows = Math.Min(BlockRows, rows - row);
            T* block = x + ((long)row * stride);
            TPanel blockMean = Sum<TPanel, T>(block, blockRows, stride, columns) / TPanel.Create(T.CreateTruncating(blockRows));
            TPanel blockSquares = Squares<TPanel, T>(block, blockRows, stride, columns, blockMean);
            if (row == 0)
            {
                (average, squares) = (blockMean, blockSquares);
                continue;
            }

            T share = T.CreateTruncating(blockRows) / T.CreateTruncating(row + blockRows);
            TPanel difference = blockMean - average;
            average = TPanel.MultiplyAdd(difference, TPanel.Create(share), average);
            squares += TPanel.MultiplyAdd(difference * difference, TPanel.Create(share * T.CreateTruncating(row)), blockSquares);
        }

        Panels.Write(average, mean, columns);
        Panels.Write(squares / TPanel.Create(T.CreateTruncating(rows)), variance, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TPanel Sum<TPanel, T>(T* x, int rows, int stride, int columns)
        where TPanel : struct, ISimdVector<TPanel, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TPanel sum = TPanel.Constant(0);
        for (int row = 0; row < rows; row++, x += stride)
        {
            sum += Panels.Read<TPanel, T>(x, columns);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TPanel Squares<TPanel, T>(T* x, int rows, int stride, int columns, TPanel mean)
        where TPanel : struct, ISimdVector<TPanel, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TPanel squares = TPanel.Constant(0);
        for (int row = 0; row < rows; row++, x += stride)
        {
            TPanel deviation = Panels.Read<TPanel, T>(x, columns) - mean;
            squares = TPanel.MultiplyAdd(deviation, deviation, squares);
        }

        return squares;
    }
}

/// <summary>(x − mean)².</summary>
internal readonly struct SquaredDeviationTerm<T>(T mean) : ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 1;

    public static bool IsLong => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T>
    {
        TVector deviation = x - TVector.Create(mean);
        return deviation * deviation;
    }
}
