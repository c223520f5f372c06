namespace NeuralOde.Persistence;

/// <summary>A file is not a valid safetensors file, or not one that can be read here. The message names the file and the reason.</summary>
public sealed class SafeTensorsException : FormatException
{
    /// <summary>Describes what is wrong with a file.</summary>
    /// <param name="file">The file's path, or a name for a stream.</param>
    /// <param name="reason">What is wrong, as a sentence without the file's name.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public SafeTensorsException(string file, string reason, Exception? inner = null)
        : base($"Cannot read '{file}' as safetensors: {reason}", inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The file's path, or the name given to a stream.</summary>
    public string File { get; }

    /// <summary>What is wrong, without the file's name.</summary>
    public string Reason { get; }
}
