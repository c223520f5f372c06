using System.CommandLine;

namespace NeuralOde.Cli.CommandLine;

/// <summary>A command with what its help says: options in groups, examples, notes.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">One sentence.</param>
internal sealed class ToolCommand(string name, string description) : Command(name, description)
{
    private readonly List<(string Title, Option[] Options)> _groups = [];

    /// <summary>Options under their headings, in the help's order.</summary>
    public IReadOnlyList<(string Title, Option[] Options)> Groups => _groups;

    /// <summary>Command lines to copy, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; init; } = [];

    /// <summary>Paragraphs after the options; a line that starts with a space is kept as it is.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Adds options under a heading.</summary>
    public void AddGroup(string title, params Option[] options)
    {
        _groups.Add((title, options));
        foreach (Option option in options)
        {
            Add(option);
        }
    }
}
