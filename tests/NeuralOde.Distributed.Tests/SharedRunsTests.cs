namespace NeuralOde.Distributed.Tests;

/// <summary>Many runs of the tool under <c>mpirun</c>: the tables and files are those of one process.</summary>
public class SharedRunsTests
{
    [MpiFact]
    public void Seeds_are_shared_and_come_back_as_the_one_table()
    {
        string[] command =
        [
            "fit", Repository.PathOf("samples/hare-lynx.csv"), "--time", "Year", "--log", "Hare,Lynx", "--hold-out", "5", "--iterations", "40", "--seeds", "0-6",
        ];
        string alone = WithoutSeconds(MpiJob.Alone(MpiJob.Tool, command));
        Assert.Equal(11, alone.Split('\n').Length);
        Assert.Equal(alone, WithoutSeconds(MpiJob.Run(3, MpiJob.Tool, command)));

        static string WithoutSeconds(MpiJob job)
        {
            Assert.Equal(0, job.ExitCode);
            return string.Join('\n', job.Out.TrimEnd().Split('\n').Select(static x => x.Length > 50 && char.IsAsciiDigit(x.TrimStart()[0]) ? x[..50] : x.TrimEnd('\r')));
        }
    }

    [MpiFact]
    public void Starts_are_shared_and_give_the_same_fit()
    {
        string[] command =
            ["fit", Repository.PathOf("samples/hare-lynx.csv"), "--equations", Repository.PathOf("samples/hare-lynx.ode"), "--time", "Year", "--starts", "6", "--no-profiles"];
        var alone = MpiJob.Alone(MpiJob.Tool, command);
        Assert.Equal(0, alone.ExitCode);
        Assert.Contains("±", alone.Out);
        var shared = MpiJob.Run(2, MpiJob.Tool, command);
        Assert.Equal((0, alone.Out), (shared.ExitCode, shared.Out.Replace("\r", "", StringComparison.Ordinal)));
    }

    [MpiFact]
    public void An_ensemble_and_a_grid_are_shared_and_have_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        string[] command =
        [
            "fit", Repository.PathOf("samples/hare-lynx.csv"), "--time", "Year", "--log", "Hare,Lynx", "--hold-out", "5", "--iterations", "20", "--seeds", "0-4",
        ];
        MpiJob[] jobs =
        [
            MpiJob.Alone(MpiJob.Tool, [.. command, "--save", folder.File("1.safetensors"), "--out", folder.File("1.csv"), "--report", folder.File("1.html")]),
            MpiJob.Run(2, MpiJob.Tool, [.. command, "--save", folder.File("2.safetensors"), "--out", folder.File("2.csv"), "--report", folder.File("2.html")]),
        ];
        Assert.All(jobs, static x => Assert.Equal(0, x.ExitCode));
        Assert.Equal(File.ReadAllBytes(folder.File("1.safetensors")), File.ReadAllBytes(folder.File("2.safetensors")));
        Assert.Equal(File.ReadAllText(folder.File("1.csv")), File.ReadAllText(folder.File("2.csv")));
        Assert.Contains("5 forecasts", jobs[1].Out);
        Assert.Contains("the lowest to the highest forecast", File.ReadAllText(folder.File("2.html")));

        string[] grid = [.. command[..^2], "--grid", "learning-rate=0.01:0.02", "--grid", "hidden=4:8"];
        Assert.Equal(WithoutSeconds(MpiJob.Alone(MpiJob.Tool, grid)), WithoutSeconds(MpiJob.Run(2, MpiJob.Tool, grid)));

        static string[] WithoutSeconds(MpiJob job)
        {
            Assert.Equal((0, 7), (job.ExitCode, job.Lines.Length));
            return [.. job.Lines.Select(static x => x.StartsWith("learning", StringComparison.Ordinal) ? x[..^9] : x)];
        }
    }

    [MpiFact]
    public void Folds_and_methods_are_shared_and_give_the_same_files()
    {
        using var folder = new TemporaryFolder();
        string[] command =
        [
            "evaluate", Repository.PathOf("samples/hare-lynx.csv"), "--time", "Year", "--methods", "last-value,linear-dynamics,field", "--iterations", "20", "--out",
        ];
        var alone = MpiJob.Alone(MpiJob.Tool, [.. command, folder.File("1.csv")]);
        var shared = MpiJob.Run(2, MpiJob.Tool, [.. command, folder.File("2.csv")]);
        Assert.Equal((0, 0), (alone.ExitCode, shared.ExitCode));
        Assert.Equal(File.ReadAllText(folder.File("1.csv")), File.ReadAllText(folder.File("2.csv")));
        Assert.Equal(alone.Lines[..^1], shared.Lines[..^1]);
    }

    [MpiFact]
    public void Runs_of_tables_of_experiments_are_shared()
    {
        using TemporaryFolder folder = Training.WithData();
        string[] flows =
            ["experiment", "flow", "--data", "two-circles", "--method", "planar", "--iterations", "6", "--batch", "16", "--layers", "2", "--validations", "1", "--seeds", "0-2"];
        MpiJob[] jobs = [MpiJob.Alone(MpiJob.Tool, flows), MpiJob.Run(3, MpiJob.Tool, flows)];
        Assert.All(jobs, static x => Assert.Equal((0, 4), (x.ExitCode, x.Lines.Length)));
        Assert.Equal(jobs[0].Lines.Select(static x => x[..Math.Min(x.Length, 60)]), jobs[1].Lines.Select(static x => x[..Math.Min(x.Length, 60)]));
        string[] images =
        [
            "experiment", "mnist-table", "--data", folder.File("data"), "--channels", "2", "--batch", "16", "--train-images", "32", "--epochs", "1",
            "--seeds", "0-1", "--no-report",
        ];
        jobs =
        [
            MpiJob.Alone(MpiJob.Tool, [.. images, "--runs", folder.File("alone")]), MpiJob.Run(2, MpiJob.Tool, [.. images, "--runs", folder.File("shared")]),
        ];
        Assert.All(jobs, static x => Assert.Equal(0, x.ExitCode));
        Assert.All(Directory.GetFiles(folder.File("alone")), x => Assert.Equal(Learned(x), Learned(Path.Combine(folder.File("shared"), Path.GetFileName(x)))));

        // Title and test error of each row; memory and time differ.
        string[][] errors =
            [.. jobs.Select(static x => x.Lines.Skip(1).Take(4).Select(static line => string.Join(':', line.Split("   ").Where(static y => y.Length > 0).Take(2))).ToArray())];
        Assert.Equal(errors[0], errors[1]);

        // A checkpoint holds times as well.
        static string[] Learned(string checkpoint) => [.. Training.Bits(checkpoint).Split('\n').Where(static x => x.StartsWith("model.", StringComparison.Ordinal))];
    }
}
