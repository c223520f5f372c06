using System.Runtime.InteropServices;

namespace NeuralOde.Training;

/// <content>What processes tell one another between steps.</content>
internal sealed partial class MicroBatchSteps
{
    /// <summary>A number of process 0, for all.</summary>
    public double? OfFirst(double? value)
    {
        if (_communicator is null || value is null)
        {
            return value;
        }

        Span<double> all = stackalloc double[Size];
        _communicator.AllGather(MemoryMarshal.AsBytes<double>([value.Value]), MemoryMarshal.AsBytes(all));
        return all[0];
    }

    /// <summary>Asks all processes whether one was asked to stop.</summary>
    public void AskToStop(bool isStopping)
    {
        if (_communicator is null)
        {
            return;
        }

        Span<double> all = new double[Size];
        _communicator.AllGather(MemoryMarshal.AsBytes<double>([isStopping ? 1 : 0]), MemoryMarshal.AsBytes(all));
        IsStopping = all.IndexOfAnyExcept(0.0) >= 0;
    }

    /// <summary>Makes sure that all processes have the same model at the same place.</summary>
    /// <exception cref="TrainingException">They do not.</exception>
    public void CheckAgreement(int iteration)
    {
        if (_communicator is null)
        {
            return;
        }

        Span<ulong> all = new ulong[2 * Size];
        ulong print = _parameters.Aggregate(14695981039346656037, static (sum, x) => x.DType == DType.Float32 ? Print(sum, x.AsSpan<float>()) : Print(sum, x.AsSpan<double>()));
        _communicator.AllGather(MemoryMarshal.AsBytes<ulong>([(ulong)iteration, print]), MemoryMarshal.AsBytes(all));
        for (int rank = 1; rank < Size; rank++)
        {
            if (all[2 * rank] != all[0] || all[(2 * rank) + 1] != all[1])
            {
                throw new TrainingException(
                    TrainingFailureReason.ProcessesDiffer,
                    all[2 * rank] != all[0]
                        ? $"Process {rank} is at iteration {all[2 * rank]}, and process 0 at {all[0]}."
                        : $"Process {rank} has other parameters than process 0 at iteration {iteration}.",
                    "All processes must start from the same settings, data and checkpoint, and run the same program on processors of the same kind.");
            }
        }
    }

    /// <summary>Fowler, Noll and Vo's hash over words of eight bytes.</summary>
    private static ulong Print<T>(ulong sum, ReadOnlySpan<T> values) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            sum = (sum ^ word) * 1099511628211;
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = (sum ^ rest) * 1099511628211;
        }

        return sum;
    }
}
