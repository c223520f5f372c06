namespace NeuralOde.MicroBatches;

/// <summary>Moves bytes between the processes that work on one task, as one of them sees it. <c>NeuralOde.Distributed</c> has one over MPI.</summary>
/// <remarks>
/// Every process calls the same methods in the same order; a call returns when this process has what it is to receive. What arithmetic follows is up to the caller, so that
/// no result depends on the order in which a library adds. Not thread-safe.
/// </remarks>
public interface ICommunicator
{
    /// <summary>The number of this process, from 0 to <see cref="Size"/> − 1. Process 0 writes files and reports progress.</summary>
    int Rank { get; }

    /// <summary>The number of processes, at least 1.</summary>
    int Size { get; }

    /// <summary>Gives every process what each of them sends, in the order of their ranks.</summary>
    /// <param name="send">What this process sends: as many bytes as every other one.</param>
    /// <param name="received">What all processes send, one after the other: <see cref="Size"/> times as many bytes.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    void AllGather(ReadOnlySpan<byte> send, Span<byte> received);

    /// <summary>Sends a part of its own to every process, itself included.</summary>
    /// <param name="send">The parts for ranks 0, 1, …, one after the other.</param>
    /// <param name="sendLengths">The length of each part in bytes.</param>
    /// <param name="received">The parts from ranks 0, 1, …, one after the other.</param>
    /// <param name="receivedLengths">The length of each part in bytes, as its sender gives it.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths);
}
