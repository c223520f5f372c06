namespace NeuralOde.Tensors;

/// <summary>How a compiled program sums up convolutions.</summary>
public enum ConvolutionMethod
{
    /// <summary>
    /// By Winograd's method (F(2x2), F(3x3) or F(4x4)) where a kernel is 3x3, moves by one pixel and has enough channels for it to be faster, and directly elsewhere.
    /// A printed program says which: <c>convolution_winograd</c> or <c>convolution</c>.
    /// </summary>
    Automatic,

    /// <summary>By direct sums always: the smallest rounding errors.</summary>
    Direct,
}
