using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralOde.Experiments.Commands;

/// <summary>Something to tell the user in one or two sentences, without a stack trace.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Usage, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Refuses a command line.</summary>
    public static void ThrowIf([DoesNotReturnIf(true)] bool refused, [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage message)
    {
        if (refused)
        {
            throw new CommandException(message.Text!);
        }
    }

    public int ExitCode { get; } = exitCode;
}
