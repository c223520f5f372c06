using System.Text;

namespace NeuralOde.Distributed.Tests;

public class CommunicatorTests
{
    [MpiFact]
    public void Values_get_where_they_belong()
    {
        Assert.Equal(
            [
                "0/2 gather 000A07010B07 exchange 0111 broadcast 2A00 sums True 2 lengths 0,1000",
                "1/2 gather 000A07010B07 exchange 02021212 broadcast 2A00 sums True 2 lengths ",
            ],
            Lines(2));
        string[] four = Lines(4);
        Assert.Equal("2/4 gather 000A07010B07020C07030D07 exchange 030303131313232323333333 broadcast 2A00 sums True 8 lengths ", four[2]);
        Assert.EndsWith("lengths 0,1000,2000,3000", four[0]);

        static string[] Lines(int processes)
        {
            var job = MpiJob.Run(processes, MpiJob.Probe, "collectives");
            Assert.Equal((0, ""), (job.ExitCode, job.Error));
            return [.. job.Lines.Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public void One_process_needs_no_MPI()
    {
        Communicator alone = Communicator.Single;
        Assert.Equal((0, 1), (alone.Rank, alone.Size));
        byte[] received = new byte[2];
        alone.AllGather([3, 4], received);
        Assert.Equal([3, 4], received);
        alone.Exchange([5, 6], [2], received, [2]);
        Assert.Equal([5, 6], received);
        double[] sums = [1, 2];
        alone.AllReduce<double>(sums);
        Assert.Equal([1, 2], sums);
        Assert.Equal([[7]], alone.Gather([7]));
        alone.Broadcast(received);
        alone.Barrier();
        alone.End();
        Assert.Null(alone.TryReceive(out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => alone.Send(1, [1]));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Contains("fill 2 bytes, not 3", Assert.Throws<ArgumentException>(() => Communicator.Single.AllGather([1, 2], new byte[3])).Message);
        Assert.Throws<ArgumentException>(() => Communicator.Single.Exchange([1, 2], [1], new byte[2], [2]));
        Assert.Throws<ArgumentException>(() => Communicator.Single.Exchange([1, 2], [2], new byte[2], [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpiOptions { Timeout = TimeSpan.Zero });
    }

    [Fact]
    public void Work_is_told_of_in_order_and_what_fails_stops_nothing()
    {
        List<string> told = [];
        int count = HandOut.Run(
            Communicator.Single,
            4,
            static (i, _) => i == 1 ? throw new InvalidTimeZoneException("no") : Encoding.UTF8.GetBytes($"{i}"),
            x => told.Add($"{x.Number} {x.Rank} {x.Outcome} {Encoding.UTF8.GetString(x.Value)}{x.Failure}"));
        Assert.Equal(4, count);
        Assert.Equal(["0 0 Done 0", "1 0 Failed InvalidTimeZoneException: no", "2 0 Done 2", "3 0 Done 3"], told);
    }

    [Fact]
    public void Canceled_work_is_not_told_of()
    {
        using var cancellation = new CancellationTokenSource();
        int count = HandOut.Run(
            Communicator.Single,
            4,
            (i, token) =>
            {
                if (i == 2)
                {
                    cancellation.Cancel();
                    token.ThrowIfCancellationRequested();
                }

                return [];
            },
            static _ => { },
            cancellation.Token);
        Assert.Equal(2, count);
    }

    [MpiFact]
    public void Work_is_handed_out_to_all_and_told_of_in_order()
    {
        var job = MpiJob.Run(3, MpiJob.Probe, "hand-out", "12");
        Assert.Equal((0, ""), (job.ExitCode, job.Error));
        Assert.Equal(
            ["0 0", "1 1", "2 4", "3 9", "4 InvalidTimeZoneException: piece 4", "5 25", "6 36", "7 49", "8 64", "9 InvalidTimeZoneException: piece 9", "10 "
                + "100", "11 121", "told 12 by 3"],
            job.Lines);
    }

    [Fact]
    public void A_missing_library_is_named_with_what_to_install()
    {
        DistributedException failure = Assert.Throws<DistributedException>(() => Communicator.Start(new MpiOptions { Library = "libnosuchmpi.so.7" }));
        Assert.Equal(DistributedReason.NoLibrary, failure.Reason);
        Assert.Contains("looked for libnosuchmpi.so.7. Install Open MPI", failure.Message);

        // The tool says so, too, where mpirun has started it.
        var job = MpiJob.Alone(MpiJob.Tool, ("NEURALODE_MPI", "libnosuchmpi.so.7"), "--version");
        Assert.Equal(0, job.ExitCode);
        job = MpiJob.Alone("env", ("NEURALODE_MPI", "libnosuchmpi.so.7"), "OMPI_COMM_WORLD_SIZE=2", MpiJob.Tool, "--version");
        Assert.Equal(2, job.ExitCode);
        Assert.Equal(failure.Message, job.LastWord["neuralode: ".Length..]);
    }

    [Fact]
    public void A_library_that_is_none_of_MPI_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The name of a library of Linux.");
        DistributedException failure = Assert.Throws<DistributedException>(() => Communicator.Start(new MpiOptions { Library = "libc.so.6" }));
        Assert.Equal(DistributedReason.Unsuitable, failure.Reason);
        Assert.Contains("it has no MPI_Init_thread", failure.Message);
    }

    [MpiFact]
    public void A_process_that_does_not_belong_to_the_library_is_refused()
    {
        // Started by no mpirun, the library sees one process.
        var job = MpiJob.Alone("env", ("OMPI_COMM_WORLD_SIZE", "3"), MpiJob.Tool, "--version");
        Assert.Equal(2, job.ExitCode);
        Assert.Contains("3 processes were started, but the MPI library", job.LastWord);
    }
}
