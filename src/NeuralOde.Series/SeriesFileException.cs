namespace NeuralOde.Series;

/// <summary>A file of labelled series cannot be read. The message names the file and the line, and says what to do.</summary>
public sealed class SeriesFileException : FormatException
{
    /// <summary>Describes what is wrong, and where.</summary>
    /// <param name="file">The file's path, or the name given to a text.</param>
    /// <param name="line">The line, counted from 1; 0 where the fault is the whole file's.</param>
    /// <param name="reason">What is wrong and what to do.</param>
    public SeriesFileException(string file, int line, string reason)
        : base(file + (line > 0 ? $", line {line}: " : ": ") + reason)
    {
        File = file;
        Line = line;
    }

    /// <summary>The file's path, or the name given to a text.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; 0 where the fault is the whole file's.</summary>
    public int Line { get; }
}
