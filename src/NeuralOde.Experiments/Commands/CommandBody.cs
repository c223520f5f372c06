namespace NeuralOde.Experiments.Commands;

/// <summary>What a command takes and does: made only for the command that a line names.</summary>
internal sealed record CommandBody
{
    /// <summary>Positional values, in their order.</summary>
    public IReadOnlyList<CommandOption> Arguments { get; init; } = [];

    /// <summary>Options under their headings, in the help's order.</summary>
    public IReadOnlyList<(string Title, CommandOption[] Options)> Groups { get; init; } = [];

    /// <summary>Whether several processes share the work of a command line; where they do not, the command refuses to be started by <c>mpirun</c>.</summary>
    /// <value>Default never.</value>
    public Func<CommandValues, bool> IsShared { get; init; } = static _ => false;

    /// <summary>Does it; the result is an <see cref="ExitCode"/>.</summary>
    public required Func<CommandContext, CommandValues, int> Run { get; init; }
}
