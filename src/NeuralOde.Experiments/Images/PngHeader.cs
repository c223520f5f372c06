using System.Buffers.Binary;

namespace NeuralOde.Experiments.Images;

/// <summary>What a PNG file's header says, checked (sections 11.2.1 and 8 of the standard).</summary>
internal sealed record PngHeader(int Width, int Height, int Depth, PngColor Color, bool IsInterlaced)
{
    /// <summary>The passes of Adam7: first column and row, and the steps to the next ones.</summary>
    private static readonly PngPass[] s_adam7 = [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];
    private static readonly PngPass[] s_whole = [new(0, 0, 1, 1)];

    /// <summary>Numbers a pixel.</summary>
    public int Channels => Color switch
    {
        PngColor.Rgb => 3,
        PngColor.GrayAlpha => 2,
        PngColor.Rgba => 4,
        _ => 1,
    };

    /// <summary>The bytes that a filter looks back by: those of a pixel, at least 1.</summary>
    public int FilterStride => Math.Max(1, Channels * Depth / 8);

    public IReadOnlyList<PngPass> Passes => IsInterlaced ? s_adam7 : s_whole;

    /// <summary>The bytes of all rows of all passes, filters included.</summary>
    public long StoredLength => Passes.Sum(pass => pass.Columns(Width) == 0 ? 0 : (long)pass.Rows(Height) * (1 + RowBytes(pass.Columns(Width))));

    public int RowBytes(int columns) => (int)((((long)columns * Channels * Depth) + 7) / 8);

    public static PngHeader Parse(ReadOnlySpan<byte> data, string name, long mostPixels)
    {
        ImageFileException.ThrowIf(data.Length != 13, name, ImageFileReason.Damaged, $"its header (IHDR) has {data.Length} bytes instead of 13. The file is damaged.");
        (uint width, uint height) = (BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..]));
        (int depth, PngColor color) = (data[8], (PngColor)data[9]);
        ImageFileException.ThrowIf(
            width == 0 || height == 0 || width > int.MaxValue || height > int.MaxValue,
            name, ImageFileReason.Damaged, $"its header claims {width} by {height} pixels, which cannot be. The file is damaged.");
        ImageFileException.ThrowIf(
            (long)width * height > mostPixels,
            name, ImageFileReason.TooLarge, $"it has {width} by {height} pixels, and at most {mostPixels / 1_000_000} million are read.", "Make the picture smaller.");
        bool isKnown = color switch
        {
            PngColor.Gray => depth is 1 or 2 or 4 or 8 or 16,
            PngColor.Palette => depth is 1 or 2 or 4 or 8,
            PngColor.Rgb or PngColor.GrayAlpha or PngColor.Rgba => depth is 8 or 16,
            _ => false,
        };
        ImageFileException.ThrowIf(
            !isKnown || data[10] != 0 || data[11] != 0 || data[12] > 1,
            name, ImageFileReason.Damaged,
            $"its header has color type {data[9]} with {depth} bits, compression {data[10]}, filter {data[11]}, interlacing {data[12]}, "
                + $"which the standard does not have. The file is damaged.");
        return new PngHeader((int)width, (int)height, depth, color, data[12] == 1);
    }
}

/// <summary>The color types, by their numbers in the file.</summary>
internal enum PngColor
{
    Gray = 0,
    Rgb = 2,
    Palette = 3,
    GrayAlpha = 4,
    Rgba = 6,
}

/// <summary>The pixels that one pass of an interlaced picture holds.</summary>
internal readonly record struct PngPass(int FirstColumn, int FirstRow, int ColumnStep, int RowStep)
{
    public int Columns(int width) => (width - FirstColumn + ColumnStep - 1) / ColumnStep;

    public int Rows(int height) => (height - FirstRow + RowStep - 1) / RowStep;
}
