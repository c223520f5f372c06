namespace NeuralOde.Tensors.Kernels;

internal static unsafe partial class Map
{
    /// <summary>
    /// destination = op(x, y) with broadcasting: element (i₀, i₁, …) of the dense row-major destination of shape <paramref name="lengths"/> reads x at Σ
    /// iₖ·xStridesₖ and y at Σ iₖ·yStridesₖ.
    /// </summary>
    /// <param name="x">The first element that the strides start from.</param>
    /// <param name="xStrides">Strides of x in elements, 0 along an axis that it is broadcast along; not negative.</param>
    /// <param name="y">As x.</param>
    /// <param name="yStrides">As for x.</param>
    /// <param name="lengths">The shape of the destination; rank at most 16.</param>
    /// <param name="destination">May be exactly an input whose strides are dense.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BroadcastBinary<T, TOperator>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<int> xStrides,
        ReadOnlySpan<T> y,
        ReadOnlySpan<int> yStrides,
        ReadOnlySpan<int> lengths,
        Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOperator : struct, IBinaryOperator<T>
    {
        StridedExtent.Require(destination.Length, lengths, nameof(destination));
        StridedExtent.Require(x.Length, xStrides, lengths, nameof(x));
        StridedExtent.Require(y.Length, yStrides, lengths, nameof(y));
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pd = destination)
        {
            BroadcastLoop.Invoke<T, BinaryRun<T, TOperator>>(px, xStrides, py, yStrides, null, default, lengths, pd);
        }
    }

    /// <summary>destination = op(x, y, z) with broadcasting, as <see cref="BroadcastBinary"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BroadcastTernary<T, TOperator>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<int> xStrides,
        ReadOnlySpan<T> y,
        ReadOnlySpan<int> yStrides,
        ReadOnlySpan<T> z,
        ReadOnlySpan<int> zStrides,
        ReadOnlySpan<int> lengths,
        Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOperator : struct, ITernaryOperator<T>
    {
        StridedExtent.Require(destination.Length, lengths, nameof(destination));
        StridedExtent.Require(x.Length, xStrides, lengths, nameof(x));
        StridedExtent.Require(y.Length, yStrides, lengths, nameof(y));
        StridedExtent.Require(z.Length, zStrides, lengths, nameof(z));
        fixed (T* px = x)
        fixed (T* py = y)
        fixed (T* pz = z)
        fixed (T* pd = destination)
        {
            BroadcastLoop.Invoke<T, TernaryRun<T, TOperator>>(px, xStrides, py, yStrides, pz, zStrides, lengths, pd);
        }
    }

    private readonly struct BinaryRun<T, TOperator> : IBroadcastRun<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Invoke(T* x, int xStride, T* y, int yStride, T* z, int zStride, T* destination, int count)
        {
            switch (xStride, yStride)
            {
                case (1, 1): Binary<T, TOperator>(x, y, destination, count); break;
                case (1, _): Binary<T, TOperator, StreamedOperand, ScalarOperand>(x, y, destination, count); break;
                case (_, 1): Binary<T, TOperator, ScalarOperand, StreamedOperand>(x, y, destination, count); break;
                default:
                    Binary<T, TOperator>(x, y, destination, 1);
                    new Span<T>(destination, count).Fill(*destination);
                    break;
            }
        }
    }

    private readonly struct TernaryRun<T, TOperator> : IBroadcastRun<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        public static int Operands => 3;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Invoke(T* x, int xStride, T* y, int yStride, T* z, int zStride, T* destination, int count)
        {
            int streams = xStride | (yStride << 1) | (zStride << 2);
            if (streams != 0)
            {
                Ternary<T, TOperator>(x, y, z, streams, destination, count);
                return;
            }

            Ternary<T, TOperator>(x, y, z, AllStreams, destination, 1);
            new Span<T>(destination, count).Fill(*destination);
        }
    }
}
