namespace NeuralOde.Series.Tables;

/// <summary>A table of text cannot be read. The message names the file, the line and the column where there are any, and what to do.</summary>
public sealed class CsvException : FormatException
{
    /// <summary>Describes what is wrong, and where.</summary>
    /// <param name="file">The file's path, or the name given to a text.</param>
    /// <param name="line">The line, counted from 1; null where the fault is the whole file's.</param>
    /// <param name="column">The column's name; null where the fault is not one column's.</param>
    /// <param name="reason">What is wrong and what to do.</param>
    public CsvException(string file, int? line, string? column, string reason)
        : base(Place(file, line, column) + reason)
    {
        File = file;
        Line = line;
        Column = column;
        Reason = reason;
    }

    /// <summary>The file's path, or the name given to a text.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1 (comments and blank lines count); null where the fault is the whole file's.</summary>
    public int? Line { get; }

    /// <summary>The column's name; null where the fault is not one column's.</summary>
    public string? Column { get; }

    /// <summary>What is wrong and what to do, without the place.</summary>
    public string Reason { get; }

    private static string Place(string file, int? line, string? column) =>
        file + (line is null ? "" : $", line {line}") + (column is null ? "" : $", column '{column}'") + ": ";
}
