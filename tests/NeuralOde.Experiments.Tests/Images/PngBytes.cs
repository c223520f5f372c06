using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NeuralOde.Experiments.Images;

namespace NeuralOde.Experiments.Tests.Images;

/// <summary>PNG files made for tests, by a writer of its own: filters and interlacing as the standard says, sample by sample.</summary>
internal static class PngBytes
{
    private static readonly (int X, int Y, int Dx, int Dy)[] s_adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>A file of samples <c>[row, column, channel]</c>; row r has the filter r mod 5.</summary>
    public static byte[] Of(int[,,] samples, int colorType, int depth, bool interlaced = false, byte[]? palette = null, byte[]? transparency = null)
    {
        (int height, int width, int channels) = (samples.GetLength(0), samples.GetLength(1), samples.GetLength(2));
        var stored = new List<byte>();
        foreach ((int x0, int y0, int dx, int dy) in interlaced ? s_adam7 : [(0, 0, 1, 1)])
        {
            byte[] above = [];
            int count = 0;
            for (int y = y0; y < height && x0 < width; y += dy)
            {
                var bits = new StringBuilder();
                for (int x = x0; x < width; x += dx)
                {
                    for (int c = 0; c < channels; c++)
                    {
                        bits.Append(Convert.ToString(samples[y, x, c], 2).PadLeft(depth, '0'));
                    }
                }

                string padded = bits.ToString().PadRight((bits.Length + 7) / 8 * 8, '0');
                byte[] line = [.. padded.Chunk(8).Select(x => Convert.ToByte(new string(x), 2))];
                above = above.Length == 0 ? new byte[line.Length] : above;
                stored.AddRange(Filter(count++ % 5, line, above, Math.Max(1, channels * depth / 8)));
                above = line;
            }
        }

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colorType, (byte)(interlaced ? 1 : 0));
        byte[] packed = Compress([.. stored]);
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, 0x0A,
            .. Chunk("IHDR", header),
            .. palette is null ? [] : Chunk("PLTE", palette),
            .. transparency is null ? [] : Chunk("tRNS", transparency),
            .. Chunk("tEXt", [.. "Title\0test"u8]),
            .. Chunk("IDAT", packed[..(packed.Length / 2)]),
            .. Chunk("IDAT", packed[(packed.Length / 2)..]),
            .. Chunk("IEND", []),
        ];
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.Latin1.GetBytes(type), .. data];
        byte[] framed = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(framed, data.Length);
        named.CopyTo(framed, 4);
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(4 + named.Length), Crc32.Of(named, []));
        return framed;
    }

    public static byte[] Compress(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    private static IEnumerable<byte> Filter(int filter, byte[] line, byte[] above, int stride)
    {
        yield return (byte)filter;
        for (int i = 0; i < line.Length; i++)
        {
            int a = i < stride ? 0 : line[i - stride], b = above[i], c = i < stride ? 0 : above[i - stride];
            int p = a + b - c;
            int[] near = [a, b, c];
            int paeth = near.MinBy(x => Math.Abs(p - x));
            yield return (byte)(line[i] - filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth });
        }
    }
}
