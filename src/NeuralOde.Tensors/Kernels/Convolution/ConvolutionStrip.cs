namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// One piece of a convolution or of a gradient: C = S + Σ A·B, where the terms of the sums lie in stretches: <see cref="Blocks"/> times <see cref="Segments"/> of them,
/// each of <see cref="Lead"/> + <see cref="Full"/> + <see cref="Trail"/> terms.
/// </summary>
/// <remarks>
/// For the pixels of one output row, rows are pixels, a segment is a row of the kernel, and its terms run over the kernel's columns and the channels, contiguous in
/// a channels-last image as in the weight. For the gradient of a weight, rows are channels, a segment is a row of pixels, a block an image.
/// Zeros are not multiplied: outside of the image there is no term, except that the first row has no part in the lead terms and the last one none in the trail.
/// </remarks>
internal unsafe struct ConvolutionStrip<T> where T : unmanaged
{
    /// <summary>Rows and columns of C.</summary>
    public nint Rows, Columns;

    public T* A;

    /// <summary>Elements of A from row to row, and from term to term.</summary>
    public nint ARow, AStep;

    public T* B;

    /// <summary>Elements of B from term to term; its columns are contiguous.</summary>
    public nint BStep;

    /// <summary>The terms of a segment: those without the first row, those with all rows, those without the last row.</summary>
    public nint Lead, Full, Trail;

    public nint Segments, ASegment, BSegment;

    public nint Blocks, ABlock, BBlock;

    public T* C;
    public nint CStep;

    /// <summary>What the sums start from: nothing where it is null.</summary>
    public T* Start;
    public nint StartStep;
}
