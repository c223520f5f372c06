using System.Diagnostics;
using NeuralOde.Training;

namespace NeuralOde.Distributed.Tests;

/// <summary>A process that fails ends the job soon, with a code other than 0 and its message as the last word.</summary>
public class FailureTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    // The message of a process other than the first one comes two seconds after its failure.
    private static readonly TimeSpan s_soonAfterMessage = TimeSpan.FromSeconds(3);

    [MpiFact]
    public void An_exception_ends_all()
    {
        var job = MpiJob.Run(3, MpiJob.Probe, "throw");
        Assert.Equal(1, job.ExitCode);
        Assert.Contains("Process 2 of 3 failed: System.InvalidTimeZoneException: the last word", job.Error);
        Assert.StartsWith("   at ", job.LastWord);
        Assert.InRange(job.AfterLastWord, TimeSpan.Zero, s_soonAfterMessage);
    }

    [MpiFact]
    public void A_null_reference_is_an_exception_as_ever()
    {
        var job = MpiJob.Run(2, MpiJob.Probe, "catch-null");
        Assert.Equal((0, ""), (job.ExitCode, job.Error));
        Assert.Contains("caught 2", job.Out);
    }

    [MpiFact]
    public void A_process_that_hangs_is_not_waited_for_for_ever()
    {
        var job = MpiJob.Run(2, MpiJob.Probe, "hang");
        Assert.Equal(1, job.ExitCode);
        Assert.StartsWith("Process 0 of 2 has waited 2 s for a barrier, and ends the job", job.LastWord);
        Assert.InRange(job.AfterLastWord, TimeSpan.Zero, s_soonAfterMessage);
    }

    [MpiFact]
    public void A_process_that_runs_out_of_memory_ends_all()
    {
        using TemporaryFolder folder = Training.WithData();
        string[] command = [MpiJob.Tool, .. Training.Command(folder, "--epochs", "100", "--channels", "64")];
        var job = MpiJob.Run(["-n", "1", .. command, ":", "-n", "1", "-x", "DOTNET_GCHeapHardLimit=0x1800000", .. command]);
        Assert.Equal(1, job.ExitCode);
        Assert.StartsWith("neuralode: process 1 of 2: unexpected failure, OutOfMemoryException", job.LastWord);
        Assert.InRange(job.AfterLastWord, TimeSpan.Zero, s_soonAfterMessage);
    }

    [MpiFact]
    public void A_full_disk_ends_all_and_the_last_checkpoint_is_whole()
    {
        using TemporaryFolder folder = Training.WithData();
        string disk = folder.File("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(MpiJob.Alone("sh", "-c", $"mount -t tmpfs -o size=32k tmpfs {disk} 2>/dev/null").ExitCode == 0, "Only root can make a small disk: a "
            + "full one was not tested.");
        try
        {
            // One checkpoint has room, but not two side by side.
            string checkpoint = Path.Combine(disk, "run.safetensors");
            var job = MpiJob.Run(2, MpiJob.Tool, Training.Command(folder, "--epochs", "100", "--checkpoint", checkpoint, "--checkpoint-every", "1"));
            Assert.Equal(1, job.ExitCode);
            Assert.StartsWith("neuralode: No space left on device", job.LastWord);
            Assert.InRange(job.AfterLastWord, TimeSpan.Zero, s_soonAfterMessage);
            Assert.NotEmpty(TrainingCheckpoint.Read(checkpoint).Run.Tensors);
        }
        finally
        {
            MpiJob.Alone("umount", disk);
        }
    }

    [MpiFact]
    public void A_killed_process_ends_all_and_the_last_checkpoint_is_whole()
    {
        using TemporaryFolder folder = Training.WithData();
        string checkpoint = folder.File("run.safetensors");
        long killed = 0;
        var job = MpiJob.Run(
            ["-n", "2", MpiJob.Tool, .. Training.Command(folder, "--epochs", "100000", "--checkpoint", checkpoint, "--checkpoint-every", "1")],
            mpirun =>
            {
                while (!File.Exists(checkpoint) && !mpirun.HasExited)
                {
                    Thread.Sleep(20);
                }

                string children = MpiJob.Alone("ps", "-o", "pid=", "--ppid", $"{mpirun.Id}").Out;
                int last = children.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Max();
                killed = Stopwatch.GetTimestamp();
                MpiJob.Alone("kill", "-9", $"{last}");
            });
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, s_soon);
        Assert.Equal(137, job.ExitCode);
        Assert.NotEmpty(TrainingCheckpoint.Read(checkpoint).Run.Tensors);
    }
}
