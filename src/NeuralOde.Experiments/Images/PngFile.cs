using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace NeuralOde.Experiments.Images;

/// <summary>
/// Reads pictures in the PNG format (W3C, Portable Network Graphics, third edition): every color type, depth and interlacing that the
/// standard has.
/// </summary>
/// <remarks>
/// Colors become gray by their luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Transparent pixels show what is behind them: white, or black
/// where white would leave nothing to be seen.
/// </remarks>
public static class PngFile
{
    // A photograph of 64 megapixels would take 256 MB as single-precision numbers.
    private const long MostPixels = 64_000_000;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a picture as brightness.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="ImageFileException">The file is no PNG picture, is cut off or damaged, or larger than 64 megapixels.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static GrayImage ReadGray(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadGray(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a picture as brightness.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="name">The name used in messages.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="ImageFileException">The content is no PNG picture, is cut off or damaged, or larger than 64 megapixels.</exception>
    public static GrayImage ReadGray(ReadOnlyMemory<byte> content, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ImageFileException.ThrowIf(
            !IsPng(content.Span), name, ImageFileReason.NotPng, "it is not a PNG picture: it does not begin with PNG's signature.", "Save the picture as PNG.");
        PngHeader? header = null;
        byte[] palette = [], transparency = [];
        using var packed = new MemoryStream();
        ReadOnlyMemory<byte> rest = content[Signature.Length..];
        bool ended = false;
        while (!ended)
        {
            (string type, ReadOnlyMemory<byte> data, rest) = NextChunk(rest, name);
            if (header is null != (type == "IHDR"))
            {
                throw new ImageFileException(
                    name,
                    ImageFileReason.Damaged,
                    header is null ? "its header (IHDR) is not where it must be, first. The file is damaged." : "it has two headers (IHDR). The file is damaged.");
            }

            switch (type)
            {
                case "IHDR":
                    header = PngHeader.Parse(data.Span, name, MostPixels);
                    break;
                case "PLTE":
                    palette = data.ToArray();
                    break;
                case "tRNS":
                    transparency = data.ToArray();
                    break;
                case "IDAT":
                    packed.Write(data.Span);
                    break;
                case "IEND":
                    ended = true;
                    break;
                default:
                    // The case of the first letter tells whether a picture can be shown without knowing the chunk.
                    ImageFileException.ThrowIf(
                        char.IsAsciiLetterUpper(type[0]),
                        name, ImageFileReason.Unsupported, $"it needs a chunk '{type}', which the standard does not have.", "Save the picture as plain PNG with another program.");
                    break;
            }
        }

        packed.Position = 0;
        byte[] samples = Unpack(packed, header!, name);
        return new PngPixels(header!, palette, transparency, name).ToGray(samples);
    }

    /// <summary>Whether content begins as a PNG file does.</summary>
    /// <param name="content">The first bytes of a file.</param>
    /// <returns>True where the signature is there.</returns>
    public static bool IsPng(ReadOnlySpan<byte> content) => content.StartsWith(Signature);

    private static (string Type, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> After) NextChunk(ReadOnlyMemory<byte> rest, string name)
    {
        const int Frame = 12;
        uint length = rest.Length < Frame ? uint.MaxValue : BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
        ImageFileException.ThrowIf(
            length > rest.Length - Frame,
            name, ImageFileReason.Damaged, "it is cut off or damaged: it ends inside a chunk, before its end mark (IEND).", "Save or copy the picture again.");
        ReadOnlyMemory<byte> named = rest.Slice(4, 4 + (int)length);
        string type = Encoding.Latin1.GetString(named.Span[..4]);
        ImageFileException.ThrowIf(
            BinaryPrimitives.ReadUInt32BigEndian(rest.Span[(8 + (int)length)..]) != Crc32.Of(named.Span, []),
            name, ImageFileReason.Damaged, "the sum of a chunk is not that of its bytes: the file is damaged.", "Save or copy the picture again.");
        return (type, named[4..], rest[(Frame + (int)length)..]);
    }

    /// <summary>The rows as they are stored, each led by its filter.</summary>
    private static byte[] Unpack(MemoryStream packed, PngHeader header, string name)
    {
        byte[] rows = new byte[header.StoredLength];
        try
        {
            using var plain = new ZLibStream(packed, CompressionMode.Decompress);
            ImageFileException.ThrowIf(
                plain.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false) < rows.Length,
                name, ImageFileReason.Damaged, "its data (IDAT) end before the last row of pixels. The file is damaged or cut off.", "Save or copy the picture again.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // An IOException stands for what zlib answers otherwise, such as the demand for a dictionary: the data are in memory.
            throw new ImageFileException(name, ImageFileReason.Damaged, "its compressed data (IDAT) are damaged.", "Save or copy the picture again.", e);
        }

        return rows;
    }
}
