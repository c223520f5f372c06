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
            var to = new Span<T>(destination, count);
            if (xStride == 1 && yStride == 1)
            {
                Binary<T, TOperator>(new(x, count), new(y, count), to);
            }
            else if (xStride == 1)
            {
                BinaryScalarRight<T, TOperator>(new(x, count), *y, to);
            }
            else if (yStride == 1)
            {
                BinaryScalarLeft<T, TOperator>(*x, new(y, count), to);
            }
            else
            {
                var one = default(T);
                Binary<T, TOperator>(new(x, 1), new(y, 1), new(&one, 1));
                to.Fill(one);
            }
        }
    }

    [SkipLocalsInit]
    private readonly struct TernaryRun<T, TOperator> : IBroadcastRun<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        private const int Part = 128;

        public static int Operands => 3;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Invoke(T* x, int xStride, T* y, int yStride, T* z, int zStride, T* destination, int count)
        {
            if (xStride == 1 && yStride == 1 && zStride == 1)
            {
                Ternary<T, TOperator>(new(x, count), new(y, count), new(z, count), new(destination, count));
                return;
            }

            // A repeated operand is written out once, and read again for every part.
            T* repeated = stackalloc T[3 * Part];
            Repeat(xStride, x, repeated);
            Repeat(yStride, y, repeated + Part);
            Repeat(zStride, z, repeated + (2 * Part));
            for (int i = 0; i < count; i += Part)
            {
                int n = Math.Min(Part, count - i);
                Ternary<T, TOperator>(
                    new(xStride == 1 ? x + i : repeated, n),
                    new(yStride == 1 ? y + i : repeated + Part, n),
                    new(zStride == 1 ? z + i : repeated + (2 * Part), n),
                    new(destination + i, n));
            }
        }

        private static void Repeat(int stride, T* value, T* to)
        {
            if (stride == 0)
            {
                new Span<T>(to, Part).Fill(*value);
            }
        }
    }
}
