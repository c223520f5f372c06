namespace NeuralOde.Tensors.Kernels;

/// <summary>The second pass of a normalization's gradient, from the sums of the first (<see cref="NormalizationColumnSums"/>): the cotangent of each element.</summary>
/// <remarks>Every element is computed in the same way at every width and by any thread.</remarks>
[SkipLocalsInit]
internal static unsafe class NormalizationPullback
{
    /// <summary>
    /// The cotangent of x from that of the normalized elements where the moments are those of x itself (Ioffe, Szegedy 2015, section 3):
    /// destination = (h − mean h − x̂·mean(h·x̂))/√(variance + ε) with h = scale·g.
    /// </summary>
    /// <param name="operands">x, cotangent, moments, scale, sums and destination.</param>
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
        StridedExtent.Require(operands.Cotangent.Length, [extent.Length], "g");
        StridedExtent.Require(operands.Sums.Length, [2 * extent.Outer * channels], "sums");
        fixed (T* pg = operands.Cotangent)
        fixed (T* px = operands.X)
        fixed (T* pm = operands.Moments)
        fixed (T* ps = operands.Scale)
        fixed (T* pt = operands.Sums)
        fixed (T* pd = operands.Destination)
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
                Coefficients.InverseDeviation(groupMean + extent.Sets, extent.Groups, T.CreateTruncating(operands.Epsilon), inverse);
                Coefficients.GroupMean(ps, pt + ((long)outer * channels), extent, average);
                Coefficients.GroupMean(ps, pt + ((long)(extent.Outer + outer) * channels), extent, product);
                for (int group = 0; group < extent.Groups; group++)
                {
                    average[group] = -inverse[group] * average[group];
                    product[group] *= inverse[group] * inverse[group];
                }

                long start = (long)row * channels;
                row += rows;
                var pass = new Pass<T> { G = pg + start, X = px + start, Destination = pd + start, Rows = rows, Extent = extent };
                if (extent.Width >= Normalization.LongRun)
                {
                    pass.Mean = groupMean;
                    pass.Factor = inverse;
                    pass.Scale = ps;
                    pass.Offset = average;
                    pass.Slope = product;
                    VectorDispatch.Run<T, Runs<T>>(new() { Pass = pass }, width);
                    continue;
                }

                Coefficients.Spread(groupMean, extent, mean);
                Coefficients.Spread(average, extent, offset);
                Coefficients.Spread(product, extent, slope);
                Coefficients.Spread(inverse, extent, factor);
                Map.Binary<T, MultiplyOperator<T>>(new ReadOnlySpan<T>(factor, channels), new ReadOnlySpan<T>(ps, channels), new Span<T>(factor, channels));
                pass.Mean = mean;
                pass.Factor = factor;
                pass.Offset = offset;
                pass.Slope = slope;
                VectorDispatch.Run<T, Lines<T>>(new() { Pass = pass }, width);
            }
        }
    }

    /// <summary>The memory of the second pass: g·factor + offset − (x − mean)·slope.</summary>
    private struct Pass<T> where T : unmanaged
    {
        public T* G;
        public T* X;
        public T* Destination;
        public T* Mean;
        public T* Factor;
        public T* Scale;
        public T* Offset;
        public T* Slope;
        public int Rows;
        public NormalizationExtent Extent;
    }

    /// <summary>The second pass over rows of channels, with the numbers of a group written out for each channel.</summary>
    private struct Lines<T> : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Pass<T> Pass;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            int channels = Pass.Extent.Channels;
            long done = 0;
            for (int block = 0; block < Pass.Rows; block += Normalization.BlockRows)
            {
                int count = Math.Min(Normalization.BlockRows, Pass.Rows - block);
                int i = 0;
                for (; i <= channels - (2 * TVector.Count); i += 2 * TVector.Count)
                {
                    Panel<Lockstep2<TVector, T>>(done, i, count, 2 * TVector.Count);
                }

                for (; i < channels; i += TVector.Count)
                {
                    Panel<TVector>(done, i, count, channels - i);
                }

                done += (long)count * channels;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Panel<TPanel>(long start, int channel, int rows, int columns) where TPanel : struct, ISimdVector<TPanel, T>
        {
            TPanel m = Panels.Read<TPanel, T>(Pass.Mean + channel, columns);
            TPanel f = Panels.Read<TPanel, T>(Pass.Factor + channel, columns);
            TPanel a = Panels.Read<TPanel, T>(Pass.Offset + channel, columns);
            TPanel b = Panels.Read<TPanel, T>(Pass.Slope + channel, columns);
            int stride = Pass.Extent.Channels;
            T* g = Pass.G + start + channel;
            T* x = Pass.X + start + channel;
            T* destination = Pass.Destination + start + channel;
            for (int row = 0; row < rows; row++, g += stride, x += stride, destination += stride)
            {
                TPanel direct = TPanel.MultiplyAdd(Panels.Read<TPanel, T>(g, columns), f, a);
                Panels.Write(TPanel.NegateMultiplyAdd(Panels.Read<TPanel, T>(x, columns) - m, b, direct), destination, columns);
            }
        }
    }

    /// <summary>The same where the channels of a group are a long run of neighbors.</summary>
    private struct Runs<T> : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Pass<T> Pass;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            T* g = Pass.G;
            T* x = Pass.X;
            T* destination = Pass.Destination;
            int length = Pass.Extent.Width;
            for (int row = 0; row < Pass.Rows; row++)
            {
                for (int group = 0; group < Pass.Extent.Groups; group++, g += length, x += length, destination += length)
                {
                    TVector m = TVector.Create(Pass.Mean[group]);
                    TVector r = TVector.Create(Pass.Factor[group]);
                    TVector a = TVector.Create(Pass.Offset[group]);
                    TVector b = TVector.Create(Pass.Slope[group]);
                    T* scale = Pass.Scale + (group * length);
                    for (int i = 0; i < length; i += TVector.Count)
                    {
                        int columns = length - i;
                        TVector f = r * Panels.Read<TVector, T>(scale + i, columns);
                        TVector direct = TVector.MultiplyAdd(Panels.Read<TVector, T>(g + i, columns), f, a);
                        Panels.Write(TVector.NegateMultiplyAdd(Panels.Read<TVector, T>(x + i, columns) - m, b, direct), destination + i, columns);
                    }
                }
            }
        }
    }
}
