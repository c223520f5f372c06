using System.Numerics;
using System.Runtime.InteropServices;

namespace NeuralOde.Distributed;

/// <summary>The processes that work together, as one of them sees it: who they are, and how values move between them.</summary>
/// <remarks>
/// All processes call the collective methods (all but <see cref="Send"/>, <see cref="TryReceive"/> and <see cref="Abort"/>) in the same order. Sums are made in the order of
/// the ranks, by this library, so that they have the same bits with every MPI. Not thread-safe: one thread at a time.
/// </remarks>
public abstract class Communicator : ICommunicator
{
    private protected Communicator()
    {
    }

    /// <summary>This process alone: it needs no MPI.</summary>
    public static Communicator Single { get; } = new SingleProcess();

    /// <inheritdoc/>
    public abstract int Rank { get; }

    /// <inheritdoc/>
    public abstract int Size { get; }

    /// <summary>Starts MPI in this process, which <c>mpirun</c>, <c>mpiexec</c> or <c>srun</c> has started.</summary>
    /// <param name="options">How; the defaults where null.</param>
    /// <returns>The processes of this job.</returns>
    /// <exception cref="DistributedException">No MPI library was found, or it is another one than that of the program that started the processes; the message says what to
    /// do.</exception>
    /// <exception cref="InvalidOperationException">MPI was started before.</exception>
    public static Communicator Start(MpiOptions? options = null) => MpiCommunicator.Start(options ?? new MpiOptions());

    /// <summary>Waits until all processes are here.</summary>
    public abstract void Barrier();

    /// <summary>Gives all processes what process 0 has.</summary>
    /// <param name="values">What process 0 sends, and where the others receive it; of one length everywhere.</param>
    public abstract void Broadcast(Span<byte> values);

    /// <inheritdoc/>
    public abstract void AllGather(ReadOnlySpan<byte> send, Span<byte> received);

    /// <inheritdoc/>
    public abstract void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths);

    /// <summary>Gives process 0 what each process sends.</summary>
    /// <param name="send">What this process sends, of any length.</param>
    /// <returns>In process 0 what all processes sent, in the order of their ranks; elsewhere nothing.</returns>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> send)
    {
        int[] lengths = new int[Size];
        AllGather(MemoryMarshal.AsBytes<int>([send.Length]), MemoryMarshal.AsBytes(lengths.AsSpan()));
        int[] toFirst = new int[Size], fromAll = new int[Size];
        toFirst[0] = send.Length;
        if (Rank == 0)
        {
            lengths.CopyTo(fromAll, 0);
        }

        byte[] all = new byte[checked(fromAll.Sum())];
        Exchange(send, toFirst, all, fromAll);
        if (Rank != 0)
        {
            return [];
        }

        byte[][] parts = new byte[Size][];
        for (int rank = 0, at = 0; rank < Size; at += lengths[rank++])
        {
            parts[rank] = all[at..(at + lengths[rank])];
        }

        return parts;
    }

    /// <summary>Adds values over all processes, in the order of their ranks.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This process' values, and then the sums; of one length everywhere.</param>
    public void AllReduce<T>(Span<T> values) where T : unmanaged, INumber<T>
    {
        if (Size == 1)
        {
            return;
        }

        // Each process adds one slice: what it receives and sends does not grow with the number of processes.
        int slice = (values.Length + Size - 1) / Size;
        T[] padded = new T[slice * Size], received = new T[slice * Size];
        values.CopyTo(padded);
        int[] lengths = [.. Enumerable.Repeat(checked(slice * Marshal.SizeOf<T>()), Size)];
        Exchange(MemoryMarshal.AsBytes(padded.AsSpan()), lengths, MemoryMarshal.AsBytes(received.AsSpan()), lengths);
        for (int rank = 1; rank < Size; rank++)
        {
            for (int i = 0; i < slice; i++)
            {
                received[i] += received[(rank * slice) + i];
            }
        }

        AllGather(MemoryMarshal.AsBytes(received.AsSpan(0, slice)), MemoryMarshal.AsBytes(padded.AsSpan()));
        padded.AsSpan(0, values.Length).CopyTo(values);
    }

    /// <summary>Sends a message to another process, which receives it by <see cref="TryReceive"/>.</summary>
    /// <param name="rank">Its rank.</param>
    /// <param name="message">The message.</param>
    public abstract void Send(int rank, ReadOnlySpan<byte> message);

    /// <summary>Receives a message, if one has arrived.</summary>
    /// <param name="sender">The rank of its sender.</param>
    /// <returns>The message; null if none is there.</returns>
    public abstract byte[]? TryReceive(out int sender);

    /// <summary>Ends MPI once all processes are here; nothing may be called afterwards. Not for failures: there it would wait for ever. See <see cref="Abort"/>.</summary>
    public abstract void End();

    /// <summary>Ends all processes at once, after a failure.</summary>
    /// <param name="exitCode">The exit code of the job, not 0.</param>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public abstract void Abort(int exitCode);
}
