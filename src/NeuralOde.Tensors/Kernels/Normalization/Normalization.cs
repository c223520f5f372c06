using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>Normalisation by moments, and the two passes of its gradient. Rows of the innermost axis are worked on one after the other, channels side by side.</summary>
/// <remarks>Every element is computed in the same way at every width and by any thread; sums run down the rows of a channel in an order that depends on the number of rows alone.</remarks>
[SkipLocalsInit]
internal static unsafe class Normalization
{
    /// <summary>Rows that are added up before their sum joins the others': rounding errors grow with the rows of one leaf and the number of leaves.</summary>
    private const int LeafRows = 64;

    /// <summary>Rows that a panel of channels works on before the next panel does: the rows stay in the first-level cache for all panels of up to 256 channels or so.</summary>
    private const int BlockRows = 32;

    /// <summary>From so many channels of a group on, its numbers are repeated in registers rather than in memory. Either way gives the same bits.</summary>
    private const int LongRun = 16;

    /// <summary>destination = (x − mean)/√(variance + ε)·scale + shift.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="moments">Means, then variances, of all sets.</param>
    /// <param name="scale">One a channel.</param>
    /// <param name="shift">One a channel.</param>
    /// <param name="epsilon">What keeps the root from 0.</param>
    /// <param name="extent">What is normalised together.</param>
    /// <param name="destination">As x; may be x.</param>
    /// <param name="firstRow">The first row of outer·rows.</param>
    /// <param name="rowCount">How many rows.</param>
    public static void Apply<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> moments, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, double epsilon, NormalizationExtent extent, Span<T> destination, int firstRow, int rowCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Apply(x, moments, scale, shift, epsilon, extent, destination, firstRow, rowCount, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Apply<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> moments, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, double epsilon, NormalizationExtent extent, Span<T> destination, int firstRow, int rowCount, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(extent, x.Length, destination.Length, moments.Length, scale.Length);
        int channels = extent.Channels;
        fixed (T* px = x)
        fixed (T* pm = moments)
        fixed (T* ps = scale)
        fixed (T* pb = shift)
        fixed (T* pd = destination)
        {
            T* mean = GemmScratch<T>.Get(3 * channels);
            T* factor = mean + channels;
            T* inverse = factor + channels;
            for (int row = firstRow; row < firstRow + rowCount;)
            {
                int outer = row / extent.Rows;
                int rows = Math.Min(firstRow + rowCount, (outer + 1) * extent.Rows) - row;
                long start = (long)row * channels;
                T* groupMean = pm + (outer * extent.Groups);
                Coefficients.InverseDeviation(groupMean + extent.Sets, extent.Groups, T.CreateTruncating(epsilon), inverse);
                row += rows;
                if (extent.Width >= LongRun)
                {
                    switch (width)
                    {
                        case SimdWidth.V512: ApplyRuns<Simd512<T>, T>(px + start, groupMean, inverse, ps, pb, rows, extent, pd + start); break;
                        case SimdWidth.V256: ApplyRuns<Simd256<T>, T>(px + start, groupMean, inverse, ps, pb, rows, extent, pd + start); break;
                        case SimdWidth.V128: ApplyRuns<Simd128<T>, T>(px + start, groupMean, inverse, ps, pb, rows, extent, pd + start); break;
                        default: ApplyRuns<SimdScalar<T>, T>(px + start, groupMean, inverse, ps, pb, rows, extent, pd + start); break;
                    }

                    continue;
                }

                Coefficients.Spread(groupMean, extent, mean);
                Coefficients.Spread(inverse, extent, factor);
                Map.Binary<T, MultiplyOperator<T>>(new ReadOnlySpan<T>(factor, channels), new ReadOnlySpan<T>(ps, channels), new Span<T>(factor, channels));
                switch (width)
                {
                    case SimdWidth.V512: ApplyRows<Lockstep2<Simd512<T>, T>, Simd512<T>, T>(px + start, mean, factor, pb, rows, channels, pd + start); break;
                    case SimdWidth.V256: ApplyRows<Lockstep2<Simd256<T>, T>, Simd256<T>, T>(px + start, mean, factor, pb, rows, channels, pd + start); break;
                    case SimdWidth.V128: ApplyRows<Lockstep2<Simd128<T>, T>, Simd128<T>, T>(px + start, mean, factor, pb, rows, channels, pd + start); break;
                    default: ApplyRows<SimdScalar<T>, SimdScalar<T>, T>(px + start, mean, factor, pb, rows, channels, pd + start); break;
                }
            }
        }
    }

    /// <summary>destination = Σ g over the rows for each (outer, channel), then Σ g·x̂ with x̂ = (x − mean)/√(variance + ε).</summary>
    public static void Sums<T>(
        ReadOnlySpan<T> g, ReadOnlySpan<T> x, ReadOnlySpan<T> moments, double epsilon, NormalizationExtent extent, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Sums(g, x, moments, epsilon, extent, destination, 0, extent.Outer, 0, extent.Channels, SimdWidths.Best);

    /// <summary>How the sums are shared: by the outer axis, or where there is none by columns.</summary>
    public static int SumsUnits(NormalizationExtent extent) => extent.Outer > 1 ? extent.Outer : extent.Channels / Panels.UnitColumns;

    /// <summary>A share of the sums, some units of it.</summary>
    public static void Sums<T>(
        ReadOnlySpan<T> g, ReadOnlySpan<T> x, ReadOnlySpan<T> moments, double epsilon, NormalizationExtent extent, Span<T> destination, int firstUnit, int unitCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (extent.Outer > 1)
        {
            Sums(g, x, moments, epsilon, extent, destination, firstUnit, unitCount, 0, extent.Channels, SimdWidths.Best);
            return;
        }

        (int start, int count) = Division.Range(firstUnit, unitCount, extent.Channels, Panels.UnitColumns);
        Sums(g, x, moments, epsilon, extent, destination, 0, 1, start, count, SimdWidths.Best);
    }

    /// <summary>The sums for a range of the outer axis and of the columns, at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sums<T>(
        ReadOnlySpan<T> g, ReadOnlySpan<T> x, ReadOnlySpan<T> moments, double epsilon, NormalizationExtent extent, Span<T> destination, int firstOuter, int outerCount, int firstColumn, int columnCount, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(extent, Math.Min(g.Length, x.Length), extent.Length, moments.Length, extent.Channels);
        int channels = extent.Channels;
        StridedExtent.Require(destination.Length, [2 * extent.Outer * channels], nameof(destination));
        fixed (T* pg = g)
        fixed (T* px = x)
        fixed (T* pm = moments)
        fixed (T* pd = destination)
        {
            T* mean = GemmScratch<T>.Get(3 * channels);
            T* inverse = mean + channels;
            T* perGroup = inverse + channels;
            for (int outer = firstOuter; outer < firstOuter + outerCount; outer++)
            {
                Coefficients.Spread(pm + (outer * extent.Groups), extent, mean);
                Coefficients.InverseDeviation(pm + extent.Sets + (outer * extent.Groups), extent.Groups, T.CreateTruncating(epsilon), perGroup);
                Coefficients.Spread(perGroup, extent, inverse);
                long start = ((long)outer * extent.Rows * channels) + firstColumn;
                T* sums = pd + ((long)outer * channels) + firstColumn;
                T* products = sums + ((long)extent.Outer * channels);
                switch (width)
                {
                    case SimdWidth.V512: SumColumns<Lockstep2<Simd512<T>, T>, Simd512<T>, T>(pg + start, px + start, mean + firstColumn, inverse + firstColumn, extent.Rows, channels, columnCount, sums, products); break;
                    case SimdWidth.V256: SumColumns<Lockstep2<Simd256<T>, T>, Simd256<T>, T>(pg + start, px + start, mean + firstColumn, inverse + firstColumn, extent.Rows, channels, columnCount, sums, products); break;
                    case SimdWidth.V128: SumColumns<Lockstep2<Simd128<T>, T>, Simd128<T>, T>(pg + start, px + start, mean + firstColumn, inverse + firstColumn, extent.Rows, channels, columnCount, sums, products); break;
                    default: SumColumns<SimdScalar<T>, SimdScalar<T>, T>(pg + start, px + start, mean + firstColumn, inverse + firstColumn, extent.Rows, channels, columnCount, sums, products); break;
                }
            }
        }
    }

    /// <summary>
    /// The cotangent of x from that of the normalised elements where the moments are those of x itself (Ioffe, Szegedy 2015, section 3):
    /// destination = (h − mean h − x̂·mean(h·x̂))/√(variance + ε) with h = scale·g.
    /// </summary>
    public static void Gradient<T>(
        ReadOnlySpan<T> g, ReadOnlySpan<T> x, ReadOnlySpan<T> moments, ReadOnlySpan<T> scale, ReadOnlySpan<T> sums, double epsilon, NormalizationExtent extent, Span<T> destination, int firstRow, int rowCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Gradient(g, x, moments, scale, sums, epsilon, extent, destination, firstRow, rowCount, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gradient<T>(
        ReadOnlySpan<T> g, ReadOnlySpan<T> x, ReadOnlySpan<T> moments, ReadOnlySpan<T> scale, ReadOnlySpan<T> sums, double epsilon, NormalizationExtent extent, Span<T> destination, int firstRow, int rowCount, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(extent, Math.Min(g.Length, x.Length), destination.Length, moments.Length, scale.Length);
        int channels = extent.Channels;
        StridedExtent.Require(sums.Length, [2 * extent.Outer * channels], nameof(sums));
        fixed (T* pg = g)
        fixed (T* px = x)
        fixed (T* pm = moments)
        fixed (T* ps = scale)
        fixed (T* pt = sums)
        fixed (T* pd = destination)
        {
            T* mean = GemmScratch<T>.Get(7 * channels);
            T* factor = mean + channels;
            T* offset = factor + channels;
            T* slope = offset + channels;
            T* inverse = slope + channels;
            T* average = inverse + channels;
            T* product = average + channels;
            for (int row = firstRow; row < firstRow + rowCount;)
            {
                int outer = row / extent.Rows;
                int rows = Math.Min(firstRow + rowCount, (outer + 1) * extent.Rows) - row;
                T* groupMean = pm + (outer * extent.Groups);
                Coefficients.InverseDeviation(groupMean + extent.Sets, extent.Groups, T.CreateTruncating(epsilon), inverse);
                Coefficients.GroupMean(ps, pt + ((long)outer * channels), extent, average);
                Coefficients.GroupMean(ps, pt + ((long)(extent.Outer + outer) * channels), extent, product);
                for (int group = 0; group < extent.Groups; group++)
                {
                    average[group] = -inverse[group] * average[group];
                    product[group] *= inverse[group] * inverse[group];
                }

                long start = (long)row * channels;
                row += rows;
                if (extent.Width >= LongRun)
                {
                    switch (width)
                    {
                        case SimdWidth.V512: GradientRuns<Simd512<T>, T>(pg + start, px + start, groupMean, inverse, ps, average, product, rows, extent, pd + start); break;
                        case SimdWidth.V256: GradientRuns<Simd256<T>, T>(pg + start, px + start, groupMean, inverse, ps, average, product, rows, extent, pd + start); break;
                        case SimdWidth.V128: GradientRuns<Simd128<T>, T>(pg + start, px + start, groupMean, inverse, ps, average, product, rows, extent, pd + start); break;
                        default: GradientRuns<SimdScalar<T>, T>(pg + start, px + start, groupMean, inverse, ps, average, product, rows, extent, pd + start); break;
                    }

                    continue;
                }

                Coefficients.Spread(groupMean, extent, mean);
                Coefficients.Spread(average, extent, offset);
                Coefficients.Spread(product, extent, slope);
                Coefficients.Spread(inverse, extent, factor);
                Map.Binary<T, MultiplyOperator<T>>(new ReadOnlySpan<T>(factor, channels), new ReadOnlySpan<T>(ps, channels), new Span<T>(factor, channels));
                switch (width)
                {
                    case SimdWidth.V512: GradientRows<Lockstep2<Simd512<T>, T>, Simd512<T>, T>(pg + start, px + start, mean, factor, offset, slope, rows, channels, pd + start); break;
                    case SimdWidth.V256: GradientRows<Lockstep2<Simd256<T>, T>, Simd256<T>, T>(pg + start, px + start, mean, factor, offset, slope, rows, channels, pd + start); break;
                    case SimdWidth.V128: GradientRows<Lockstep2<Simd128<T>, T>, Simd128<T>, T>(pg + start, px + start, mean, factor, offset, slope, rows, channels, pd + start); break;
                    default: GradientRows<SimdScalar<T>, SimdScalar<T>, T>(pg + start, px + start, mean, factor, offset, slope, rows, channels, pd + start); break;
                }
            }
        }
    }

    /// <summary>destination = x·scale + shift, channel by channel.</summary>
    public static void ScaleShift<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, int channels, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => ScaleShift(x, scale, shift, channels, destination, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ScaleShift<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, int channels, Span<T> destination, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StridedExtent.Require(x.Length, [destination.Length], nameof(x));
        StridedExtent.Require(Math.Min(scale.Length, shift.Length), [channels], nameof(scale));
        int rows = channels == 0 ? 0 : destination.Length / channels;
        fixed (T* px = x)
        fixed (T* ps = scale)
        fixed (T* pb = shift)
        fixed (T* pd = destination)
        {
            switch (width)
            {
                case SimdWidth.V512: ScaleShiftRows<Simd512<T>, T>(px, ps, pb, rows, channels, pd); break;
                case SimdWidth.V256: ScaleShiftRows<Simd256<T>, T>(px, ps, pb, rows, channels, pd); break;
                case SimdWidth.V128: ScaleShiftRows<Simd128<T>, T>(px, ps, pb, rows, channels, pd); break;
                default: ScaleShiftRows<SimdScalar<T>, T>(px, ps, pb, rows, channels, pd); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleShiftRows<TVector, T>(T* x, T* scale, T* shift, int rows, int channels, T* destination)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < rows; row++, x += channels, destination += channels)
        {
            for (int i = 0; i < channels; i += TVector.Count)
            {
                int columns = channels - i;
                TVector y = TVector.MultiplyAdd(
                    Panels.Read<TVector, T>(x + i, columns), Panels.Read<TVector, T>(scale + i, columns), Panels.Read<TVector, T>(shift + i, columns));
                Panels.Write(y, destination + i, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRows<TPanel, TVector, T>(T* x, T* mean, T* factor, T* shift, int rows, int channels, T* destination)
        where TPanel : struct, ISimdVector<TPanel, T>
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int block = 0; block < rows; block += BlockRows)
        {
            int count = Math.Min(BlockRows, rows - block);
            int i = 0;
            for (; i <= channels - TPanel.Count; i += TPanel.Count)
            {
                ApplyPanel<TPanel, T>(x + i, mean + i, factor + i, shift + i, count, channels, TPanel.Count, destination + i);
            }

            for (; i < channels; i += TVector.Count)
            {
                ApplyPanel<TVector, T>(x + i, mean + i, factor + i, shift + i, count, channels, channels - i, destination + i);
            }

            x += (long)count * channels;
            destination += (long)count * channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyPanel<TPanel, T>(T* x, T* mean, T* factor, T* shift, int rows, int stride, int columns, T* destination)
        where TPanel : struct, ISimdVector<TPanel, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TPanel m = Panels.Read<TPanel, T>(mean, columns);
        TPanel f = Panels.Read<TPanel, T>(factor, columns);
        TPanel b = Panels.Read<TPanel, T>(shift, columns);
        for (int row = 0; row < rows; row++, x += stride, destination += stride)
        {
            // The mean first: what is left is small where the mean is large.
            Panels.Write(TPanel.MultiplyAdd(Panels.Read<TPanel, T>(x, columns) - m, f, b), destination, columns);
        }
    }

    /// <summary>The same where the channels of a group are a long run of neighbours: nothing is written out for each channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRuns<TVector, T>(T* x, T* mean, T* inverse, T* scale, T* shift, int rows, NormalizationExtent extent, T* destination)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < rows; row++)
        {
            for (int group = 0; group < extent.Groups; group++, x += extent.Width, destination += extent.Width)
            {
                TVector m = TVector.Create(mean[group]);
                TVector r = TVector.Create(inverse[group]);
                T* groupScale = scale + (group * extent.Width);
                T* groupShift = shift + (group * extent.Width);
                for (int i = 0; i < extent.Width; i += TVector.Count)
                {
                    int columns = extent.Width - i;
                    TVector f = r * Panels.Read<TVector, T>(groupScale + i, columns);
                    Panels.Write(TVector.MultiplyAdd(Panels.Read<TVector, T>(x + i, columns) - m, f, Panels.Read<TVector, T>(groupShift + i, columns)), destination + i, columns);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRows<TPanel, TVector, T>(T* g, T* x, T* mean, T* factor, T* offset, T* slope, int rows, int channels, T* destination)
        where TPanel : struct, ISimdVector<TPanel, T>
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int block = 0; block < rows; block += BlockRows)
        {
            int count = Math.Min(BlockRows, rows - block);
            int i = 0;
            for (; i <= channels - TPanel.Count; i += TPanel.Count)
            {
                GradientPanel<TPanel, T>(g + i, x + i, mean + i, factor + i, offset + i, slope + i, count, channels, TPanel.Count, destination + i);
            }

            for (; i < channels; i += TVector.Count)
            {
                GradientPanel<TVector, T>(g + i, x + i, mean + i, factor + i, offset + i, slope + i, count, channels, channels - i, destination + i);
            }

            g += (long)count * channels;
            x += (long)count * channels;
            destination += (long)count * channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientPanel<TPanel, T>(T* g, T* x, T* mean, T* factor, T* offset, T* slope, int rows, int stride, int columns, T* destination)
        where TPanel : struct, ISimdVector<TPanel, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TPanel m = Panels.Read<TPanel, T>(mean, columns);
        TPanel f = Panels.Read<TPanel, T>(factor, columns);
        TPanel a = Panels.Read<TPanel, T>(offset, columns);
        TPanel b = Panels.Read<TPanel, T>(slope, columns);
        for (int row = 0; row < rows; row++, g += stride, x += stride, destination += stride)
        {
            TPanel direct = TPanel.MultiplyAdd(Panels.Read<TPanel, T>(g, columns), f, a);
            Panels.Write(TPanel.NegateMultiplyAdd(Panels.Read<TPanel, T>(x, columns) - m, b, direct), destination, columns);
        }
    }

    /// <summary>The same where the channels of a group are a long run of neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRuns<TVector, T>(T* g, T* x, T* mean, T* inverse, T* scale, T* offset, T* slope, int rows, NormalizationExtent extent, T* destination)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < rows; row++)
        {
            for (int group = 0; group < extent.Groups; group++, g += extent.Width, x += extent.Width, destination += extent.Width)
            {
                TVector m = TVector.Create(mean[group]);
                TVector r = TVector.Create(inverse[group]);
                TVector a = TVector.Create(offset[group]);
                TVector b = TVector.Create(slope[group]);
                T* groupScale = scale + (group * extent.Width);
                for (int i = 0; i < extent.Width; i += TVector.Count)
                {
                    int columns = extent.Width - i;
                    TVector f = r * Panels.Read<TVector, T>(groupScale + i, columns);
                    TVector direct = TVector.MultiplyAdd(Panels.Read<TVector, T>(g + i, columns), f, a);
                    Panels.Write(TVector.NegateMultiplyAdd(Panels.Read<TVector, T>(x + i, columns) - m, b, direct), destination + i, columns);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumColumns<TPanel, TVector, T>(T* g, T* x, T* mean, T* inverse, int rows, int stride, int count, T* sums, T* products)
        where TPanel : struct, ISimdVector<TPanel, T>
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int column = 0;
        for (; column <= count - TPanel.Count; column += TPanel.Count)
        {
            SumPanel<TPanel, T>(g + column, x + column, mean + column, inverse + column, rows, stride, TPanel.Count, sums + column, products + column);
        }

        for (; column < count; column += TVector.Count)
        {
            SumPanel<TVector, T>(g + column, x + column, mean + column, inverse + column, rows, stride, Math.Min(TVector.Count, count - column), sums + column, products + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumPanel<TPanel, T>(T* g, T* x, T* mean, T* inverse, int rows, int stride, int columns, T* sums, T* products)
        where TPanel : struct, ISimdVector<TPanel, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TPanel center = Panels.Read<TPanel, T>(mean, columns);
        TPanel allSum = TPanel.Constant(0);
        TPanel allProduct = TPanel.Constant(0);
        for (int first = 0; first < rows; first += LeafRows)
        {
            TPanel sum = TPanel.Constant(0);
            TPanel product = TPanel.Constant(0);
            int end = Math.Min(rows, first + LeafRows);
            for (int row = first; row < end; row++, g += stride, x += stride)
            {
                TPanel cotangent = Panels.Read<TPanel, T>(g, columns);
                sum += cotangent;
                product = TPanel.MultiplyAdd(cotangent, Panels.Read<TPanel, T>(x, columns) - center, product);
            }

            allSum += sum;
            allProduct += product;
        }

        Panels.Write(allSum, sums, columns);
        Panels.Write(allProduct * Panels.Read<TPanel, T>(inverse, columns), products, columns);
    }

    private static void Require(NormalizationExtent extent, int elements, int results, int moments, int channels)
    {
        StridedExtent.Require(elements, [extent.Length], "x");
        StridedExtent.Require(results, [extent.Length], "destination");
        StridedExtent.Require(moments, [2 * extent.Sets], "moments");
        StridedExtent.Require(channels, [extent.Channels], "scale");
    }
}
