using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralOde.Experiments.Images;

/// <summary>Why a file of images or labels cannot be read.</summary>
public enum ImageFileReason
{
    /// <summary>The files of a data set are not there, or no folder is named.</summary>
    NotFound,

    /// <summary>The file is no PNG picture.</summary>
    NotPng,

    /// <summary>The file is no idx file.</summary>
    NotIdx,

    /// <summary>The picture has one brightness everywhere.</summary>
    Blank,

    /// <summary>The file is damaged or cut off.</summary>
    Damaged,

    /// <summary>The file is valid, but of a form that is not read here.</summary>
    Unsupported,

    /// <summary>The picture has more pixels than are read.</summary>
    TooLarge,

    /// <summary>The array has another number of axes: images were given for labels, or the other way round.</summary>
    WrongAxes,

    /// <summary>There are more or fewer labels than images.</summary>
    OtherCount,

    /// <summary>A label is none of the classes.</summary>
    UnknownClass,
}

/// <summary>A file of images or labels cannot be read. The message names the file, says what is wrong with it and what to do.</summary>
public sealed class ImageFileException : NeuralOdeException
{
    /// <summary>Describes what is wrong with a file.</summary>
    /// <param name="file">The file's path, or the name given to a stream.</param>
    /// <param name="reason">Why it cannot be read.</param>
    /// <param name="fault">What is wrong, as sentences without the file's name; the first may begin with "it".</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public ImageFileException(string file, ImageFileReason reason, string fault, string? advice = null, Exception? inner = null)
        : base($"Cannot read '{file}': {fault}", advice, inner)
    {
        File = file;
        Reason = reason;
    }

    private ImageFileException(ImageFileReason reason, string problem, string advice, string? file) : base(problem, advice)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The path of the file or folder, or the name given to a stream; null where a picture is of no file.</summary>
    public string? File { get; }

    /// <summary>Why it cannot be read.</summary>
    public ImageFileReason Reason { get; }

    /// <summary>Throws where a check fails. Texts are written only then.</summary>
    internal static void ThrowIf(
        [DoesNotReturnIf(true)] bool refused,
        string file,
        ImageFileReason reason,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage fault,
        [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage advice = default)
    {
        if (refused)
        {
            throw new ImageFileException(file, reason, fault.Text!, advice.Text);
        }
    }

    /// <summary>The files of a data set are not in a folder.</summary>
    internal static ImageFileException NotFound(string folder, string problem, string advice) => new(ImageFileReason.NotFound, problem, advice, folder);

    /// <summary>A picture shows nothing.</summary>
    internal static ImageFileException Blank() =>
        new(ImageFileReason.Blank, "The picture has one brightness everywhere; there is nothing to recognize.", "Draw dark on light or light on dark.", null);
}
