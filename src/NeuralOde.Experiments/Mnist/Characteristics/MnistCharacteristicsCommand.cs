using NeuralOde.Experiments.Commands;

namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary><c>neuralode experiment mnist-characteristics</c>: how a trained classifier's equation behaves. What it does is in <see cref="MnistCharacteristicsRun"/>.</summary>
internal static class MnistCharacteristicsCommand
{
    /// <summary>The methods that choose their own steps.</summary>
    public static readonly string[] SolverNames = ["heun", "bosh3", "dopri5", "tsit5"];

    public static CommandDescription Create()
    {
        var options = new MnistCharacteristicsOptions();
        return new CommandDescription
        {
            Name = "experiment mnist-characteristics",
            Summary = "Measures the equation within a trained classifier: error, time and evaluations over tolerances, and what cheaper solvers classify.",
            Arguments = [options.Model],
            Examples =
            [
                ("neuralode experiment mnist-characteristics digits.safetensors --data mnist", "A model that 'experiment mnist --save' wrote; the report is mnist-characteristics.html."),
                ("neuralode experiment mnist-characteristics digits.safetensors --run adaptive.safetensors", "With the evaluations epoch by epoch, from the checkpoint of a run with tolerances."),
                ("neuralode experiment mnist-characteristics --train-images 10000 --run adaptive.safetensors", "Trains a model with tolerances first, and measures that one."),
            ],
            Notes =
            [
                "What is measured (Chen et al. 2018, figure 3), for tolerances from 1e-1 to 1e-7:\n"
                + "  (a) the error of the features at time 1 against evaluations\n"
                + "  (b) the time of the solve against evaluations\n"
                + "  (c) evaluations backward, by the adjoint, against those forward\n"
                + "  (d) evaluations in each epoch of training, from a run whose solver has tolerances",
                "The error is against a solve in double precision at 1e-10, from the same features at time 0. The network is in evaluation mode. A backward evaluation is one of the field and one vector-Jacobian product together.",
                "Train precisely, infer cheaply: the test images are classified with the same parameters by one Euler step up to tolerances of 1e-6, and accuracy and time stand in a table.",
                "For (d) a model is trained with dopri5 at rtol = atol = 1e-3 and the adjoint, with --train or where no MODEL is named; --run keeps it, and resumes it. A --run file that is there already, of any run with tolerances, is read and not trained on unless --train is given. The exit code is 2 where the command line or a file is wrong, and 1 where a solve fails.",
            ],
            Groups =
            [
                ("Data", [options.Mnist.Data, options.Mnist.Dataset, options.Mnist.TrainImages, options.Mnist.TestImages]),
                ("Measurement", [options.Solver, options.Images, options.Mnist.Threads.Option]),
                ("Training",
                [
                    options.Run,
                    options.Train,
                    options.Mnist.Epochs,
                    options.Mnist.Batch,
                    options.Mnist.Channels,
                    options.Mnist.Normalization,
                    options.Mnist.Shared.Seed,
                ]),
                ("Output", [options.Shared.Report, options.Shared.NoReport, options.Shared.Metrics]),
            ],
            Run = (context, parsed) => MnistCharacteristicsRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment mnist-characteristics</c>.</summary>
    internal sealed class MnistCharacteristicsOptions
    {
        public MnistCommand.MnistOptions Mnist { get; } = new();

        public SharedOptions Shared { get; } = new("", "", "", "mnist-characteristics.html or fashion-mnist-characteristics.html in the current folder");

        public CommandOption<string?> Model { get; } = new("MODEL", "An odenet or rknet that 'neuralode experiment mnist --save' wrote. Without one, a model is trained.") { ValueName = "[MODEL.safetensors]" };

        public CommandOption<string?> Solver { get; } = Options.Choice("--solver", "solver", SolverNames, "The method whose tolerances are varied: heun, bosh3, dopri5 (the default) or tsit5.", "NAME");

        public CommandOption<long?> Images { get; } = Options.Whole("--images", 1, 1_000, "Test images that the tolerances are measured on, in one batch. Default 32.");

        public CommandOption<string?> Run { get; } = Options.Text("--run", "The checkpoint of a run whose solver has tolerances, for the evaluations epoch by epoch.", "FILE.safetensors");

        public CommandOption<bool> Train { get; } = Options.Flag("--train", "Trains such a run (again).");
    }
}
