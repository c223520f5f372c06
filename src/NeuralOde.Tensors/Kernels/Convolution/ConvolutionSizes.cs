namespace NeuralOde.Tensors.Kernels;

/// <summary>The sizes of a two-dimensional convolution: input [images, height, width, channels], weight [kernel height, kernel width, channels, outputs], output [images, output height, output width, outputs].</summary>
/// <remarks>Output pixel (y, x) sees the input pixels (y·stride + i − padding, x·stride + j − padding), i and j running over the kernel; those outside the image are zero.</remarks>
internal readonly record struct ConvolutionSizes(
    int Images, int Height, int Width, int Channels, int KernelHeight, int KernelWidth, int OutputHeight, int OutputWidth, int Outputs, int Stride, int Padding)
{
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
