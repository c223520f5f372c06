using System.IO.Compression;
using System.Text;

namespace NeuralOde.Series.Tables;

/// <summary>The text of a table as UTF-8, whatever it was kept in.</summary>
internal static class CsvSource
{
    /// <summary>Files that are no text, by their first bytes.</summary>
    private static readonly (byte[] Begin, string What, string Advice)[] s_others =
    [
        ([0x50, 0x4B, 0x03, 0x04], "a workbook or another zip archive", "Open it and save the sheet as CSV."),
        ([0xD0, 0xCF, 0x11, 0xE0], "a workbook of the old kind (xls)", "Open it and save the sheet as CSV."),
        ("PAR1"u8.ToArray(), "a Parquet file", "Export the table as CSV."),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed by zstd", "Decompress it first, or compress it with gzip."),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed by xz", "Decompress it first, or compress it with gzip."),
        ("BZh"u8.ToArray(), "compressed by bzip2", "Decompress it first, or compress it with gzip."),
        ("SQLite format 3"u8.ToArray(), "a database of SQLite", "Export the table as CSV."),
        ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "Export the table as CSV."),
        ("%PDF"u8.ToArray(), "a PDF file", "Find the table as CSV."),
    ];

    /// <summary>Reads a stream to its end.</summary>
    public static byte[] Read(Stream stream, string name)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return ToUtf8(memory.ToArray(), name);
    }

    /// <summary>Decompresses gzip, turns UTF-16 into UTF-8, and refuses what is no text by saying what it is.</summary>
    public static byte[] ToUtf8(byte[] bytes, string name)
    {
        if (bytes is [0x1F, 0x8B, ..])
        {
            bytes = Decompress(bytes, name);
        }

        foreach ((byte[] begin, string what, string advice) in s_others)
        {
            if (bytes.AsSpan().StartsWith(begin))
            {
                throw new TableException(name, null, null, TableReason.NotText, $"this is {what}, not a table of text.", advice);
            }
        }

        // What spreadsheets call "Unicode text".
        return bytes switch
        {
            [0xFF, 0xFE, ..] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, bytes),
            [0xFE, 0xFF, ..] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, bytes),
            _ => bytes,
        };
    }

    private static byte[] Decompress(byte[] bytes, string name)
    {
        try
        {
            using var text = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            gzip.CopyTo(text);
            return text.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new TableException(name, null, null, TableReason.NotText, $"the file is compressed by gzip and damaged ({e.Message.TrimEnd('.')}).", "Copy it again.");
        }
    }
}
