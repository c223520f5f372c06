namespace NeuralOde.Experiments.Commands;

/// <summary>Something to tell the user in one or two sentences, without a stack trace.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Usage, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
