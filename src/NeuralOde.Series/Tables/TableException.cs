namespace NeuralOde.Series.Tables;

/// <summary>A table of text cannot be read. The message names the file, the line and the column where there are any, and what to do.</summary>
public sealed class TableException : NeuralOdeException
{
    /// <summary>Describes what is wrong, and where.</summary>
    /// <param name="file">The file's path, or the name given to a text.</param>
    /// <param name="line">The line, counted from 1; null where the fault is the whole file's.</param>
    /// <param name="column">The column's name; null where the fault is not one column's.</param>
    /// <param name="reason">Why the table cannot be read.</param>
    /// <param name="fault">What is wrong, as a sentence without the place.</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    public TableException(string file, int? line, string? column, TableReason reason, string fault, string? advice = null)
        : base(Place(file, line, column) + fault, advice)
    {
        File = file;
        Line = line;
        Column = column;
        Reason = reason;
        Fault = fault;
    }

    /// <summary>The file's path, or the name given to a text.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1 (comments and blank lines count); null where the fault is the whole file's.</summary>
    public int? Line { get; }

    /// <summary>The column's name; null where the fault is not one column's.</summary>
    public string? Column { get; }

    /// <summary>Why the table cannot be read.</summary>
    public TableReason Reason { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Fault { get; }

    private static string Place(string file, int? line, string? column) =>
        file + (line is null ? "" : $", line {line}") + (column is null ? "" : $", column '{column}'") + ": ";
}
