namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The sizes of a convolution that is computed in tiles: input [images, height, width, channels], output [images, output height, output width, outputs]. The kernel is 3x3 with
/// stride 1, or 4x4 with stride 2, in phases: the input pixels of one remainder modulo 2, for rows and for columns, meet a kernel of 2x2 with stride 1, and the four phases add up.
/// </summary>
/// <param name="Images">How many images.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Channels">Channels of the input.</param>
/// <param name="OutputHeight">Rows of the output.</param>
/// <param name="OutputWidth">Columns of the output.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Padding">Rows and columns of zeros around an image of the input; where negative, so many rows and columns of the image are not seen.</param>
/// <param name="Tile">The output pixels of a tile, in a row and in a column: 2, 3 or 4.</param>
internal readonly record struct WinogradSizes(int Images, int Height, int Width, int Channels, int OutputHeight, int OutputWidth, int Outputs, int Padding, int Tile)
{
    /// <summary>Pixels of the input from one to the next that a phase sees: 2 where the input has phases.</summary>
    public int InputStride { get; init; } = 1;

    /// <summary>Pixels of the output from one to the next that a phase makes: 2 where the output has phases, as in the gradient of a convolution with stride 2.</summary>
    public int OutputStride { get; init; } = 1;

    /// <summary>The rows and columns of the output's first phases that lie before the image.</summary>
    public int OutputPadding { get; init; }

    /// <summary>Whether the kernel is 4x4 with stride 2.</summary>
    public bool HasPhases => InputStride > 1 || OutputStride > 1;

    /// <summary>Convolutions with stride 1 that this one is made of.</summary>
    public int Phases => HasPhases ? 4 : 1;

    /// <summary>The kernel's taps in a row and in a column of a phase.</summary>
    public int Taps => HasPhases ? 2 : 3;

    /// <summary>The tiles above one another and side by side in an image; the last ones may reach beyond it.</summary>
    public int TilesDown => (Places(OutputHeight) + Tile - 1) / Tile;

    /// <inheritdoc cref="TilesDown"/>
    public int TilesAcross => (Places(OutputWidth) + Tile - 1) / Tile;

    /// <summary>The rows of tiles of all images: what threads share.</summary>
    public int TileRows => Images * TilesDown;

    /// <summary>The pixels that a tile sees, in a row and in a column.</summary>
    public int Side => Tile + Taps - 1;

    /// <summary>The points at which a tile's polynomials are multiplied.</summary>
    public int Points => Side * Side;

    public int InputLength => checked(Images * Height * Width * Channels);

    public int OutputLength => checked(Images * OutputHeight * OutputWidth * Outputs);

    /// <summary>Elements of the transformed weight, [phases, side, side, channels, outputs].</summary>
    public int WeightLength => checked(Phases * Points * Channels * Outputs);

    /// <summary>Elements of the weight itself.</summary>
    public int KernelLength => checked(Phases * Taps * Taps * Channels * Outputs);

    /// <summary>The multiply-adds of the products; the transforms come on top.</summary>
    public long MultiplyAdds => (long)TileRows * TilesAcross * Phases * Points * Channels * Outputs;

    /// <summary>The elements that are transformed before and after the products.</summary>
    public long TransformedElements =>
        (long)TileRows * TilesAcross * Points * (((long)InputStride * InputStride * Channels) + ((long)OutputStride * OutputStride * Outputs));

    /// <summary>The same in the other direction: from the output's cotangent, with the turned weight, to the input's.</summary>
    public WinogradSizes Backward => new(Images, OutputHeight, OutputWidth, Outputs, Height, Width, Channels, HasPhases ? 1 : 2 - Padding, Tile)
    {
        OutputStride = InputStride,
        OutputPadding = HasPhases ? Padding : 0,
    };

    /// <summary>What matters to the weight alone, so that convolutions of other images with this weight share its transform.</summary>
    public WinogradSizes OfWeight => this with { Images = 0, Height = 0, Width = 0, OutputHeight = 0, OutputWidth = 0, Padding = 0, OutputPadding = 0 };

    /// <summary>A convolution's sizes with tiles: a kernel of 3x3 with stride 1, or of 4x4 with stride 2.</summary>
    public static WinogradSizes Of(in ConvolutionSizes s, int tile) =>
        new(s.Images, s.Height, s.Width, s.Channels, s.OutputHeight, s.OutputWidth, s.Outputs, s.Padding, tile) { InputStride = s.Stride };

    /// <summary>The first output row of a row of tiles, counted over all images.</summary>
    public int FirstRow(int tileRow)
    {
        (int image, int y) = Math.DivRem(tileRow, TilesDown);
        return (image * OutputHeight) + Math.Max(0, (OutputStride * y * Tile) - OutputPadding);
    }

    /// <summary>How many places a phase has along an axis of the output.</summary>
    private int Places(int length) => OutputStride == 1 ? length : length == 0 ? 0 : ((length - 1 + OutputPadding) / OutputStride) + 1;
}
