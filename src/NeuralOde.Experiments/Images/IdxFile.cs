using System.Buffers.Binary;
using System.IO.Compression;

namespace NeuralOde.Experiments.Images;

/// <summary>
/// An array of bytes in the idx format, in which MNIST is distributed: two zero bytes, the element type, the number of axes, their lengths
/// as big-endian 32-bit numbers, and the elements in row-major order (LeCun, Cortes, Burges: "The MNIST database of handwritten digits").
/// </summary>
public sealed class IdxFile
{
    private const byte UnsignedByte = 0x08;
    private const int MostAxes = 4;
    private static ImageFileException DamagedCompression(string name, Exception? inner = null) =>
        new(name, ImageFileReason.Damaged, "the gzip data is damaged or cut off.", "Fetch the file again, or decompress it.", inner);

    // Deflate stores at most 1,032 bytes in one (a match of 258 bytes in two bits), so a longer claim cannot be true.
    private const long MostExpansion = 1_032;

    private readonly byte[] _elements;

    private IdxFile(string name, int[] lengths, byte[] elements)
    {
        Name = name;
        Lengths = lengths;
        _elements = elements;
    }

    /// <summary>The path that the file was read from, or the name given to a stream.</summary>
    public string Name { get; }

    /// <summary>The length of each axis, such as <c>[60000, 28, 28]</c>.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>The elements in row-major order.</summary>
    public ReadOnlyMemory<byte> Elements => _elements;

    /// <summary>Reads a file, plain or compressed with gzip; its content decides which, not its name.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The array.</returns>
    /// <exception cref="ImageFileException">The file is not an idx file of bytes, is cut off, continues after its elements, or is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static IdxFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream, path);
    }

    /// <summary>Reads from the beginning of a stream that can seek.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">The name used in messages.</param>
    /// <returns>The array.</returns>
    /// <exception cref="ImageFileException">The content is not an idx file of bytes, is cut off, continues after its elements, or is damaged.</exception>
    public static IdxFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> start = stackalloc byte[2];
        stream.Position = 0;
        int have = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return have == 2 && start[0] == 0x1F && start[1] == 0x8B ? ReadCompressed(stream, name) : Parse(stream, name, stream.Length).File;
    }

    /// <summary>The axes and their lengths, such as <c>[60000, 28, 28]</c>.</summary>
    /// <returns>One line of text.</returns>
    public override string ToString() => $"[{string.Join(", ", Lengths)}]";

    private static IdxFile ReadCompressed(Stream stream, string name)
    {
        const int TrailerLength = 8;
        IdxFile file;
        uint sum;
        try
        {
            using var plain = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            (file, sum) = Parse(plain, name, stream.Length * MostExpansion, wantsSum: true);
        }
        catch (InvalidDataException e)
        {
            throw DamagedCompression(name, e);
        }

        // The runtime lets some damage pass, and a cut within the sum that is stored at the end (RFC 1952, 2.3.1).
        Span<byte> trailer = stackalloc byte[TrailerLength];
        stream.Position = stream.Length - TrailerLength;
        stream.ReadExactly(trailer);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer) == sum ? file : throw DamagedCompression(name);
    }

    private static (IdxFile File, uint Sum) Parse(Stream stream, string name, long most, bool wantsSum = false)
    {
        Span<byte> header = stackalloc byte[4 + (4 * MostAxes)];
        Span<byte> magic = header[..4];
        Fill(stream, magic, name, "its header");
        ImageFileException.ThrowIf(
            magic[0] != 0 || magic[1] != 0,
            name, ImageFileReason.NotIdx, $"it begins with {Convert.ToHexString(magic)}, and an idx file with two zero bytes. This is another kind of file.",
            "Use the idx files of the data set.");
        ImageFileException.ThrowIf(
            magic[2] != UnsignedByte,
            name, ImageFileReason.Unsupported, $"its elements have the type 0x{magic[2]:X2}, and only unsigned bytes (0x08) are read.", "Write the images as bytes from 0 to 255.");
        ImageFileException.ThrowIf(
            magic[3] is 0 or > MostAxes, name, ImageFileReason.Damaged, $"it claims {magic[3]} axes; labels have 1 and images 3. The file is damaged or not an idx file.");
        int[] lengths = new int[magic[3]];
        long count = 1;
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            Span<byte> number = header.Slice(4 + (4 * axis), 4);
            Fill(stream, number, name, "its header");
            lengths[axis] = BinaryPrimitives.ReadInt32BigEndian(number);
            ImageFileException.ThrowIf(
                lengths[axis] < 0,
                name, ImageFileReason.Damaged, $"the length of axis {axis} is {(uint)lengths[axis]}, more than can be. The file is damaged.", "Download it again.");
            // Grows no further than what is refused below, so that it cannot overflow.
            count = Math.Min(count * lengths[axis], int.MaxValue + 1L);
        }

        ImageFileException.ThrowIf(
            count > most || count > Array.MaxLength,
            name, ImageFileReason.Damaged, $"its header claims [{string.Join(", ", lengths)}] bytes, more than the file can hold. It is cut off or damaged.", "Download it again.");
        byte[] elements = GC.AllocateUninitializedArray<byte>((int)count);
        Fill(stream, elements, name, $"[{string.Join(", ", lengths)}] elements");

        ImageFileException.ThrowIf(
            stream.ReadByte() >= 0,
            name, ImageFileReason.Damaged, $"it continues after its [{string.Join(", ", lengths)}] elements. The header or the file is damaged.", "Download it again.");
        return (new IdxFile(name, lengths, elements), wantsSum ? Crc32.Of(header[..(4 + (4 * lengths.Length))], elements) : 0);
    }

    private static void Fill(Stream stream, Span<byte> destination, string name, string what)
    {
        int have = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        ImageFileException.ThrowIf(
            have < destination.Length,
            name, ImageFileReason.Damaged, $"it ends {destination.Length - have} bytes before the end of {what}. The file is cut off.", "Download it again.");
    }
}
