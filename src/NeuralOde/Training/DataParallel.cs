using NeuralOde.MicroBatches;

namespace NeuralOde.Training;

/// <summary>
/// How a <see cref="TrainingRun"/> divides every batch into micro-batches, whose losses and gradients are computed apart and added in one fixed order. The result depends on
/// the number of micro-batches, but not on how many processes share them.
/// </summary>
/// <remarks>
/// A micro-batch has solves of its own, whose steps its own samples choose, and statistics of its own where a layer normalizes over the batch, unless
/// <see cref="SynchronizesStatistics"/> is set; the running statistics move by the mean of the micro-batches' moves.
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
    /// <param name="synchronizesStatistics">See <see cref="SynchronizesStatistics"/>.</param>
    /// <returns>Null for undivided batches in one process.</returns>
    public static DataParallel? Of(int microBatches, ICommunicator? communicator, bool synchronizesStatistics = false) =>
        microBatches == 1 && communicator is null or { Size: 1 } ? null : new DataParallel(microBatches, communicator) { SynchronizesStatistics = synchronizesStatistics };

    /// <summary>How many micro-batches a batch is divided into.</summary>
    public int MicroBatches { get; }

    /// <summary>The processes that share them; null for this process alone.</summary>
    public ICommunicator? Communicator { get; }

    /// <summary>
    /// Whether <see cref="Layers.BatchNorm"/> takes mean and variance over the whole batch, forward and in the gradient, instead of over each micro-batch: the result is then
    /// that of the undivided batch but for rounding, and has the same bits for any number of processes.
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    /// <remarks>
    /// The task must be an <see cref="IReplicableTask"/>. Each micro-batch computes with a copy of the model, and waits for all others at each normalization and at each gradient
    /// through one. Inside a vector field this needs an <see cref="Blocks.OdeBlock"/> with fixed steps, and the direct gradient or the backsolve adjoint: with steps chosen by
    /// tolerances the micro-batches would evaluate the field at different times, which is an error.
    /// </remarks>
    public bool SynchronizesStatistics { get; init; }
}
