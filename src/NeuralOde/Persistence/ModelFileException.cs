namespace NeuralOde.Persistence;

/// <summary>Why a model file cannot be used.</summary>
public enum ModelFileReason
{
    /// <summary>The file holds tensors, but does not say what they mean.</summary>
    NotModelFile,

    /// <summary>The file holds a model of another kind.</summary>
    WrongKind,

    /// <summary>The file was written by an earlier version, in a format that is not read any more.</summary>
    EarlierFormat,

    /// <summary>The file has another version of the format.</summary>
    OtherVersion,

    /// <summary>What the file says of its model is damaged.</summary>
    Damaged,
}

/// <summary>A safetensors file is not a model file, not one of the kind that is wanted, or one whose description is damaged.</summary>
public sealed class ModelFileException : NeuralOdeException
{
    /// <summary>Describes what is wrong with a file.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="reason">Why it cannot be used.</param>
    /// <param name="fault">What is wrong, as sentences without the file's name; the first may begin with "it".</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public ModelFileException(string file, ModelFileReason reason, string fault, string? advice = null, Exception? inner = null)
        : base($"Cannot use '{file}': {fault}", advice, inner)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>Why it cannot be used.</summary>
    public ModelFileReason Reason { get; }

    /// <summary>The kinds that were wanted; empty where any would do.</summary>
    public IReadOnlyList<ModelKind> Wanted { get; init; } = [];
}
