using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Distributed;

/// <summary>The processes of an MPI job.</summary>
internal sealed unsafe class MpiCommunicator : Communicator
{
    private const int MessageTag = 15;
    private static readonly TimeSpan s_spinning = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan s_yielding = TimeSpan.FromMilliseconds(20);
    private static int s_started;

    private readonly MpiLibrary _library;
    private readonly MpiOptions _options;

    private MpiCommunicator(MpiLibrary library, MpiOptions options)
    {
        (_library, _options) = (library, options);
        (Rank, Size) = library.Initialize();
    }

    public override int Rank { get; }

    public override int Size { get; }

    public static new MpiCommunicator Start(MpiOptions options)
    {
        // Open MPI's launcher says how many processes it started.
        string? started = Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_SIZE") ?? Environment.GetEnvironmentVariable("PMI_SIZE");
        var library = new MpiLibrary(options.Library, Environment.GetEnvironmentVariable("PMI_SIZE") is null
            || Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_SIZE") is not null);
        InvalidOperationException.ThrowIf(Interlocked.Exchange(ref s_started, 1) != 0, "MPI starts once in a process, and cannot be started again after its end.");
        var communicator = new MpiCommunicator(library, options);
        if (int.TryParse(started, out int size) && size != communicator.Size)
        {
            throw new DistributedException(
                DistributedReason.OtherLibrary,
                $"{size} processes were started, but the MPI library {library.Name} ({library.Version}) knows of {communicator.Size}: it is not that of the "
                    + $"program that started them.",
                "Start them with that library's own mpirun, or name the library that belongs to it by NEURALODE_MPI.");
        }

        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            Console.Error.WriteLine($"Process {communicator.Rank} of {communicator.Size} failed: {e.ExceptionObject}");
            communicator.Abort(1);
        };
        return communicator;
    }

    public override void Barrier() => Wait(_library.Barrier(), "a barrier");

    public override void Broadcast(Span<byte> values)
    {
        fixed (byte* at = values)
        {
            Wait(_library.Broadcast(at, values.Length), "a broadcast");
        }
    }

    public override void AllGather(ReadOnlySpan<byte> send, Span<byte> received)
    {
        Lengths.CheckGather(send, received, Size);
        fixed (byte* from = send, to = received)
        {
            Wait(_library.AllGather(from, send.Length, to), "an all-gather");
        }
    }

    public override void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths)
    {
        Lengths.CheckExchange(send, sendLengths, received, receivedLengths, Size);
        int[] sendStarts = Starts(sendLengths), receivedStarts = Starts(receivedLengths);
        fixed (byte* from = send, to = received)
        {
            fixed (int* fromLengths = sendLengths, fromStarts = sendStarts, toLengths = receivedLengths, toStarts = receivedStarts)
            {
                Wait(_library.Exchange(from, fromLengths, fromStarts, to, toLengths, toStarts), "an exchange");
            }
        }
    }

    public override void Send(int rank, ReadOnlySpan<byte> message)
    {
        ArgumentOutOfRangeException.ThrowIf((uint)rank >= (uint)Size || rank == Rank, nameof(rank), rank, $"A message goes to another of {Size} processes.");
        fixed (byte* at = message)
        {
            Wait(_library.Send(at, message.Length, rank, MessageTag), $"process {rank} to receive a message");
        }
    }

    public override byte[]? TryReceive(out int sender)
    {
        sender = 0;
        if (_library.Probe(MessageTag) is not var (from, length))
        {
            return null;
        }

        sender = from;
        byte[] message = new byte[length];
        fixed (byte* at = message)
        {
            Wait(_library.Receive(at, length, from, MessageTag), $"a message from process {from}");
        }

        return message;
    }

    public override void End()
    {
        // The end of MPI waits at full speed; this does not.
        Barrier();
        _library.Complete();
    }

    [DoesNotReturn]
    public override void Abort(int exitCode)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        _library.Abort(exitCode);

        // Some libraries return before the process is ended.
        Environment.FailFast($"MPI_Abort({exitCode}) returned.");
    }

    private static int[] Starts(ReadOnlySpan<int> lengths)
    {
        int[] starts = new int[lengths.Length];
        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] = checked(starts[i - 1] + lengths[i - 1]);
        }

        return starts;
    }

    /// <summary>Waits: at first at full speed, then so that another process can have the core.</summary>
    private void Wait(nint request, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!_library.IsDone(ref request))
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited < s_spinning)
            {
                Thread.SpinWait(10);
            }
            else if (waited < s_yielding)
            {
                Thread.Yield();
            }
            else
            {
                Thread.Sleep(1);
                if (waited > _options.Timeout)
                {
                    Console.Error.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Process {Rank} of {Size} has waited {_options.Timeout.TotalSeconds:0.###} s for {what}, and ends the job: another process hangs, or "
                            + $"does something else."));
                    Abort(1);
                }
            }
        }
    }
}
