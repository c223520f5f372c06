namespace NeuralOde.Experiments.Commands;

/// <summary>A command: its name, what it takes and what it does. The tool makes a verb of it.</summary>
internal sealed record CommandDescription
{
    /// <summary>What is typed to name it, such as "learn" or "experiment mnist".</summary>
    public required string Name { get; init; }

    /// <summary>One sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Positional values, in their order.</summary>
    public IReadOnlyList<CommandOption> Arguments { get; init; } = [];

    /// <summary>Options under their headings, in the help's order.</summary>
    public IReadOnlyList<(string Title, CommandOption[] Options)> Groups { get; init; } = [];

    /// <summary>Command lines to copy, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; init; } = [];

    /// <summary>Paragraphs after the options; a line that starts with a space is kept as it is.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Does it; the result is an <see cref="ExitCode"/>.</summary>
    public required Func<CommandContext, CommandValues, int> Run { get; init; }
}
