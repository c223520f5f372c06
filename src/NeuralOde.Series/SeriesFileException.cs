namespace NeuralOde.Series;

/// <summary>Why a file of labeled series cannot be read.</summary>
public enum SeriesFileReason
{
    /// <summary>There is no line <c>@data</c>, or a line above it is not a directive: this is another kind of file.</summary>
    NotSeriesFile,

    /// <summary>There is no series below <c>@data</c>.</summary>
    NoSeries,

    /// <summary>The series have time stamps of their own, which are not read from this format.</summary>
    TimeStamps,

    /// <summary>The header names no classes, one only, or one twice; or the labels are numbers to be predicted.</summary>
    NoClasses,

    /// <summary>A series has no label, or one that the header does not name.</summary>
    UnknownClass,

    /// <summary>A series has another number of components than the others, or components of different lengths.</summary>
    UnequalLengths,

    /// <summary>A value is not a finite number.</summary>
    NotANumber,
}

/// <summary>A file of labeled series cannot be read. The message names the file and the line, and says what to do.</summary>
public sealed class SeriesFileException : NeuralOdeException
{
    /// <summary>Describes what is wrong, and where.</summary>
    /// <param name="file">The file's path, or the name given to a text.</param>
    /// <param name="line">The line, counted from 1; null where the fault is the whole file's.</param>
    /// <param name="reason">Why the file cannot be read.</param>
    /// <param name="fault">What is wrong, as a sentence without the place.</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    public SeriesFileException(string file, int? line, SeriesFileReason reason, string fault, string? advice = null)
        : base(file + (line is null ? ": " : $", line {line}: ") + fault, advice)
    {
        File = file;
        Line = line;
        Reason = reason;
    }

    /// <summary>The file's path, or the name given to a text.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; null where the fault is the whole file's.</summary>
    public int? Line { get; }

    /// <summary>Why the file cannot be read.</summary>
    public SeriesFileReason Reason { get; }
}
