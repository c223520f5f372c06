namespace NeuralOde.Training;

/// <summary>Why a checkpoint cannot be resumed.</summary>
public enum CheckpointReason
{
    /// <summary>The run of the checkpoint had other settings.</summary>
    OtherSettings,

    /// <summary>The checkpoint is of another model, another optimizer or another kind of training.</summary>
    OtherModel,

    /// <summary>What the checkpoint says of the run cannot be.</summary>
    Damaged,
}

/// <summary>A checkpoint cannot be resumed. The message names the file, says what differs and what to do.</summary>
public sealed class CheckpointException : NeuralOdeException
{
    /// <summary>Describes why a checkpoint cannot be resumed.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="reason">Why it cannot be resumed.</param>
    /// <param name="fault">What is wrong, as sentences without the file's name; the first may begin with "it".</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public CheckpointException(string file, CheckpointReason reason, string fault, string? advice = null, Exception? inner = null)
        : base($"Cannot resume from '{file}': {fault}", advice, inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>Describes a checkpoint whose tensors are not those of the run.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="cause">What is wrong with the tensors.</param>
    /// <param name="fault">What the file is, as a sentence without its name; null where the cause says it all.</param>
    public CheckpointException(string file, SafeTensorsException cause, string? fault = null)
        : this(
            file,
            (cause ?? throw new ArgumentNullException(nameof(cause))).Reason == SafeTensorsReason.WrongValue ? CheckpointReason.Damaged : CheckpointReason.OtherModel,
            fault is null ? cause.Fault : $"{fault} {char.ToUpperInvariant(cause.Fault[0])}{cause.Fault[1..]}",
            cause.Advice,
            cause)
    {
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>Why it cannot be resumed.</summary>
    public CheckpointReason Reason { get; }

    /// <summary>The names of the settings that differ; empty where the reason is another.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
