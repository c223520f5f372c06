namespace NeuralOde.Distributed.Tests;

/// <summary>The tool under <c>mpirun</c>: any number of processes gives the same bits, also as one process that was started by itself.</summary>
public class SharedTrainingTests
{
    private static readonly string[] s_spirals =
        ["experiment", "latent-spirals", "--iterations", "12", "--spirals", "40", "--batch", "18", "--test-spirals", "5", "--validation-spirals", "5", "--hidden", "8",
            "--width", "8", "--no-report"];

    [MpiFact]
    public void Images_are_learned_to_the_same_bits()
    {
        using TemporaryFolder folder = Training.WithData();

        // The last batch of an epoch has four images, one for each micro-batch.
        // Of its gradients, some are off by so much that a check replaces them: which ones are checked must not depend on the process either.
        Same(folder, [1, 2, 4], Training.Command(folder, "--epochs", "2", "--norm", "mixed", "--solver", "dopri5", "--rtol", "1e-2"), "of 60 test images right");
    }

    [MpiFact]
    public void Images_are_learned_to_the_same_bits_with_statistics_of_the_whole_batch()
    {
        using TemporaryFolder folder = Training.WithData();
        string[] command = Training.Command(folder, "--epochs", "1");
        Same(folder, [2, 4], [.. command, "--statistics", "batch"], "of 60 test images right");

        // They are other statistics than those of each micro-batch.
        string apart = folder.File("apart.safetensors");
        Assert.Equal(0, MpiJob.Alone(MpiJob.Tool, [.. command, "--micro-batches", "4", "--save", apart]).ExitCode);
        Assert.NotEqual(Training.Bits(folder.File("4.safetensors")), Training.Bits(apart));
    }

    [MpiFact]
    public void Spirals_are_learned_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        Same(folder, [2, 4], s_spirals, "latent ODE: median error per test spiral");
    }

    [MpiFact]
    public void Subjects_are_learned_to_the_same_bits()
    {
        // Series of different lengths with values missing, encoded in part.
        using var folder = new TemporaryFolder();
        Same(
            folder,
            [2],
            ["fit", Repository.PathOf("samples/theophylline.csv"), "--model", "latent", "--time", "Time", "--series", "Subject", "--states", "Concentration", "--iterations", "8"],
            "Noise of the observations");
    }

    [MpiFact]
    public void Flows_are_learned_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();

        // The noise of a part of a batch must not depend on the process either.
        string[] command =
        [
            "experiment", "flow", "--data", "two-circles", "--method", "likelihood", "--iterations", "4", "--batch", "33", "--hidden", "8", "--validations", "1",
            "--divergence", "hutchinson", "--no-report",
        ];
        Same(folder, [2, 4], command, "One normal distribution");
    }

    [MpiFact]
    public void A_run_is_resumed_by_another_number_of_processes_to_the_same_bits()
    {
        using TemporaryFolder folder = Training.WithData();
        Resumed(folder, Training.Command(folder, "--epochs", "40"), "training steps. Add --resume to the same command to resume");
        Resumed(folder, [.. s_spirals[..2], "--iterations", "100", .. s_spirals[4..]], "Add --resume");
    }

    [MpiFact]
    public void What_cannot_be_shared_is_refused_in_one_line()
    {
        var job = MpiJob.Run(2, MpiJob.Tool, "fit", Repository.PathOf("samples/hare-lynx.csv"), "--time", "Year");
        Assert.Equal(2, job.ExitCode);
        Assert.StartsWith("neuralode: Several processes cannot share this work", job.Error);
        Assert.Single(job.Error.Split('\n'), static x => x.StartsWith("neuralode:", StringComparison.Ordinal));
        job = MpiJob.Run(5, MpiJob.Tool, s_spirals);
        Assert.Equal(2, job.ExitCode);
        Assert.StartsWith("neuralode: 5 processes cannot share 4 micro-batches of a batch: give --micro-batches 5", job.Error);
    }

    [Fact]
    public void Without_mpirun_nothing_of_it_is_loaded()
    {
        // The tool runs without the assembly's file.
        using TemporaryFolder folder = Training.WithData();
        string copy = folder.File("tool");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(MpiJob.Tool)!))
        {
            if (Path.GetFileName(file) is not ("NeuralOde.Distributed.dll" or "NeuralOde.Cli.deps.json"))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }
        }

        var job = MpiJob.Alone(Path.Combine(copy, Path.GetFileName(MpiJob.Tool)), Training.Command(folder, "--epochs", "1", "--save", folder.File("m.safetensors")));
        Assert.Equal(0, job.ExitCode);
        job = MpiJob.Alone(Path.Combine(copy, Path.GetFileName(MpiJob.Tool)), "fit", Repository.PathOf("samples/hare-lynx.csv"), "--time", "Year", "--iterations", "3");
        Assert.Equal(0, job.ExitCode);
    }

    private static void Resumed(TemporaryFolder folder, string[] command, string said)
    {
        string checkpoint = folder.File("run.safetensors"), straight = folder.File("straight.safetensors"), resumed = folder.File("resumed.safetensors");
        File.Delete(checkpoint);
        Assert.Equal(0, MpiJob.Run(2, MpiJob.Tool, [.. command, "--save", straight]).ExitCode);
        string[] kept = [.. command, "--checkpoint", checkpoint, "--checkpoint-every", "1"];
        var stopped = MpiJob.Run(["-n", "4", MpiJob.Tool, .. kept], mpirun =>
        {
            while (!File.Exists(checkpoint) && !mpirun.HasExited)
            {
                Thread.Sleep(20);
            }

            // mpirun passes this signal on to all.
            MpiJob.Alone("kill", "-USR1", $"{mpirun.Id}");
        });
        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains(said, stopped.Error);
        Assert.Equal(0, MpiJob.Run(2, MpiJob.Tool, [.. kept, "--resume", "--save", resumed]).ExitCode);
        Assert.Equal(Training.Bits(straight), Training.Bits(resumed));
    }

    private static void Same(TemporaryFolder folder, int[] sizes, string[] command, string said)
    {
        string plain = folder.File("plain.safetensors");
        Assert.Equal(0, MpiJob.Alone(MpiJob.Tool, [.. command, "--micro-batches", "4", "--save", plain]).ExitCode);
        string expected = Training.Bits(plain);
        foreach (int processes in sizes)
        {
            string path = folder.File($"{processes}.safetensors");
            var job = MpiJob.Run(processes, MpiJob.Tool, [.. command, "--save", path]);
            Assert.Equal(0, job.ExitCode);
            Assert.Equal(expected, Training.Bits(path));

            // One process tells of it.
            Assert.Equal(2, job.Out.Split(said).Length);
        }
    }
}
