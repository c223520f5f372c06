namespace NeuralOde.Tensors.Kernels;

/// <summary>Where the windows of a pooling lie along both axes of an image.</summary>
/// <param name="Size">
/// Height and width of a window; 0 where the windows are as many as <paramref name="Rows"/> and <paramref name="Columns"/> say and share the image
/// evenly.
/// </param>
/// <param name="Stride">Pixels from one window to the next.</param>
/// <param name="Padding">Pixels by which the first window begins before the image.</param>
/// <param name="Rows">Windows from top to bottom, where <paramref name="Size"/> is 0.</param>
/// <param name="Columns">Windows from left to right, where <paramref name="Size"/> is 0.</param>
internal readonly record struct PoolWindows(int Size, int Stride, int Padding, int Rows = 0, int Columns = 0)
{
    /// <summary>Whether the windows share the image evenly, whatever its size.</summary>
    public bool IsAdaptive => Size == 0;

    /// <summary>The windows of an image.</summary>
    public (int Rows, int Columns) Count(int height, int width) => IsAdaptive
        ? (Rows, Columns)
        : (ConvolutionSizes.Places(height, Size, Stride, Padding), ConvolutionSizes.Places(width, Size, Stride, Padding));

    /// <summary>The pixels along one axis that window <paramref name="index"/> of <paramref name="count"/> covers, the padding left out.</summary>
    public (int Start, int End) Range(int index, int count, int length)
    {
        if (IsAdaptive)
        {
            // From floor(i·n / m) to ceil((i + 1)·n / m): neighbors overlap by a pixel where the sizes do not divide.
            return ((int)((long)index * length / count), (int)((((long)(index + 1) * length) + count - 1) / count));
        }

        int start = (index * Stride) - Padding;
        return (Math.Max(start, 0), Math.Min(start + Size, length));
    }
}

/// <summary>The sizes of a pooling: images [images, height, width, channels] to [images, rows, columns, channels].</summary>
internal readonly record struct PoolSizes(int Images, int Height, int Width, int Channels, int Rows, int Columns)
{
    /// <summary>Elements of one image.</summary>
    public int ImageLength => Height * Width * Channels;

    /// <summary>Elements of one pooled image.</summary>
    public int PooledLength => Rows * Columns * Channels;
}
