namespace NeuralOde.Tensors.Kernels;

internal static unsafe partial class Map
{
    /// <summary>destination[i] = op(x[i], y[i], z[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Ternary<T, TOperator>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, Span<T> destination, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        RequireLength(x.Length, destination.Length, nameof(x));
        RequireLength(y.Length, destination.Length, nameof(y));
        RequireLength(z.Length, destination.Length, nameof(z));
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pz = z)
        fixed (T* pd = destination)
        {
            Ternary<T, TOperator>(px, py, pz, AllStreams, pd, destination.Length, width);
        }
    }
}
