using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Persistence;

/// <summary>Why a safetensors file cannot be used.</summary>
public enum SafeTensorsReason
{
    /// <summary>The content does not begin as a safetensors file does.</summary>
    NotSafeTensors,

    /// <summary>The file ends before its content does.</summary>
    CutOff,

    /// <summary>The header contradicts itself or the data.</summary>
    Damaged,

    /// <summary>The file is valid, but holds what cannot be read here: an element type, or a tensor too large for one array.</summary>
    Unsupported,

    /// <summary>A tensor is missing.</summary>
    MissingTensor,

    /// <summary>There is a tensor that its reader does not know.</summary>
    UnknownTensor,

    /// <summary>A tensor has another shape than its reader needs.</summary>
    WrongShape,

    /// <summary>A tensor has another element type than its reader needs, or one that would lose digits.</summary>
    WrongType,

    /// <summary>A tensor holds a value that cannot be.</summary>
    WrongValue,
}

/// <summary>A file is not a valid safetensors file, or does not hold what its reader needs. The message names the file and the reason.</summary>
public sealed class SafeTensorsException : NeuralOdeException
{
    /// <summary>Describes what is wrong with a file.</summary>
    /// <param name="file">The file's path, or a name for a stream; null for a tensor that is of no file.</param>
    /// <param name="reason">Why the file cannot be used.</param>
    /// <param name="fault">What is wrong, as sentences without the file's name; the first may begin with "it".</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public SafeTensorsException(string? file, SafeTensorsReason reason, string fault, string? advice = null, Exception? inner = null)
        : base(file is null ? char.ToUpperInvariant(fault[0]) + fault[1..] : $"Cannot read '{file}' as safetensors: {fault}", advice, inner)
    {
        File = file;
        Reason = reason;
        Fault = fault;
    }

    /// <summary>The file's path, or the name given to a stream; null for a tensor that is of no file.</summary>
    public string? File { get; }

    /// <summary>Why the file cannot be used.</summary>
    public SafeTensorsReason Reason { get; }

    /// <summary>What is wrong, without the file's name.</summary>
    public string Fault { get; }

    /// <summary>Throws where a check fails. Texts are written only then.</summary>
    internal static void ThrowIf(
        [DoesNotReturnIf(true)] bool refused,
        string? file,
        SafeTensorsReason reason,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage fault,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage advice = default)
    {
        if (refused)
        {
            throw new SafeTensorsException(file, reason, fault.Text!, advice.Text);
        }
    }
}
