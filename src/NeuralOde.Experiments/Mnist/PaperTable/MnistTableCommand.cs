namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary><c>neuralode experiment mnist-table</c>: the classifiers side by side. What it does is in <see cref="MnistTableRun"/>.</summary>
internal static class MnistTableCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "experiment mnist-table",
        Summary = "Trains the classifiers of 'experiment mnist' and compares them with the table of the paper: error, parameters, memory, time.",
        Examples =
        [
            ("neuralode experiment mnist-table --data mnist --seeds 0-2", "Trains what is not in the folder mnist-runs yet; then the report mnist-table.html."),
            ("neuralode experiment mnist-table --no-train --metrics table.json", "A table of the runs that are finished, and of the measurements."),
            ("neuralode experiment mnist-table --train-images 2000 --epochs 1 --channels 16 --runs small", "A quick look at a part of the data, with smaller networks."),
        ],
        Notes =
        [
            "The rows, with the names of their runs in the folder (S is the seed):\n"
            + "  MLP        'experiment mnist --model mlp --epochs 20': mlp-S\n"
            + "  ResNet     'experiment mnist --model resnet': resnet-S\n"
            + "  RK-Net     'experiment mnist', the default ODE-Net, whose gradient is direct: odenet-S\n"
            + "  ODE-Net    'experiment mnist --published --schedule cosine', the adjoint: odenet-published-S",
            "A run is the file NAME.checkpoint.safetensors, as the commands above write it with --checkpoint: a finished one is used as it is, "
                + "an unfinished one is resumed, and one with other settings is refused. The test error is that of the model after the last epoch; "
                + "the test images do not select an epoch.",
            "Memory and time are measured here, on random images: training steps of each model, and of residual networks of 6 to 24 blocks and Euler solves of 20 to 200 "
                + "steps with both gradients. Memory is what a training step holds at most, model and optimizer included, "
                + "and does not depend on the load of the machine; time does.",
            "Several processes: 'mpirun -n 4 neuralode experiment mnist-table ...' shares the runs; memory and time are measured by the first process. docs/cluster.md says more.",
            "Ctrl+C stops after the current step; the same command resumes. The exit code is 2 if the command line, the data or a run is wrong, and 1 if training fails.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new MnistTableOptions();
        return new CommandBody
        {
            Groups = options.Settings.Groups(
                ("Data", [options.Images.Data, options.Images.Dataset, options.Images.TrainImages, options.Images.TestImages]),
                ("Runs", [options.Runs, options.Seeds, options.NoTrain, options.Threads.Option]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Metrics])),
            IsShared = static _ => true,
            Run = (context, parsed) => MnistTableRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment mnist-table</c>.</summary>
    internal sealed class MnistTableOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions()
            .Add(
                ImageTrainingOptions.Settings.Only("epochs", "batch").Under("Runs"),
                [.. MnistTableRow.All.Select(static (x, i) => (i == 0 ? "" : $"for {x.Run}", ImageTrainingOptions.Default with { Epochs = x.Epochs }))])
            .Add(MnistModelOptions.Settings.Only("channels", "hidden").Under("Runs"), [.. MnistTableRow.All.Select(static x => ("", x.Model))]);

        public ImageOptions Images { get; } = new();

        public OutputOptions Output { get; } = new("mnist-table.html or fashion-mnist-table.html in the current folder");

        public CommandOption<string?> Runs { get; } = Options.Text("--runs", "The folder with the runs. Default mnist-runs or fashion-mnist-runs.", "DIR");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "A run of each model for each of these seeds. Default 0.");

        public CommandOption<bool> NoTrain { get; } = Options.Flag("--no-train", "Does not train: uses the finished runs, and leaves the other cells empty.");

        public ThreadsOption Threads { get; } = new();
    }
}
