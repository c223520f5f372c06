using System.Text;
using System.Text.Json;

namespace NeuralOde.Series.Tables;

/// <summary>Turns JSON lines, an object of numbers and texts on each line, into a table with a column for each name.</summary>
internal static class JsonLines
{
    /// <summary>Converts; null where the text begins with no object.</summary>
    /// <exception cref="TableException">A line is no object, or a value is an object or an array.</exception>
    public static byte[]? TryConvert(byte[] text, string name)
    {
        int begin = text.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        if (begin < 0 || text[begin] != (byte)'{')
        {
            return null;
        }

        List<Dictionary<string, string>?> rows = [];
        List<string> columns = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        string[] lines = Encoding.UTF8.GetString(text).TrimStart('\uFEFF').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                rows.Add(null);
                continue;
            }

            Dictionary<string, string> row = Row(lines[i], name, i + 1);
            columns.AddRange(row.Keys.Where(known.Add));
            rows.Add(row);
        }

        // Line by line, so that the lines of messages are those of the file, but for the header.
        var csv = new StringBuilder();
        csv.AppendJoin(',', columns.Select(Quoted)).Append('\n');
        foreach (Dictionary<string, string>? row in rows)
        {
            csv.AppendJoin(',', row is null ? [] : columns.Select(x => row.GetValueOrDefault(x, ""))).Append('\n');
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static Dictionary<string, string> Row(string line, string name, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Fault(name, number, null, "the line is no object.");
            }

            Dictionary<string, string> row = new(StringComparer.Ordinal);
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                row[property.Name] = property.Value.ValueKind switch
                {
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => property.Value.GetRawText(),
                    JsonValueKind.Null => "NA",
                    JsonValueKind.String => Quoted(property.Value.GetString()!),
                    _ => throw Fault(name, number, property.Name, "the value is an object or a list; a table holds numbers and texts."),
                };
            }

            return row;
        }
        catch (JsonException e)
        {
            throw Fault(name, number, null, $"the file begins like JSON lines, and this line is no "
                + $"JSON{(e.BytePositionInLine is { } position ? $" (at its byte {position + 1})" : "")}.");
        }
    }

    private static TableException Fault(string name, int line, string? column, string problem) =>
        new(name, line, column, TableReason.NotText, problem, "Write one object of numbers and texts on each line, or export the table as CSV.");

    private static string Quoted(string text) => "\"" + text.ReplaceLineEndings(" ").Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
