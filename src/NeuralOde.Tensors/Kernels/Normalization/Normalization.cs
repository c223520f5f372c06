namespace NeuralOde.Tensors.Kernels;

/// <summary>Normalization by moments. Rows of the innermost axis are worked on one after the other, channels side by side.</summary>
/// <remarks>Every element is computed in the same way at every width and by any thread.</remarks>
[SkipLocalsInit]
internal static unsafe class Normalization
{
    /// <summary>Rows that a panel of channels works on before the next panel does: the rows stay in the first-level cache for all panels of up to 256 channels or so.</summary>
    internal const int BlockRows = 32;

    /// <summary>From so many channels of a group on, its numbers are repeated in registers rather than in memory. Either way gives the same bits.</summary>
    internal const int LongRun = 16;

    /// <summary>destination = (x − mean)/√(variance + ε)·scale + shift. The destination may be x.</summary>
    /// <param name="operands">x, moments, scale, shift and destination.</param>
    /// <param name="firstRow">The first row of outer·rows.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="width">The width of the vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T>(in NormalizationOperands<T> operands, int firstRow, int rowCount, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormalizationExtent extent = operands.Extent;
        int channels = extent.Channels;
        operands.Require(extent.Length, channels);
        fixed (T* px = operands.X)
        fixed (T* pm = operands.Moments)
        fixed (T* ps = operands.Scale)
        fixed (T* pb = operands.Shift)
        fixed (T* pd = operands.Destination)
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
                Coefficients.InverseDeviation(groupMean + extent.Sets, extent.Groups, T.CreateTruncating(operands.Epsilon), inverse);
                row += rows;
                if (extent.Width >= LongRun)
                {
                    var runs = new Runs<T> { X = px + start, Mean = groupMean, Inverse = inverse, Scale = ps, Shift = pb, Rows = rows, Extent = extent, Destination = pd + start };
                    VectorDispatch.Run<T, Runs<T>>(runs, width);
                    continue;
                }

                Coefficients.Spread(groupMean, extent, mean);
                Coefficients.Spread(inverse, extent, factor);
                Map.Binary<T, MultiplyOperator<T>>(new ReadOnlySpan<T>(factor, channels), new ReadOnlySpan<T>(ps, channels), new Span<T>(factor, channels));
                var lines = new Lines<T> { X = px + start, Mean = mean, Factor = factor, Shift = pb, Rows = rows, Channels = channels, Destination = pd + start };
                VectorDispatch.Run<T, Lines<T>>(lines, width);
            }
        }
    }

    /// <summary>destination = x·scale + shift, channel by channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleShift<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, int channels, Span<T> destination, SimdWidth width = SimdWidth.Best)
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
            VectorDispatch.Run<T, ScaledLines<T>>(new(px, ps, pb, rows, channels, pd), width);
        }
    }

    /// <summary>Scale and shift over rows of channels.</summary>
    private readonly struct ScaledLines<T>(T* x, T* scale, T* shift, int rows, int channels, T* destination) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => ScaleShiftRows<TVector, T>(x, scale, shift, rows, channels, destination);
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

    /// <summary>The normalization of rows of channels, with a mean and a factor written out for each channel.</summary>
    private struct Lines<T> : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* X;
        public T* Mean;
        public T* Factor;
        public T* Shift;
        public T* Destination;
        public int Rows;
        public int Channels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            T* x = X;
            T* destination = Destination;
            for (int block = 0; block < Rows; block += BlockRows)
            {
                int count = Math.Min(BlockRows, Rows - block);
                int i = 0;
                for (; i <= Channels - (2 * TVector.Count); i += 2 * TVector.Count)
                {
                    Panel<Lockstep2<TVector, T>>(x + i, i, count, 2 * TVector.Count, destination + i);
                }

                for (; i < Channels; i += TVector.Count)
                {
                    Panel<TVector>(x + i, i, count, Channels - i, destination + i);
                }

                x += (long)count * Channels;
                destination += (long)count * Channels;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Panel<TPanel>(T* x, int channel, int rows, int columns, T* destination) where TPanel : struct, ISimdVector<TPanel, T>
        {
            TPanel m = Panels.Read<TPanel, T>(Mean + channel, columns);
            TPanel f = Panels.Read<TPanel, T>(Factor + channel, columns);
            TPanel b = Panels.Read<TPanel, T>(Shift + channel, columns);
            int stride = Channels;
            for (int row = 0; row < rows; row++, x += stride, destination += stride)
            {
                // The mean first: what is left is small where the mean is large.
                Panels.Write(TPanel.MultiplyAdd(Panels.Read<TPanel, T>(x, columns) - m, f, b), destination, columns);
            }
        }
    }

    /// <summary>The same where the channels of a group are a long run of neighbors: nothing is written out for each channel.</summary>
    private struct Runs<T> : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* X;
        public T* Mean;
        public T* Inverse;
        public T* Scale;
        public T* Shift;
        public T* Destination;
        public int Rows;
        public NormalizationExtent Extent;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            T* x = X;
            T* destination = Destination;
            int length = Extent.Width;
            for (int row = 0; row < Rows; row++)
            {
                for (int group = 0; group < Extent.Groups; group++, x += length, destination += length)
                {
                    TVector m = TVector.Create(Mean[group]);
                    TVector r = TVector.Create(Inverse[group]);
                    T* scale = Scale + (group * length);
                    T* shift = Shift + (group * length);
                    for (int i = 0; i < length; i += TVector.Count)
                    {
                        int columns = length - i;
                        TVector f = r * Panels.Read<TVector, T>(scale + i, columns);
                        Panels.Write(TVector.MultiplyAdd(Panels.Read<TVector, T>(x + i, columns) - m, f, Panels.Read<TVector, T>(shift + i, columns)), destination + i, columns);
                    }
                }
            }
        }
    }
}
