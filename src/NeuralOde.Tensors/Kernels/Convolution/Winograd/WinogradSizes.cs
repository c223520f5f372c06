namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The sizes of a convolution with a 3x3 kernel and stride 1 that is computed in tiles: input [images, height, width, channels], transformed weight
/// [side, side, channels, outputs], output [images, output height, output width, outputs].
/// </summary>
/// <param name="Images">How many images.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Channels">Channels of the input.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Padding">Rows and columns of zeros around an image; where negative, so many rows and columns of the image are not seen.</param>
/// <param name="Tile">The output pixels of a tile, in a row and in a column: 2, 3 or 4.</param>
internal readonly record struct WinogradSizes(int Images, int Height, int Width, int Channels, int Outputs, int Padding, int Tile)
{
    public int OutputHeight => Height + (2 * Padding) - 2;

    public int OutputWidth => Width + (2 * Padding) - 2;

    /// <summary>The tiles above one another and side by side in an image; the last ones may reach beyond it.</summary>
    public int TilesDown => (OutputHeight + Tile - 1) / Tile;

    /// <inheritdoc cref="TilesDown"/>
    public int TilesAcross => (OutputWidth + Tile - 1) / Tile;

    /// <summary>The rows of tiles of all images: what threads share.</summary>
    public int TileRows => Images * TilesDown;

    /// <summary>The pixels that a tile sees, in a row and in a column.</summary>
    public int Side => Tile + 2;

    /// <summary>The points at which a tile's polynomials are multiplied.</summary>
    public int Points => Side * Side;

    public int InputLength => checked(Images * Height * Width * Channels);

    public int OutputLength => checked(Images * OutputHeight * OutputWidth * Outputs);

    /// <summary>Elements of the transformed weight.</summary>
    public int WeightLength => checked(Points * Channels * Outputs);

    /// <summary>Elements of the weight itself.</summary>
    public int KernelLength => checked(9 * Channels * Outputs);

    /// <summary>The multiply-adds of the products; the transforms come on top.</summary>
    public long MultiplyAdds => (long)TileRows * TilesAcross * Points * Channels * Outputs;

    /// <summary>The same in the other direction: from the output's cotangent, with the turned weight, to the input's.</summary>
    public WinogradSizes Backward => new(Images, OutputHeight, OutputWidth, Outputs, Channels, 2 - Padding, Tile);

    /// <summary>A convolution's sizes with tiles.</summary>
    public static WinogradSizes Of(in ConvolutionSizes s, int tile) => new(s.Images, s.Height, s.Width, s.Channels, s.Outputs, s.Padding, tile);

    /// <summary>The first output row of a row of tiles, counted over all images.</summary>
    public int FirstRow(int tileRow)
    {
        (int image, int y) = Math.DivRem(tileRow, TilesDown);
        return (image * OutputHeight) + (y * Tile);
    }
}
