namespace NeuralOde.MicroBatches;

/// <summary>Consecutive samples of a batch, of which loss and gradient are computed apart.</summary>
/// <param name="Start">The number of the first sample within the batch, from 0.</param>
/// <param name="Count">The number of samples.</param>
public readonly record struct MicroBatch(int Start, int Count)
{
    /// <summary>The number after that of the last sample.</summary>
    public int End => Start + Count;

    /// <summary>One of the micro-batches that a batch is divided into, as evenly as can be.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="microBatches">How many there are.</param>
    /// <param name="samples">The number of samples in the batch. Where they are fewer than the micro-batches, some are empty.</param>
    internal static MicroBatch Of(int index, int microBatches, int samples)
    {
        int start = (int)((long)index * samples / microBatches), end = (int)((long)(index + 1) * samples / microBatches);
        return new(start, end - start);
    }
}
