using NeuralOde.MicroBatches;

namespace NeuralOde.Training;

/// <summary>
/// How a <see cref="TrainingRun"/> divides every batch into micro-batches, whose losses and gradients are computed apart and added in one fixed order. The result depends on
/// the number of micro-batches, but not on how many processes share them.
/// </summary>
/// <remarks>
/// A micro-batch has solves of its own, whose steps its own samples choose, and statistics of its own where a layer normalizes over the batch; the running statistics move
/// by the mean of the micro-batches' moves.
/// </remarks>
public sealed record DataParallel
{
    /// <summary>Divides batches.</summary>
    /// <param name="microBatches">How many micro-batches a batch is divided into, at least 1 and at least as many as there are processes.</param>
    /// <param name="communicator">The processes that share them; null for this process alone.</param>
    /// <exception cref="ArgumentException">There are more processes than micro-batches.</exception>
    public DataParallel(int microBatches, ICommunicator? communicator = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatches, 1);
        ArgumentException.ThrowIf(
            communicator?.Size > microBatches,
            $"{communicator?.Size} processes cannot share {microBatches} micro-batches: divide batches into at least as many as there are processes.", nameof(microBatches));
        (MicroBatches, Communicator) = (microBatches, communicator);
    }

    /// <summary>How a run divides its batches, if it does.</summary>
    /// <param name="microBatches">How many micro-batches a batch is divided into, at least 1.</param>
    /// <param name="communicator">The processes that share them; null for this process alone.</param>
    /// <returns>Null for undivided batches in one process.</returns>
    public static DataParallel? Of(int microBatches, ICommunicator? communicator) =>
        microBatches == 1 && communicator is null or { Size: 1 } ? null : new DataParallel(microBatches, communicator);

    /// <summary>How many micro-batches a batch is divided into.</summary>
    public int MicroBatches { get; }

    /// <summary>The processes that share them; null for this process alone.</summary>
    public ICommunicator? Communicator { get; }
}
