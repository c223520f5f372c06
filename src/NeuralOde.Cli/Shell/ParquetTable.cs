using System.Text;
using NeuralOde.Series.Tables;
using Parquet;
using Parquet.Schema;

namespace NeuralOde.Cli.Shell;

/// <summary>A Parquet file as a table of text, so that its columns are read like those of every other file. Numbers keep all their digits.</summary>
internal static class ParquetTable
{
    /// <summary>Whether a file begins as Parquet files do.</summary>
    public static bool IsParquet(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using FileStream file = File.OpenRead(path);
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PAR1"u8);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">The file is damaged, or a column holds lists or another kind of value that has no place in a table.</exception>
    public static CsvTable Read(string path)
    {
        try
        {
            return CsvTable.Parse(TextOf(path).GetAwaiter().GetResult(), path, new CsvOptions { Delimiter = ',' });
        }
        catch (Exception e) when (e is not (CommandException or NeuralOdeException or OutOfMemoryException))
        {
            // A damaged file fails in the package's code in any way.
            throw new CommandException($"{path}: the Parquet file cannot be read: {e.Message}", inner: e);
        }
    }

    private static async Task<string> TextOf(string path)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(path);
        DataField[] fields = reader.Schema.GetDataFields();
        StringBuilder text = new StringBuilder().AppendJoin(',', fields.Select(static x => Quoted(x.Name))).AppendLine();
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            int count = checked((int)rows.RowCount);
            string[][] columns = new string[fields.Length][];
            for (int f = 0; f < fields.Length; f++)
            {
                columns[f] = await Column(path, rows, fields[f], count);
            }

            for (int i = 0; i < count; i++)
            {
                text.AppendJoin(',', columns.Select(x => x[i])).AppendLine();
            }
        }

        return text.ToString();
    }

    private static Task<string[]> Column(string path, ParquetRowGroupReader rows, DataField field, int count)
    {
        CommandException.ThrowIf(field.MaxRepetitionLevel > 0, $"{path}: the column '{field.Name}' holds lists, which have no place in a table.");
        return Type.GetTypeCode(field.ClrType) switch
        {
            TypeCode.Double => Values<double>(static x => x.ToString("R", CultureInfo.InvariantCulture)),
            TypeCode.Single => Values<float>(static x => x.ToString("R", CultureInfo.InvariantCulture)),
            TypeCode.Byte => Values<byte>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.SByte => Values<sbyte>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.Int16 => Values<short>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.UInt16 => Values<ushort>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.Int32 => Values<int>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.UInt32 => Values<uint>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.Int64 => Values<long>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.UInt64 => Values<ulong>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.Decimal => Values<decimal>(static x => x.ToString(CultureInfo.InvariantCulture)),
            TypeCode.Boolean => Values<bool>(static x => x ? "1" : "0"),
            TypeCode.DateTime => Values<DateTime>(
                static x => x.ToString(x.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)),
            _ => field.ClrType == typeof(string) || field.ClrType == typeof(ReadOnlyMemory<char>) ? Texts()
                : field.ClrType == typeof(DateOnly) ? Values<DateOnly>(static x => x.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
                : throw new CommandException($"{path}: the column '{field.Name}' holds values of the type {field.ClrType.Name}, which have no place in a table."),
        };

        async Task<string[]> Values<T>(Func<T, string> write) where T : struct
        {
            if (!field.IsNullable)
            {
                var all = new T[count];
                await rows.ReadAsync<T>(field, all.AsMemory());
                return Array.ConvertAll(all, x => write(x));
            }

            var some = new T?[count];
            await rows.ReadAsync<T>(field, some.AsMemory());
            return Array.ConvertAll(some, x => x is { } value ? write(value) : "");
        }

        async Task<string[]> Texts()
        {
            string?[] all = new string?[count];
            await rows.ReadAsync(field, all.AsMemory());
            return Array.ConvertAll(all, static x => x is null ? "" : Quoted(x));
        }
    }

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
