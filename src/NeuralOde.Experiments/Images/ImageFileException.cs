namespace NeuralOde.Experiments.Images;

/// <summary>A file of images or labels cannot be read. The message names the file, says what is wrong with it and what to do.</summary>
public sealed class ImageFileException : FormatException
{
    /// <summary>Describes what is wrong with a file.</summary>
    /// <param name="file">The file's path, or the name given to a stream.</param>
    /// <param name="reason">What is wrong and what to do, as sentences without the file's name.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public ImageFileException(string file, string reason, Exception? inner = null)
        : base($"Cannot read '{file}': {reason}", inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The file's path, or the name given to a stream.</summary>
    public string File { get; }

    /// <summary>What is wrong and what to do, without the file's name.</summary>
    public string Reason { get; }
}
