using System.Buffers.Binary;
using System.IO.Compression;
using NeuralOde.Data;

namespace NeuralOde.Tests.Data.Images;

/// <summary>Small idx files.</summary>
internal static class IdxBytes
{
    public static byte[] Of(int[] lengths, params byte[] elements) => WithType(0x08, lengths, elements);

    public static byte[] WithType(byte type, int[] lengths, byte[] elements)
    {
        var bytes = new byte[4 + (4 * lengths.Length) + elements.Length];
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
        Directory.CreateDirectory(folder);
        foreach ((string prefix, int count) in new[] { ("train", training), ("t10k", test) })
        {
            byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(i, rows * columns)).Select(x => (byte)x)];
            byte[] labels = [.. Enumerable.Range(0, count).Select(x => (byte)(x % 10))];
            Write($"{prefix}-images-idx3-ubyte", Of([count, rows, columns], pixels));
            Write($"{prefix}-labels-idx1-ubyte", Of([count], labels));
        }

        void Write(string name, byte[] content) => File.WriteAllBytes(
            Path.Combine(folder, (dotted ? name.Replace("-idx", ".idx", StringComparison.Ordinal) : name) + (compressed ? ".gz" : "")), compressed ? Compress(content) : content);
    }

    /// <summary>Images with pixels and labels as those of <see cref="WriteSet"/>.</summary>
    public static ImageDataset Images(int count, int rows = 2, int columns = 3) => new(
        [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(i, rows * columns)).Select(x => (byte)x)],
        [.. Enumerable.Range(0, count).Select(x => (byte)(x % 10))],
        rows,
        columns,
        ImageCollection.Mnist.ClassNames);
}
