namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Sums, extremes and norms. The order of additions depends on the shape alone: the same bits at every width, on every machine, on any number of threads.
/// </summary>
internal static unsafe class Reduce
{
    /// <summary>The sum of all elements, 0 of none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T Sum<T>(ReadOnlySpan<T> x, SimdWidth width = SimdWidth.Best) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        All<T, SumReduction<T>, ElementTerm<T>>(default, x, default, default, width);

    /// <summary>The largest element, NaN if any is.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T Max<T>(ReadOnlySpan<T> x, SimdWidth width = SimdWidth.Best) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireElements(x.Length);
        return All<T, MaxReduction<T>, ElementTerm<T>>(default, x, default, default, width);
    }

    /// <summary>The smallest element, NaN if any is.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T Min<T>(ReadOnlySpan<T> x, SimdWidth width = SimdWidth.Best) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireElements(x.Length);
        return All<T, MinReduction<T>, ElementTerm<T>>(default, x, default, default, width);
    }

    /// <summary>Σ xᵢ².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T SumOfSquares<T>(ReadOnlySpan<T> x, SimdWidth width = SimdWidth.Best) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        All<T, SumReduction<T>, SquareTerm<T>>(default, x, default, default, width);

    /// <summary>Σ xᵢ·yᵢ for two spans of one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, SimdWidth width = SimdWidth.Best) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireSameLength(y.Length, x.Length, nameof(y));
        return All<T, SumReduction<T>, ProductTerm<T>>(default, x, y, default, width);
    }

    /// <summary>
    /// The root mean square of xᵢ/(absolute + relative·max(|yᵢ|, |zᵢ|)), 0 of none: the error norm of Hairer, Nørsett and Wanner, Solving Ordinary
    /// Differential Equations I, eq. II.4.11, for an error x between the states y and z.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static T ScaledErrorNorm<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, T absolute, T relative, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireSameLength(y.Length, x.Length, nameof(y));
        RequireSameLength(z.Length, x.Length, nameof(z));
        return x.IsEmpty
            ? T.Zero
            : T.Sqrt(All<T, SumReduction<T>, ScaledErrorTerm<T>>(new(absolute, relative), x, y, z, width) / T.CreateTruncating(x.Length));
    }

    /// <summary>The sums along the middle axis: destination[o, i] from x[o, ·, i] for x viewed as [outer, axis, inner], both dense. The destination must not overlap x.</summary>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Sum<T>(ReadOnlySpan<T> x, int outer, int axis, int inner, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Along<T, SumReduction<T>>(x, outer, axis, inner, destination, width);

    /// <summary>
    /// The largest elements along the middle axis: destination[o, i] from x[o, ·, i] for x viewed as [outer, axis, inner], both dense. The
    /// destination must not overlap x.
    /// </summary>
    /// <exception cref="ArgumentException">The axis has no elements, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Max<T>(ReadOnlySpan<T> x, int outer, int axis, int inner, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireElements(axis);
        Along<T, MaxReduction<T>>(x, outer, axis, inner, destination, width);
    }

    /// <summary>
    /// The smallest elements along the middle axis: destination[o, i] from x[o, ·, i] for x viewed as [outer, axis, inner], both dense. The
    /// destination must not overlap x.
    /// </summary>
    /// <exception cref="ArgumentException">The axis has no elements, or a span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Min<T>(ReadOnlySpan<T> x, int outer, int axis, int inner, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireElements(axis);
        Along<T, MinReduction<T>>(x, outer, axis, inner, destination, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static T All<T, TReduction, TTerm>(TTerm term, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
        where TTerm : struct, ITerm<T>
    {
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pz = z)
        {
            return ReduceAll.Invoke<T, TReduction, TTerm>(term, px, py, pz, x.Length, width);
        }
    }

    private static void Along<T, TReduction>(ReadOnlySpan<T> x, int outer, int axis, int inner, Span<T> destination, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction<T>
    {
        StridedExtent.Require(x.Length, [outer, axis, inner], nameof(x));
        StridedExtent.Require(destination.Length, [outer, inner], nameof(destination));
        fixed (T* px = x)
        fixed (T* pd = destination)
        {
            ReduceAxis.Invoke<T, TReduction>(px, outer, axis, inner, pd, width);
        }
    }

    private static void RequireElements(int length)
    {
        if (length == 0)
        {
            throw new ArgumentException("No elements have no largest or smallest one; at least one is needed.", "x");
        }
    }

    private static void RequireSameLength(int length, int needed, string name)
    {
        if (length != needed)
        {
            throw new ArgumentException($"{name} has {length} elements and x has {needed}; they must be the same.", name);
        }
    }
}
