namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The sizes of a two-dimensional convolution: input [images, height, width, channels], weight [kernel height, kernel width, channels, outputs],
/// output [images, output height, output width, outputs].
/// </summary>
/// <remarks>
/// Output pixel (y, x) sees the input pixels (y·stride + i − padding, x·stride + j − padding), i and j running over the kernel; those outside the
/// image are zero.
/// </remarks>
internal readonly record struct ConvolutionSizes
{
    /// <summary>The sizes of a convolution of an input by a weight.</summary>
    /// <param name="input">[images, height, width, channels].</param>
    /// <param name="weight">[kernel height, kernel width, channels, outputs].</param>
    /// <param name="stride">Pixels from one window to the next.</param>
    /// <param name="padding">Rows and columns of zeros around an image.</param>
    public ConvolutionSizes(ReadOnlySpan<int> input, ReadOnlySpan<int> weight, int stride, int padding)
    {
        (Images, Height, Width, Channels) = (input[0], input[1], input[2], input[3]);
        (KernelHeight, KernelWidth, Outputs) = (weight[0], weight[1], weight[3]);
        (Stride, Padding) = (stride, padding);
        OutputHeight = Places(Height, KernelHeight, stride, padding);
        OutputWidth = Places(Width, KernelWidth, stride, padding);
    }

    public int Images { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public int KernelHeight { get; }

    public int KernelWidth { get; }

    public int OutputHeight { get; }

    public int OutputWidth { get; }

    public int Outputs { get; }

    public int Stride { get; }

    public int Padding { get; }

    /// <summary>Elements of the input.</summary>
    public int InputLength => checked(Images * Height * Width * Channels);

    /// <summary>Elements of the weight.</summary>
    public int WeightLength => checked(KernelHeight * KernelWidth * Channels * Outputs);

    /// <summary>Elements of the output.</summary>
    public int OutputLength => checked(Images * OutputHeight * OutputWidth * Outputs);

    /// <summary>The multiply-adds of the convolution and of either gradient, those with zeros outside the image counted too.</summary>
    public long MultiplyAdds => (long)OutputLength * KernelHeight * KernelWidth * Channels;

    /// <summary>How many places a window of <paramref name="size"/> has along an axis; below 1 where it does not fit.</summary>
    public static int Places(int length, int size, int stride, int padding) => length + (2 * padding) < size ? 0 : ((length + (2 * padding) - size) / stride) + 1;
}
