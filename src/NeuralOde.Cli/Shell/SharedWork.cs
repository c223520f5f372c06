using NeuralOde.Distributed;

namespace NeuralOde.Cli.Shell;

/// <summary>Pieces of work that processes share, all of which get all results. A type of its own, so that one process loads nothing of it.</summary>
internal static class SharedWork
{
    /// <summary>Searches from several starts, for instance.</summary>
    public static double[][] Run(CommandContext context, int count, Func<int, double[]> work) =>
        HandOut.RunForAll((Communicator)context.Processes!, count, work, context.CancellationToken);

    /// <summary>The same for results that are bytes.</summary>
    public static byte[][] Run(CommandContext context, int count, Func<int, byte[]> work) =>
        HandOut.RunForAll((Communicator)context.Processes!, count, work, context.CancellationToken);
}
