namespace NeuralOde.Training;

/// <summary>A checkpoint cannot be resumed: it is of another run, or no checkpoint. The message names the file, says what differs and what to do.</summary>
public sealed class CheckpointException : FormatException
{
    /// <summary>Describes why a checkpoint cannot be resumed.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="reason">What is wrong and what to do, as sentences without the file's name.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public CheckpointException(string file, string reason, Exception? inner = null)
        : base($"Cannot resume from '{file}': {reason}", inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>What is wrong and what to do, without the file's name.</summary>
    public string Reason { get; }
}
