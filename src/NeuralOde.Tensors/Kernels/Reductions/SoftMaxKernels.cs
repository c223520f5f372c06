namespace NeuralOde.Tensors.Kernels;

/// <summary>Log-sum-exp and softmax over rows, shifted by each row's largest element so that nothing overflows.</summary>
internal static unsafe class SoftMaxKernels
{
    /// <summary>destination[r] = ln Σ e^x[r, ·] for x viewed as [rows, columns]. A row of −∞ gives −∞, a row with +∞ gives +∞.</summary>
    /// <exception cref="ArgumentException">There are no columns, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LogSumExp<T>(ReadOnlySpan<T> x, int rows, int columns, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireShape(x.Length, rows, columns);
        StridedExtent.Require(destination.Length, [rows], nameof(destination));
        for (int row = 0; row < rows; row++)
        {
            destination[row] = LogSumExp(x.Slice(row * columns, columns), width);
        }
    }

    /// <summary>
    /// destination[r, ·] = e^x[r, ·] / Σ e^x[r, ·] for x viewed as [rows, columns]; the destination may be x. A row whose largest element is infinite
    /// (all −∞, or one +∞) has no softmax: NaN.
    /// </summary>
    /// <exception cref="ArgumentException">There are no columns, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Invoke<T>(ReadOnlySpan<T> x, int rows, int columns, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireShape(x.Length, rows, columns);
        StridedExtent.Require(destination.Length, [rows, columns], nameof(destination));
        for (int row = 0; row < rows; row++)
        {
            Span<T> to = destination.Slice(row * columns, columns);
            ReadOnlySpan<T> from = x.Slice(row * columns, columns);
            Map.BinaryScalarRight<T, SubtractOperator<T>>(from, Reduce.Max(from, width), to, width);
            Map.Unary<T, ExpOperator<T>>(to, to, width);
            Map.BinaryScalarRight<T, DivideOperator<T>>(to, Reduce.Sum<T>(to, width), to, width);
        }
    }

    /// <summary>destination[r, ·] = x[r, ·] − ln Σ e^x[r, ·] for x viewed as [rows, columns]; the destination may be x.</summary>
    /// <exception cref="ArgumentException">There are no columns, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Log<T>(ReadOnlySpan<T> x, int rows, int columns, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireShape(x.Length, rows, columns);
        StridedExtent.Require(destination.Length, [rows, columns], nameof(destination));
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> from = x.Slice(row * columns, columns);
            Map.BinaryScalarRight<T, SubtractOperator<T>>(from, LogSumExp(from, width), destination.Slice(row * columns, columns), width);
        }
    }

    /// <summary>
    /// destination[r] = ln Σ e^x[r, ·] − x[r, label], the negative logarithm of the probability that softmax gives to the row's label; labels are whole numbers
    /// from 0, and a row whose label is no column is NaN.
    /// </summary>
    /// <exception cref="ArgumentException">There are no columns, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CrossEntropy<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> labels, int rows, int columns, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireShape(x.Length, rows, columns);
        StridedExtent.Require(labels.Length, [rows], nameof(labels));
        StridedExtent.Require(destination.Length, [rows], nameof(destination));
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> from = x.Slice(row * columns, columns);
            int label = Column(labels[row], columns);
            destination[row] = label < 0 ? T.NaN : LogSumExp(from, SimdWidths.Best) - from[label];
        }
    }

    /// <summary>destination[r, ·] = g[r]·(softmax x[r, ·] − the unit vector of the row's label): the pullback of <see cref="CrossEntropy"/>.</summary>
    /// <exception cref="ArgumentException">There are no columns, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CrossEntropyGradient<T>(ReadOnlySpan<T> g, ReadOnlySpan<T> x, ReadOnlySpan<T> labels, int rows, int columns, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireShape(x.Length, rows, columns);
        StridedExtent.Require(g.Length, [rows], nameof(g));
        StridedExtent.Require(labels.Length, [rows], nameof(labels));
        StridedExtent.Require(destination.Length, [rows, columns], nameof(destination));
        for (int row = 0; row < rows; row++)
        {
            Span<T> to = destination.Slice(row * columns, columns);
            int label = Column(labels[row], columns);
            if (label < 0)
            {
                to.Fill(T.NaN);
                continue;
            }

            Invoke(x.Slice(row * columns, columns), 1, columns, to, SimdWidths.Best);
            to[label] -= T.One;
            Map.BinaryScalarRight<T, MultiplyOperator<T>>(to, g[row], to);
        }
    }

    /// <summary>The column that a label names, or −1.</summary>
    private static int Column<T>(T label, int columns) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => label >= T.Zero && label < T.CreateTruncating(columns) && label == T.Truncate(label) ? int.CreateTruncating(label) : -1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T LogSumExp<T>(ReadOnlySpan<T> row, SimdWidth width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // An infinite shift would be subtracted from itself; without one the sum is 0 or ∞, whose logarithm is right.
        T max = Reduce.Max(row, width);
        T shift = T.IsInfinity(max) ? T.Zero : max;
        T sum;
        fixed (T* x = row)
        {
            sum = ReduceAll.Invoke<T, SumReduction<T>, ShiftedExpTerm<T>>(new(shift), x, null, null, row.Length, width);
        }

        T log = default;
        Map.Unary<T, LogOperator<T>>(new(ref sum), new(ref log), width);
        return shift + log;
    }

    private static void RequireShape(int available, int rows, int columns)
    {
        if (columns < 1)
        {
            throw new ArgumentException($"Rows of {columns} elements have no sum of exponentials; at least 1 is needed.", nameof(columns));
        }

        StridedExtent.Require(available, [rows, columns], "x");
    }
}
