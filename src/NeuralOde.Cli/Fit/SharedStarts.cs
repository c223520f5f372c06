using NeuralOde.Distributed;

namespace NeuralOde.Cli.Fit;

/// <summary>Searches from several starts, shared by processes. A type of its own, so that one process loads nothing of it.</summary>
internal static class SharedStarts
{
    public static double[][] Run(CommandContext context, int count, Func<int, double[]> work) =>
        HandOut.RunForAll((Communicator)context.Processes!, count, work, context.CancellationToken);
}
