namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary><c>neuralode experiment mnist-characteristics</c>: how a trained classifier's equation behaves. What it does is in <see cref="MnistCharacteristicsRun"/>.</summary>
internal static class MnistCharacteristicsCommand
{
    private const double TrainingTolerance = 1e-3;

    public static CommandDescription Create() => new()
    {
        Name = "experiment mnist-characteristics",
        Summary = "Measures the equation within a trained classifier: error, time and evaluations over tolerances, and the accuracy with cheaper solvers.",
        Examples =
        [
            (
                "neuralode experiment mnist-characteristics digits.safetensors --data mnist",
                "A model that 'experiment mnist --save' wrote; the report is mnist-characteristics.html."),
            (
                "neuralode experiment mnist-characteristics digits.safetensors --run adaptive.safetensors",
                "With the evaluations epoch by epoch, from the checkpoint of a run with tolerances."),
            ("neuralode experiment mnist-characteristics --train-images 10000 --run adaptive.safetensors", "Trains a model with tolerances first, and measures that one."),
        ],
        Notes =
        [
            "What is measured (Chen et al. 2018, figure 3), for tolerances from 1e-1 to 1e-7:\n"
            + "  (a) the error of the features at time 1 against evaluations\n"
            + "  (b) the time of the solve against evaluations\n"
            + "  (c) evaluations backward, by the adjoint, against those forward\n"
            + "  (d) evaluations in each epoch of training, from a run whose solver has tolerances",
            "The error is against a solve in double precision at 1e-10, from the same features at time 0. The network is in evaluation mode. "
                + "A backward evaluation is one of the field and one vector-Jacobian product together.",
            "Train precisely, infer cheaply: the test images are classified with the same parameters by one Euler step up to tolerances of 1e-6. A table gives accuracy and time.",
            "For (d) a model is trained with dopri5 at rtol = atol = 1e-3 and the adjoint, with --train or if no MODEL is named; --run keeps it, and resumes it. "
                + "A --run file that exists already, of any run with tolerances, is read and not trained on unless --train is given. "
                + "The exit code is 2 if the command line or a file is wrong, and 1 if a solve fails.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new MnistCharacteristicsOptions();
        return new CommandBody
        {
            Arguments = [options.Model],
            Groups = options.Settings.Groups(
                ("Data", [options.Images.Data, options.Images.Dataset, options.Images.TrainImages, options.Images.TestImages]),
                ("Measurement", [options.Solver, options.Count, options.Threads.Option]),
                ("Training", [options.Run, options.Train]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Metrics])),
            Run = (context, parsed) => MnistCharacteristicsRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment mnist-characteristics</c>.</summary>
    internal sealed class MnistCharacteristicsOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions()
            .Add(MnistModelOptions.Settings.Only("channels", "norm").Under("Training"), ("", TrainedModel))
            .Add(ImageTrainingOptions.Settings.Only("epochs", "batch", "seed"), ("", ImageTrainingOptions.Default));

        public ImageOptions Images { get; } = new();

        public OutputOptions Output { get; } = new("mnist-characteristics.html or fashion-mnist-characteristics.html in the current folder");

        public CommandOption<string?> Model { get; } = new(
            "MODEL",
            "An odenet or rknet that 'neuralode experiment mnist --save' wrote. Without one, a model is trained.")
        {
            ValueName = "[MODEL.safetensors]",
        };

        public CommandOption<string?> Solver { get; } = Options.Choice(
            "--solver", "solver", SolverChoice.AdaptiveNames, $"The method whose tolerances are varied: {string.Join(", ", SolverChoice.AdaptiveNames)}. Default dopri5.", "NAME");

        public CommandOption<long?> Count { get; } = Options.Whole("--images", 1, 1_000, "Test images that the tolerances are measured on, in one batch. Default 32.");

        public CommandOption<string?> Run { get; } = Options.Text(
            "--run", "The checkpoint of a run whose solver has tolerances, for the evaluations epoch by epoch.", "FILE.safetensors");

        public CommandOption<bool> Train { get; } = Options.Flag("--train", "Trains such a run, even if the file exists.");

        public ThreadsOption Threads { get; } = new();
    }

    /// <summary>The model that is trained where none is given: its solver has tolerances.</summary>
    internal static MnistModelOptions TrainedModel { get; } = MnistModelOptions.Default(MnistModel.OdeNet) with
    {
        Solver = new Dopri5(),
        Steps = SolverChoice.Tolerances(TrainingTolerance, TrainingTolerance),
        Gradient = GradientMethod.BacksolveAdjoint,
    };
}
