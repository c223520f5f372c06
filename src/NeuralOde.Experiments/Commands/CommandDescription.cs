namespace NeuralOde.Experiments.Commands;

/// <summary>A command: its name, what its help says, what it takes and what it does. The tool makes a verb of it.</summary>
internal sealed record CommandDescription
{
    /// <summary>What is typed to name it, such as "learn" or "experiment mnist".</summary>
    public required string Name { get; init; }

    /// <summary>One sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Command lines to copy, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; init; } = [];

    /// <summary>Paragraphs after the options; a line that starts with a space is kept as it is.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What makes the work one that several processes can share, as a sentence; null where nothing does.</summary>
    public string? SharingAdvice { get; init; }

    /// <summary>Makes what it takes and does.</summary>
    public required Func<CommandBody> Body { get; init; }
}
