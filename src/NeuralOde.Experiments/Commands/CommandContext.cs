using NeuralOde.MicroBatches;

namespace NeuralOde.Experiments.Commands;

/// <summary>What a command may touch of the world around it, so that tests can give it another one.</summary>
internal sealed record CommandContext
{
    /// <summary>Where results go.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where progress and messages go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where the message of a failure goes.</summary>
    /// <value>Default <see cref="Error"/>.</value>
    public TextWriter Failures { get => field ?? Error; init; }

    /// <summary>The processes that <c>mpirun</c> started, of which this is one; null where it was not.</summary>
    public ICommunicator? Processes { get; init; }

    /// <summary>Whether this process writes files and tells of results: the only one, or the first one.</summary>
    public bool IsFirst => Processes is null or { Rank: 0 };

    /// <summary>Shows how far work is; null for plain lines in <see cref="Error"/>.</summary>
    public IProgressDisplay? Progress { get; init; }

    /// <summary>The words that the tool was called with.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Canceled by Ctrl+C.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The command line, quoted where a shell needs it.</summary>
    public string CommandLine => string.Join(' ', Arguments.Prepend("neuralode").Select(Quoted));

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ',' or '=' or ':' or '+' or '\\')
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
