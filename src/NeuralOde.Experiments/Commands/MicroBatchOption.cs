using NeuralOde.MicroBatches;

namespace NeuralOde.Experiments.Commands;

/// <summary>The number of micro-batches of a command that several processes can share.</summary>
internal static class MicroBatchOption
{
    /// <summary>What a run takes that <c>mpirun</c> started, with any number of processes: one process then gives the same bits as two or four.</summary>
    public const int ForProcesses = 4;

    /// <summary>How many micro-batches there are.</summary>
    /// <param name="context">Which processes there are.</param>
    /// <param name="isGiven">Whether the command line gives the number.</param>
    /// <param name="given">The number, or its default in one process.</param>
    /// <exception cref="CommandException">They are fewer than the processes.</exception>
    public static int Of(CommandContext context, bool isGiven, int given)
    {
        if (context.Processes is not { } processes)
        {
            return given;
        }

        int count = isGiven ? given : ForProcesses;
        CommandException.ThrowIf(
            processes.Size > count,
            $"{processes.Size} processes cannot share {count} micro-batches of a batch: give --micro-batches {processes.Size} or a multiple of it. "
                + $"The result depends on the number of micro-batches, but not on that of processes.");
        return count;
    }
}
