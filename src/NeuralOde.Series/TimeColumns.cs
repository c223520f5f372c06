namespace NeuralOde.Series;

/// <summary>The column of times of a table where none is named.</summary>
public static class TimeColumns
{
    /// <summary>The names looked for, the first one first, in any case.</summary>
    public static IReadOnlyList<string> Names { get; } = ["time", "t", "date", "datetime", "timestamp", "year"];

    /// <summary>The names as text: "time, t, date, datetime, timestamp or year".</summary>
    public static string NamesInWords { get; } = $"{string.Join(", ", Names.SkipLast(1))} or {Names[^1]}";

    /// <summary>Finds the column: the first of <see cref="Names"/> that the table has, or else the only one named so with a unit, such as <c>Time (h)</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The column's index; -1 where none is found.</param>
    /// <returns>Whether a column is found.</returns>
    public static bool TryFind(CsvTable table, out int index)
    {
        ArgumentNullException.ThrowIfNull(table);
        foreach (string name in Names)
        {
            if (table.TryColumnIndex(name, out index))
            {
                return true;
            }
        }

        // With a unit: "time, s", "Time (h)", "t [min]".
        string[] names = [.. table.Columns.Select(static x => x.IndexOfAny([',', '(', '[']) is > 0 and var unit ? x[..unit].Trim() : "")];
        int[] withUnit = [.. Enumerable.Range(0, names.Length).Where(i => Names.Contains(names[i], StringComparer.OrdinalIgnoreCase))];
        index = withUnit is [var only] ? only : -1;
        return index >= 0;
    }
}
