namespace NeuralOde.Tensors.Kernels;

/// <summary>Pooling of channels-last images and the linear maps of its gradients. Each method works on the images of a range.</summary>
internal static class Pooling
{
    /// <summary>The largest value of each window; NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max<T>(PoolWindows windows, in PoolSizes sizes, ReadOnlySpan<T> x, Span<T> y, int firstImage, int images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Window window in new Walk(windows, sizes, firstImage, images))
        {
            Span<T> largest = y.Slice(window.Pooled, sizes.Channels);
            x.Slice(window.Pixel(window.Top, window.Left), sizes.Channels).CopyTo(largest);
            for (int row = window.Top; row < window.Bottom; row++)
            {
                for (int column = window.Left; column < window.Right; column++)
                {
                    Map.Binary<T, MaximumOperator<T>>(x.Slice(window.Pixel(row, column), sizes.Channels), largest, largest);
                }
            }
        }
    }

    /// <summary>Each window's value of <paramref name="g"/>, shared evenly among the pixels that have its largest value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScatterToLargest<T>(
        PoolWindows windows, in PoolSizes sizes, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> g, Span<T> destination, int firstImage, int images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        destination.Slice(firstImage * sizes.ImageLength, images * sizes.ImageLength).Clear();
        foreach (Window window in new Walk(windows, sizes, firstImage, images))
        {
            for (int c = 0; c < sizes.Channels; c++)
            {
                T largest = y[window.Pooled + c];
                T share = g[window.Pooled + c] / T.CreateTruncating(CountLargest(window, x, c, largest));
                for (int row = window.Top; row < window.Bottom; row++)
                {
                    for (int column = window.Left; column < window.Right; column++)
                    {
                        int at = window.Pixel(row, column) + c;
                        if (x[at] == largest)
                        {
                            destination[at] += share;
                        }
                    }
                }
            }
        }
    }

    /// <summary>The mean of <paramref name="h"/> over the pixels that have their window's largest value: the transpose of <see cref="ScatterToLargest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GatherFromLargest<T>(
        PoolWindows windows, in PoolSizes sizes, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> h, Span<T> destination, int firstImage, int images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Window window in new Walk(windows, sizes, firstImage, images))
        {
            for (int c = 0; c < sizes.Channels; c++)
            {
                T largest = y[window.Pooled + c];
                T sum = T.Zero;
                for (int row = window.Top; row < window.Bottom; row++)
                {
                    for (int column = window.Left; column < window.Right; column++)
                    {
                        int at = window.Pixel(row, column) + c;
                        sum += x[at] == largest ? h[at] : T.Zero;
                    }
                }

                destination[window.Pooled + c] = sum / T.CreateTruncating(CountLargest(window, x, c, largest));
            }
        }
    }

    /// <summary>The mean of each window, with what it covers outside the image counted as zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average<T>(PoolWindows windows, in PoolSizes sizes, ReadOnlySpan<T> x, Span<T> y, int firstImage, int images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Window window in new Walk(windows, sizes, firstImage, images))
        {
            Span<T> mean = y.Slice(window.Pooled, sizes.Channels);
            mean.Clear();
            for (int row = window.Top; row < window.Bottom; row++)
            {
                for (int column = window.Left; column < window.Right; column++)
                {
                    Map.Binary<T, AddOperator<T>>(mean, x.Slice(window.Pixel(row, column), sizes.Channels), mean);
                }
            }

            Map.BinaryScalarRight<T, DivideOperator<T>>(mean, T.CreateTruncating(Divisor(windows, window)), mean);
        }
    }

    /// <summary>Each window's value, divided by the pixels that its mean counts, added up where windows overlap: the transpose of <see cref="Average"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread<T>(PoolWindows windows, in PoolSizes sizes, ReadOnlySpan<T> g, Span<T> destination, int firstImage, int images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        destination.Slice(firstImage * sizes.ImageLength, images * sizes.ImageLength).Clear();
        foreach (Window window in new Walk(windows, sizes, firstImage, images))
        {
            T factor = T.One / T.CreateTruncating(Divisor(windows, window));
            ReadOnlySpan<T> value = g.Slice(window.Pooled, sizes.Channels);
            for (int row = window.Top; row < window.Bottom; row++)
            {
                for (int column = window.Left; column < window.Right; column++)
                {
                    Span<T> pixel = destination.Slice(window.Pixel(row, column), sizes.Channels);
                    for (int c = 0; c < pixel.Length; c++)
                    {
                        pixel[c] += value[c] * factor;
                    }
                }
            }
        }
    }

    private static int Divisor(PoolWindows windows, in Window window) =>
        windows.IsAdaptive ? (window.Bottom - window.Top) * (window.Right - window.Left) : windows.Size * windows.Size;

    private static int CountLargest<T>(in Window window, ReadOnlySpan<T> x, int channel, T largest) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = 0;
        for (int row = window.Top; row < window.Bottom; row++)
        {
            for (int column = window.Left; column < window.Right; column++)
            {
                count += x[window.Pixel(row, column) + channel] == largest ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>One window: the pixels that it covers, and where its value lies.</summary>
    private readonly record struct Window(int Top, int Bottom, int Left, int Right, int Pooled, int Image, int Width, int Channels)
    {
        /// <summary>The place of a pixel's first channel.</summary>
        public int Pixel(int row, int column) => Image + (((row * Width) + column) * Channels);
    }

    /// <summary>All windows of a range of images, row after row.</summary>
    private ref struct Walk(PoolWindows windows, PoolSizes sizes, int firstImage, int images)
    {
        private readonly int _end = (firstImage + images) * sizes.Rows * sizes.Columns;
        private int _index = (firstImage * sizes.Rows * sizes.Columns) - 1;

        public readonly Window Current
        {
            get
            {
                (int line, int column) = Math.DivRem(_index, sizes.Columns);
                (int image, int row) = Math.DivRem(line, sizes.Rows);
                (int top, int bottom) = windows.Range(row, sizes.Rows, sizes.Height);
                (int left, int right) = windows.Range(column, sizes.Columns, sizes.Width);
                return new Window(top, bottom, left, right, _index * sizes.Channels, image * sizes.ImageLength, sizes.Width, sizes.Channels);
            }
        }

        public readonly Walk GetEnumerator() => this;

        public bool MoveNext() => ++_index < _end;
    }
}
