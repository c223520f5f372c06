namespace NeuralOde.Tensors.Kernels;

/// <summary>The first pass of a normalization's gradient: sums over the elements.</summary>
/// <remarks>Sums run down the rows of a channel in an order that depends on the number of rows alone: the same bits at every width and by any thread.</remarks>
[SkipLocalsInit]
internal static unsafe class NormalizationColumnSums
{
    /// <summary>Rows that are added up before their sum joins the others': rounding errors grow with the rows of one leaf and the number of leaves.</summary>
    private const int LeafRows = 64;

    /// <summary>destination = Σ g over the rows for each (outer, channel), then Σ g·x̂ with x̂ = (x − mean)/√(variance + ε).</summary>
    /// <param name="operands">x, cotangent, moments and destination.</param>
    public static void Invoke<T>(in NormalizationOperands<T> operands) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Invoke(operands, 0, operands.Extent.Outer, 0, operands.Extent.Channels, SimdWidths.Best);

    /// <summary>How the sums are shared: by the outer axis, or where there is none by columns.</summary>
    public static int Units(NormalizationExtent extent) => extent.Outer > 1 ? extent.Outer : extent.Channels / Panels.UnitColumns;

    /// <summary>A share of the sums, some units of it.</summary>
    public static void Invoke<T>(in NormalizationOperands<T> operands, int firstUnit, int unitCount) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (operands.Extent.Outer > 1)
        {
            Invoke(operands, firstUnit, unitCount, 0, operands.Extent.Channels, SimdWidths.Best);
            return;
        }

        (int start, int count) = Division.Range(firstUnit, unitCount, operands.Extent.Channels, Panels.UnitColumns);
        Invoke(operands, 0, 1, start, count, SimdWidths.Best);
    }

    /// <summary>The sums for a range of the outer axis and of the columns, at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Invoke<T>(in NormalizationOperands<T> operands, int firstOuter, int outerCount, int firstColumn, int columnCount, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormalizationExtent extent = operands.Extent;
        int channels = extent.Channels;
        operands.Require(2 * extent.Outer * channels, channels: 0);
        StridedExtent.Require(operands.Cotangent.Length, [extent.Length], "g");
        fixed (T* pg = operands.Cotangent)
        fixed (T* px = operands.X)
        fixed (T* pm = operands.Moments)
        fixed (T* pd = operands.Destination)
        {
            T* mean = GemmScratch<T>.Get(3 * channels);
            T* inverse = mean + channels;
            T* perGroup = inverse + channels;
            for (int outer = firstOuter; outer < firstOuter + outerCount; outer++)
            {
                Coefficients.Spread(pm + (outer * extent.Groups), extent, mean);
                Coefficients.InverseDeviation(pm + extent.Sets + (outer * extent.Groups), extent.Groups, T.CreateTruncating(operands.Epsilon), perGroup);
                Coefficients.Spread(perGroup, extent, inverse);
                long start = ((long)outer * extent.Rows * channels) + firstColumn;
                T* sums = pd + ((long)outer * channels) + firstColumn;
                var columns = new ColumnSums<T>
                {
                    G = pg + start,
                    X = px + start,
                    Mean = mean + firstColumn,
                    Inverse = inverse + firstColumn,
                    Rows = extent.Rows,
                    Stride = channels,
                    Count = columnCount,
                    Sums = sums,
                    Products = sums + ((long)extent.Outer * channels),
                };
                VectorDispatch.Run<T, ColumnSums<T>>(columns, width);
            }
        }
    }

    /// <summary>The first pass, down the rows of some columns.</summary>
    private struct ColumnSums<T> : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* G;
        public T* X;
        public T* Mean;
        public T* Inverse;
        public T* Sums;
        public T* Products;
        public int Rows;
        public int Stride;
        public int Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            int column = 0;
            for (; column <= Count - (2 * TVector.Count); column += 2 * TVector.Count)
            {
                Panel<Lockstep2<TVector, T>>(column, 2 * TVector.Count);
            }

            for (; column < Count; column += TVector.Count)
            {
                Panel<TVector>(column, Math.Min(TVector.Count, Count - column));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Panel<TPanel>(int column, int columns) where TPanel : struct, ISimdVector<TPanel, T>
        {
            TPanel center = Panels.Read<TPanel, T>(Mean + column, columns);
            TPanel allSum = TPanel.Constant(0);
            TPanel allProduct = TPanel.Constant(0);
            T* g = G + column;
            T* x = X + column;
            int stride = Stride;
            for (int first = 0; first < Rows; first += LeafRows)
            {
                TPanel sum = TPanel.Constant(0);
                TPanel product = TPanel.Constant(0);
                int end = Math.Min(Rows, first + LeafRows);
                for (int row = first; row < end; row++, g += stride, x += stride)
                {
                    TPanel cotangent = Panels.Read<TPanel, T>(g, columns);
                    sum += cotangent;
                    product = TPanel.MultiplyAdd(cotangent, Panels.Read<TPanel, T>(x, columns) - center, product);
                }

                allSum += sum;
                allProduct += product;
            }

            Panels.Write(allSum, Sums + column, columns);
            Panels.Write(allProduct * Panels.Read<TPanel, T>(Inverse + column, columns), Products + column, columns);
        }
    }
}
