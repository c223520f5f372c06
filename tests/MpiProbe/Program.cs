using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NeuralOde.Distributed;

namespace NeuralOde.MpiProbe;

/// <summary>What a test starts by mpirun: one of a few small programs, named by the first argument.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        var processes = Communicator.Start(new MpiOptions { Timeout = TimeSpan.FromSeconds(arguments is ["hang", ..] ? 2 : 60) });
        switch (arguments[0])
        {
            case "collectives":
                Collectives(processes);
                break;
            case "hand-out":
                Work(processes, int.Parse(arguments[1], CultureInfo.InvariantCulture));
                break;
            case "throw":
                Fail(processes, static () => throw new InvalidTimeZoneException("the last word"));
                break;
            case "null":
                Fail(processes, static () => _ = Nothing()!.Length);
                break;
            case "catch-null":
                CatchNull(processes);
                break;
            case "hang":
                Fail(processes, static () => Thread.Sleep(Timeout.Infinite));
                break;
            default:
                throw new ArgumentException(arguments[0]);
        }

        processes.End();
        return 0;
    }

    /// <summary>Each process prints what it has, which depends on its rank and the number of processes alone.</summary>
    private static void Collectives(Communicator processes)
    {
        (int rank, int size) = (processes.Rank, processes.Size);
        byte[] all = new byte[3 * size];
        processes.AllGather([(byte)rank, (byte)(10 + rank), 7], all);

        // To process r go r + 1 bytes.
        int[] lengths = [.. Enumerable.Range(1, size)], receivedLengths = [.. Enumerable.Repeat(rank + 1, size)];
        byte[] sent = [.. lengths.SelectMany(x => Enumerable.Repeat((byte)((16 * rank) + x), x))], received = new byte[size * (rank + 1)];
        processes.Exchange(sent, lengths, received, receivedLengths);
        byte[] told = [(byte)(rank == 0 ? 42 : 0), (byte)rank];
        processes.Broadcast(told);
        float[] sums = [.. Enumerable.Range(0, 1001).Select(i => 1f / (i + 1 + rank))];
        processes.AllReduce<float>(sums);
        double[] one = [rank + 0.5];
        processes.AllReduce<double>(one);
        IReadOnlyList<byte[]> gathered = processes.Gather(Encoding.UTF8.GetBytes(new string('x', rank * 1000)));
        processes.Barrier();
        var print = new HashCode();
        print.AddBytes(MemoryMarshal.AsBytes(sums.AsSpan()));
        float[] expected = [.. Enumerable.Range(0, 1001).Select(i => Enumerable.Range(0, size).Aggregate(0f, (sum, r) => r == 0 ? 1f / (i + 1) : sum + (1f / (i + 1 + r))))];
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{rank}/{size} gather {Convert.ToHexString(all)} exchange {Convert.ToHexString(received)} broadcast {Convert.ToHexString(told)} sums "
                + $"{sums.AsSpan().SequenceEqual(expected)} "
                + $"{one[0]} lengths {string.Join(',', gathered.Select(static x => x.Length))}");
        for (int i = 0; i < size; i++)
        {
            processes.Barrier();
            if (i == rank)
            {
                Console.WriteLine(line);
            }
        }
    }

    /// <summary>Pieces of which some fail; the first process prints them in order.</summary>
    private static void Work(Communicator processes, int count)
    {
        HashSet<int> ranks = [];
        int told = HandOut.Run(
            processes,
            count,
            (i, _) =>
            {
                Thread.Sleep(i % 3 * 20);
                return i % 5 == 4 ? throw new InvalidTimeZoneException($"piece {i}") : Encoding.UTF8.GetBytes($"{i * i}");
            },
            result =>
            {
                ranks.Add(result.Rank);
                Console.WriteLine(result.Outcome == HandOutOutcome.Done ? $"{result.Number} {Encoding.UTF8.GetString(result.Value)}" : $"{result.Number} {result.Failure}");
            });
        processes.Barrier();
        if (processes.Rank == 0)
        {
            Console.WriteLine($"told {told} by {ranks.Count}");
        }
    }

    /// <summary>The last process fails, while the others wait for it.</summary>
    private static void Fail(Communicator processes, Action failure)
    {
        processes.Barrier();
        if (processes.Rank == processes.Size - 1)
        {
            failure();
        }

        processes.Barrier();
    }

    /// <summary>A null reference is an exception that can be caught, also under a library that has its own idea of the signal.</summary>
    private static void CatchNull(Communicator processes)
    {
        int caught = 0;
        try
        {
            caught = Nothing()!.Length;
        }
        catch (NullReferenceException)
        {
            caught = 1;
        }

        int[] all = [caught];
        processes.AllReduce<int>(all);
        if (processes.Rank == 0)
        {
            Console.WriteLine($"caught {all[0]}");
        }
    }

    private static string? Nothing() => Environment.GetEnvironmentVariable("A_NAME_THAT_NOBODY_SETS");
}
