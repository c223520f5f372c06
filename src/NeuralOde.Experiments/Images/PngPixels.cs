using System.Buffers.Binary;

namespace NeuralOde.Experiments.Images;

/// <summary>Turns the stored rows of a PNG picture into brightness.</summary>
internal sealed class PngPixels
{
    private readonly PngHeader _header;
    private readonly byte[] _palette;
    private readonly byte[] _transparency;
    private readonly string _name;

    public PngPixels(PngHeader header, byte[] palette, byte[] transparency, string name)
    {
        (_header, _palette, _transparency, _name) = (header, palette, transparency, name);
        ImageFileException.ThrowIf(
            header.Color == PngColor.Palette && (palette.Length == 0 || palette.Length % 3 != 0),
            name, ImageFileReason.Damaged, $"its palette (PLTE) has {palette.Length} bytes, and a palette has three for each of 1 to 256 colors. The file is damaged.");
        int keyLength = header.Color switch
        {
            PngColor.Gray => 2,
            PngColor.Rgb => 6,
            _ => transparency.Length,
        };
        ImageFileException.ThrowIf(
            transparency.Length != 0 && transparency.Length != keyLength,
            name, ImageFileReason.Damaged, $"its transparency (tRNS) has {transparency.Length} bytes instead of {keyLength}. The file is damaged.");
    }

    /// <summary>The picture over white, or over black where it cannot be seen over white.</summary>
    public GrayImage ToGray(byte[] stored)
    {
        float[] luma = new float[_header.Width * _header.Height];
        float[] alpha = new float[luma.Length];
        int at = 0;
        foreach (PngPass pass in _header.Passes)
        {
            int columns = pass.Columns(_header.Width), rows = columns == 0 ? 0 : pass.Rows(_header.Height);
            int length = _header.RowBytes(columns);
            Span<byte> above = new byte[length];
            for (int row = 0; row < rows; row++)
            {
                Span<byte> line = stored.AsSpan(at + 1, length);
                Unfilter(stored[at], line, above);
                at += 1 + length;
                above = line;
                int start = ((pass.FirstRow + (row * pass.RowStep)) * _header.Width) + pass.FirstColumn;
                for (int column = 0; column < columns; column++)
                {
                    (luma[start + (column * pass.ColumnStep)], alpha[start + (column * pass.ColumnStep)]) = Pixel(line, column);
                }
            }
        }

        float[] overWhite = Over(1);
        return new GrayImage(Array.TrueForAll(overWhite, x => x == overWhite[0]) ? Over(0) : overWhite, _header.Height, _header.Width);

        float[] Over(float behind) => [.. luma.Zip(alpha, (x, a) => (a * x) + ((1 - a) * behind))];
    }

    /// <summary>The filters of section 9: each byte is stored as its difference from what its neighbors predict.</summary>
    private void Unfilter(byte filter, Span<byte> line, ReadOnlySpan<byte> above)
    {
        int stride = _header.FilterStride;
        for (int i = 0; i < line.Length; i++)
        {
            int left = i < stride ? 0 : line[i - stride];
            int corner = i < stride ? 0 : above[i - stride];
            line[i] += filter switch
            {
                0 => 0,
                1 => (byte)left,
                2 => above[i],
                3 => (byte)((left + above[i]) / 2),
                4 => Paeth(left, above[i], corner),
                _ => throw new ImageFileException(_name, ImageFileReason.Damaged, $"a row of pixels has the filter {filter}, and the standard has 0 to 4. The file is damaged."),
            };
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        (int toLeft, int toAbove, int toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - corner));
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }

    private (float Luma, float Alpha) Pixel(ReadOnlySpan<byte> line, int column)
    {
        float scale = 1f / ((1 << _header.Depth) - 1);
        int first = column * _header.Channels;
        int value = Sample(line, first);
        switch (_header.Color)
        {
            case PngColor.Gray:
                return (value * scale, _transparency.Length > 0 && value == Key(0) ? 0 : 1);
            case PngColor.GrayAlpha:
                return (value * scale, Sample(line, first + 1) * scale);
            case PngColor.Palette:
                ImageFileException.ThrowIf(
                    (3 * value) + 2 >= _palette.Length,
                    _name, ImageFileReason.Damaged, $"a pixel has the color {value}, and the palette {_palette.Length / 3} colors. The file is damaged.");
                return (Luma(_palette[3 * value], _palette[(3 * value) + 1], _palette[(3 * value) + 2]) / 255, value < _transparency.Length ? _transparency[value] / 255f : 1);
            default:
                (int green, int blue) = (Sample(line, first + 1), Sample(line, first + 2));
                bool isKey = _transparency.Length > 0 && value == Key(0) && green == Key(1) && blue == Key(2);
                float alpha = _header.Color == PngColor.Rgba ? Sample(line, first + 3) * scale : isKey ? 0 : 1;
                return (Luma(value, green, blue) * scale, alpha);
        }
    }

    /// <summary>The n-th number of a row: packed from the high bits down where it is shorter than a byte.</summary>
    private int Sample(ReadOnlySpan<byte> line, int index) => _header.Depth switch
    {
        8 => line[index],
        16 => BinaryPrimitives.ReadUInt16BigEndian(line[(2 * index)..]),
        _ => (line[index * _header.Depth / 8] >> (8 - _header.Depth - (index * _header.Depth % 8))) & ((1 << _header.Depth) - 1),
    };

    private int Key(int channel) => BinaryPrimitives.ReadUInt16BigEndian(_transparency.AsSpan(2 * channel)) & ((1 << _header.Depth) - 1);

    private static float Luma(int red, int green, int blue) => (0.299f * red) + (0.587f * green) + (0.114f * blue);
}
