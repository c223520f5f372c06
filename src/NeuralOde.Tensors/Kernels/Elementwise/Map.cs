namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Element-wise kernels: an operator over whole spans. The inputs must be at least as long as the destination, whose length counts.
/// The destination may be exactly one of the inputs; overlapping it in part is not allowed.
/// </summary>
/// <remarks>
/// Whole vectors, then the tail under a mask: every element gets the same bits wherever it stands and at every width.
/// One vector at a time is enough: out-of-order execution overlaps the independent iterations. The tail is read before anything is written,
/// because a masked load waits for a pending store even where only the lanes that it leaves out overlap, as they do when arrays are neighbors in memory.
/// </remarks>
internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Unary<T, TOperator>(ReadOnlySpan<T> x, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        RequireLength(x.Length, destination.Length, nameof(x));
        fixed (T* px = x)
        fixed (T* pd = destination)
        {
            Unary<T, TOperator>(px, pd, destination.Length, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UnaryLoop<TVector, T, TOperator>(T* x, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        int rest = length % TVector.Count;
        TVector xRest = TVector.LoadPartial(x + (length - rest), rest);

        // One copy of the function in this method, for whole vectors and the tail alike: with two, the compiler's budget for inlining
        // runs out on the longest ones (a logarithm in double), and they become calls, twenty times slower.
        for (int i = 0; i < length; i += TVector.Count)
        {
            bool whole = i <= length - TVector.Count;
            TVector y = TOperator.Invoke(whole ? TVector.Load(x + i) : xRest);
            if (whole)
            {
                TVector.Store(y, destination + i);
            }
            else
            {
                TVector.StorePartial(y, destination + i, rest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RequireLength(int length, int needed, string name)
    {
        if (length < needed)
        {
            ThrowTooShort(length, needed, name);
        }
    }

    private static void ThrowTooShort(int length, int needed, string name)
        => throw new ArgumentException($"{name} has {length} elements, fewer than the destination's {needed}.", name);
}
