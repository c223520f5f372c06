using System.Buffers.Binary;
using System.IO.Compression;

namespace NeuralOde.TestSupport;

/// <summary>Small idx files.</summary>
internal static class IdxBytes
{
    public static byte[] Of(int[] lengths, params byte[] elements) => WithType(0x08, lengths, elements);

    public static byte[] WithType(byte type, int[] lengths, byte[] elements)
    {
        byte[] bytes = new byte[4 + (4 * lengths.Length) + elements.Length];
        bytes[2] = type;
        bytes[3] = (byte)lengths.Length;
        for (int i = 0; i < lengths.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), lengths[i]);
        }

        elements.CopyTo(bytes, 4 + (4 * lengths.Length));
        return bytes;
    }

    public static byte[] Compress(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A data set of four files: image i has the pixels i, i + 1, … and the label i mod 10.</summary>
    public static void WriteSet(string folder, int training = 7, int test = 3, int rows = 2, int columns = 3, bool dotted = false, bool compressed = false)
    {
        WriteSet(folder, training, test, rows, columns, dotted, compressed, (_, image, pixel) => (byte)(image + pixel));
    }

    /// <summary>A data set that is easy to learn: image i is 12x12 with a bright block at a place of its own for each label i mod 10, on some noise.</summary>
    public static void WriteBlocks(string folder, int training = 200, int test = 60)
    {
        WriteSet(folder, training, test, 12, 12, false, true, static (part, image, pixel) =>
        {
            (int row, int column) = (pixel / 12, pixel % 12);
            int label = image % 10;
            bool isBright = row / 4 == label / 4 && column / 3 == label % 4;
            uint noise = (uint)((part * 7_919) + (image * 144) + pixel) * 2_654_435_761u;
            return (byte)((noise >> 26) + (isBright ? 180 : 0));
        });
    }

    private static void WriteSet(string folder, int training, int test, int rows, int columns, bool dotted, bool compressed, Func<int, int, int, byte> pixel)
    {
        Directory.CreateDirectory(folder);
        foreach ((int part, string prefix, int count) in new[] { (0, "train", training), (1, "t10k", test) })
        {
            byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(0, rows * columns).Select(k => pixel(part, i, k)))];
            byte[] labels = [.. Enumerable.Range(0, count).Select(x => (byte)(x % 10))];
            Write($"{prefix}-images-idx3-ubyte", Of([count, rows, columns], pixels));
            Write($"{prefix}-labels-idx1-ubyte", Of([count], labels));
        }

        void Write(string name, byte[] content) => File.WriteAllBytes(
            Path.Combine(folder, (dotted ? name.Replace("-idx", ".idx", StringComparison.Ordinal) : name) + (compressed ? ".gz" : "")), compressed ? Compress(content) : content);
    }
}
