namespace NeuralOde.Tensors;

/// <summary>How convolutions are summed up, in compiled programs and outside of them.</summary>
public enum ConvolutionMethod
{
    /// <summary>
    /// By Winograd's method where a kernel is 3x3 and moves by one pixel (F(2x2), F(3x3) or F(4x4)) or is 4x4 and moves by two (F(3x3) for each of its four phases), and there
    /// are enough channels and images for it to be faster; directly elsewhere. A printed program says which: <c>convolution_winograd</c> or <c>convolution</c>.
    /// </summary>
    Automatic,

    /// <summary>By direct sums always: the smallest rounding errors.</summary>
    Direct,
}
