using System.Buffers.Binary;
using System.Text;

namespace NeuralOde.Persistence;

/// <summary>
/// Loads and saves safetensors files: named arrays with a JSON header, as Python's <c>safetensors</c> library reads and writes them.
/// </summary>
/// <remarks>
/// <para>The format (github.com/huggingface/safetensors, section "Format" of the README): eight bytes with the header's
/// length, unsigned and little-endian; the header, a JSON object of <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>
/// by tensor name, padded with spaces; then the data, little-endian and row-major, without holes.</para>
/// <para>A file is untrusted: everything the header claims is checked against the file's length before memory is taken for
/// the data, so a damaged or hostile file costs no more memory than its own size.</para>
/// </remarks>
/// <example>
/// <code>
/// SafeTensors.Save("model.safetensors",
///     [SafeTensor.Create("weight", weights, shape: [16, 2]), SafeTensor.Create("bias", bias, shape: [16])],
///     new Dictionary&lt;string, string&gt; { ["model"] = "mlp" });
///
/// var file = SafeTensors.Load("model.safetensors");
/// float[] weight = file["weight"].ToSingles();
/// </code>
/// </example>
public static class SafeTensors
{
    private const int LengthBytes = sizeof(ulong);

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>All tensors and the metadata.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="SafeTensorsException">The content is not valid; the message names the file and the reason.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafeTensorsFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"Cannot read '{path}' as safetensors: it is a folder. Name a file inside it.");
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!stream.CanSeek)
        {
            throw new IOException($"Cannot read '{path}' as safetensors: it is a pipe or a device. Save it to a file first.");
        }

        return Load(stream, path);
    }

    /// <summary>Loads from the current position of a stream to its end.</summary>
    /// <param name="stream">A stream that can seek, so that its length is known before memory is taken.</param>
    /// <param name="name">The name used in messages.</param>
    /// <returns>All tensors and the metadata.</returns>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="SafeTensorsException">The content is not valid.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static SafeTensorsFile Load(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIf(!stream.CanSeek, "The stream cannot seek; copy it to a MemoryStream first.", nameof(stream));
        long length = stream.Length - stream.Position;
        SafeTensorsException.ThrowIf(
            length < LengthBytes,
            name, SafeTensorsReason.CutOff, $"it has {length} bytes, and the length of a header alone takes {LengthBytes}. The file is empty or cut off.", "Copy it again.");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        Fill(stream, prefix, name);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        SafeTensorsException.ThrowIf(
            headerLength > SafeTensorsHeader.MaximumLength,
            name, SafeTensorsReason.NotSafeTensors,
            $"its header claims {headerLength} bytes, more than the {SafeTensorsHeader.MaximumLength} allowed. This is not a safetensors file, or it is damaged.");
        SafeTensorsException.ThrowIf(
            headerLength > (ulong)(length - LengthBytes),
            name, SafeTensorsReason.CutOff, $"its header claims {headerLength} bytes, but only {length - LengthBytes} follow. The file is cut off, or not a safetensors file.");
        byte[] headerBytes = new byte[(int)headerLength];
        Fill(stream, headerBytes, name);
        var header = SafeTensorsHeader.Parse(headerBytes, length - LengthBytes - headerBytes.Length, name);

        var tensors = new SafeTensor[header.Entries.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            SafeTensorsHeader.Entry entry = header.Entries[i];
            byte[] bytes = new byte[(int)(entry.End - entry.Begin)];
            Fill(stream, bytes, name);
            tensors[i] = new SafeTensor(entry.Name, entry.Type, entry.Shape, bytes, name);
        }

        return new SafeTensorsFile(name, tensors, header.Metadata);
    }

    /// <summary>Saves tensors to a file, all or nothing (see <see cref="AtomicFile"/>).</summary>
    /// <param name="path">The target; its folder must exist.</param>
    /// <param name="tensors">The tensors, in any order: a file is laid out by element type (widest first), then by name, as
    /// Python's library does, so the same tensors give the same bytes.</param>
    /// <param name="metadata">Free text by key, written in the order of the keys; null or empty for none.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or the header would be longer than the format allows.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public static void Save(string path, IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafeTensor[] ordered = Order(tensors);
        byte[] header = SafeTensorsHeaderWriter.Format(ordered, metadata);
        AtomicFile.Write(path, stream => Write(stream, ordered, header));
    }

    /// <summary>Saves tensors to a stream, from its current position; the stream stays open.</summary>
    /// <param name="stream">A stream that can be written.</param>
    /// <param name="tensors">The tensors, in any order; see <see cref="Save(string, IEnumerable{SafeTensor}, IReadOnlyDictionary{string, string})"/>.</param>
    /// <param name="metadata">Free text by key; null or empty for none.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or the header would be longer than the format allows.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    public static void Save(Stream stream, IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafeTensor[] ordered = Order(tensors);
        Write(stream, ordered, SafeTensorsHeaderWriter.Format(ordered, metadata));
    }

    private static SafeTensor[] Order(IEnumerable<SafeTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        (SafeTensor Tensor, byte[] Key)[] keyed = tensors.Select(tensor => (Tensor: tensor, Key: Encoding.UTF8.GetBytes(tensor.Name))).ToArray();
        foreach (IGrouping<string, (SafeTensor Tensor, byte[] Key)> group in keyed.GroupBy(pair => pair.Tensor.Name, StringComparer.Ordinal))
        {
            ArgumentException.ThrowIf(group.Skip(1).Any(), $"Two tensors are named '{group.Key}'; names must be unique.", nameof(tensors));
        }

        // Names compare by their UTF-8 bytes: UTF-16 order differs beyond the basic plane.
        Array.Sort(keyed, (a, b) => a.Tensor.Type != b.Tensor.Type ? b.Tensor.Type.CompareTo(a.Tensor.Type) : a.Key.AsSpan().SequenceCompareTo(b.Key));
        return Array.ConvertAll(keyed, pair => pair.Tensor);
    }

    private static void Write(Stream stream, SafeTensor[] tensors, byte[] header)
    {
        Span<byte> prefix = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (SafeTensor tensor in tensors)
        {
            stream.Write(tensor.Bytes);
        }
    }

    private static void Fill(Stream stream, Span<byte> destination, string name)
    {
        try
        {
            stream.ReadExactly(destination);
        }
        catch (EndOfStreamException e)
        {
            throw new SafeTensorsException(name, SafeTensorsReason.CutOff, "it became shorter while it was read.", "Read it again when it is written.", e);
        }
    }
}
