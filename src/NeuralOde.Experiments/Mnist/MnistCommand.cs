using NeuralOde.Experiments.Commands;

namespace NeuralOde.Experiments.Mnist;

/// <summary><c>neuralode experiment mnist</c>: trains a classifier of images. What it does is in <see cref="MnistRun"/>.</summary>
internal static class MnistCommand
{
    /// <summary>The models (NeuralOde.Experiments.Mnist.MnistModelOptions.ModelNames).</summary>
    public static readonly string[] ModelNames = ["odenet", "rknet", "resnet", "mlp"];

    /// <summary>The data sets (NeuralOde.Experiments.Images.ImageCollection.All).</summary>
    public static readonly string[] CollectionNames = ["mnist", "fashion-mnist"];

    /// <summary>The normalizations (NeuralOde.Experiments.Mnist.MnistNormalization).</summary>
    public static readonly string[] NormalizationNames = ["batch", "group", "mixed"];

    private static readonly string[] ScheduleNames = ["constant", "cosine"];

    public static CommandDescription Create()
    {
        var options = new MnistOptions();
        return new CommandDescription
        {
            Name = "experiment mnist",
            Summary = "Trains a classifier of handwritten digits, with an ordinary differential equation in place of a stack of residual blocks.",
            Examples =
            [
                ("neuralode experiment mnist --data mnist --save digits.safetensors", "An ODE-Net, 5 epochs; the report is mnist-odenet.html."),
                ("neuralode experiment mnist --model mlp --epochs 20", "The one-layer perceptron, with the data that NEURALODE_DATA names."),
                ("neuralode experiment mnist --published --checkpoint run.safetensors --resume", "The published settings. When stopped, the same line goes on where it was."),
                ("neuralode experiment mnist --solver dopri5 --rtol 1e-3 --gradient adjoint --norm group", "Steps chosen by tolerances, gradients by the adjoint."),
                ("neuralode experiment mnist --train-images 2000 --epochs 2 --channels 16", "A quick look at a part of the data with a smaller network."),
            ],
            Notes =
            [
                "The models, all for 28x28 grey images (Chen et al. 2018, section 3):\n"
                + "  odenet  three convolutions down to 6x6, then dz/dt = f(t, z) on [0, 1] with two 3x3 convolutions in f, pooling, a linear layer; 208,010 parameters\n"
                + "  rknet   the same network; gradients go directly through Runge-Kutta steps\n"
                + "  resnet  the same with 6 residual blocks in place of the equation\n"
                + "  mlp     784-300-10 on the raw pixels; 238,510 parameters",
                "The data are the four idx files of MNIST or Fashion-MNIST, plain or .gz, in the folder that --data or the environment variable NEURALODE_DATA names, or in a folder mnist or fashion-mnist within it. Where they are missing, the message says which they are and where they can be had.",
                "The test images are measured after each epoch (with --validation N, N images held out of the training set are, and the test images once at the end). No epoch is chosen by them: the model is the one after the last epoch.",
                "Ctrl+C stops training after the step in hand, writes the checkpoint and what else was asked for; the exit code is then 130. A run that was stopped or killed and resumed ends with the same bits as one that was not. The exit code is 2 where the command line, the data or the checkpoint is wrong, and 1 where training fails.",
            ],
            Groups =
            [
                ("Data", [options.Data, options.Dataset, options.TrainImages, options.TestImages, options.Validation, options.Shift]),
                ("Model", [options.Model, options.Normalization, options.Channels, options.Blocks, options.Hidden, options.Published]),
                ("Training",
                [
                    options.Epochs,
                    options.Batch,
                    options.Shared.LearningRate,
                    options.Schedule,
                    options.Clip,
                    options.Shared.Seed,
                    options.Threads.Option,
                    options.Checkpoint.File,
                    options.Checkpoint.Every,
                    options.Checkpoint.Resume,
                ]),
                ("Solver", [options.Shared.Solver, options.Shared.Step, options.Shared.RelativeTolerance, options.Shared.AbsoluteTolerance, options.Shared.Gradient]),
                ("Output", [options.Shared.Report, options.Shared.NoReport, options.Shared.Save, options.Shared.Metrics]),
            ],
            Run = (context, parsed) => MnistRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment mnist</c>.</summary>
    internal sealed class MnistOptions
    {
        public SharedOptions Shared { get; } = new("rk4 with --step 0.5", "", "0.001", "mnist-MODEL.html or fashion-mnist-MODEL.html in the current folder");

        public CommandOption<string?> Data { get; } = new("--data", "The folder with the images. Default: what NEURALODE_DATA names.") { ValueName = "DIR" };

        public CommandOption<string?> Dataset { get; } = Options.Choice("--dataset", "data set", CollectionNames, "Which images: mnist (the default) or fashion-mnist.", "NAME");

        public CommandOption<long?> TrainImages { get; } = Options.Whole("--train-images", 1, 10_000_000, "Learns from the first N images of the training set only.");

        public CommandOption<long?> TestImages { get; } = Options.Whole("--test-images", 1, 10_000_000, "Measures on the first N images of the test set only.");

        public CommandOption<long?> Validation { get; } = Options.Whole("--validation", 1, 10_000_000, "Holds N images of the training set out, by the seed, and measures on them after each epoch.");

        public CommandOption<long?> Shift { get; } = Options.Whole("--shift", 0, 8, "Moves each training image by up to N pixels in each direction, anew in each epoch. Default 0.");

        public CommandOption<string?> Model { get; } = Options.Choice("--model", "model", ModelNames, "odenet (the default), rknet, resnet or mlp (see below).", "NAME");

        public CommandOption<string?> Normalization { get; } = Options.Choice("--norm", "normalization", NormalizationNames, "What stands between convolutions: batch (the default, as published), group, by which the images of a batch do not depend on one another, or mixed, groups inside the equation and batch outside of it.", "NAME");

        public CommandOption<long?> Channels { get; } = Options.Whole("--channels", 1, 1_024, "Channels after the first convolution. Default 64.");

        public CommandOption<long?> Blocks { get; } = Options.Whole("--blocks", 1, 1_000, "Residual blocks of resnet. Default 6.");

        public CommandOption<long?> Hidden { get; } = Options.Whole("--hidden", 1, 100_000, "Units of the hidden layer of mlp. Default 300.");

        public CommandOption<bool> Published { get; } = Options.Flag("--published", "Takes the published settings: for odenet Euler with steps of 0.05 and the adjoint, for rknet rk4 with steps of 0.25, and a constant learning rate. Other options still change them.");

        public CommandOption<long?> Epochs { get; } = Options.Whole("--epochs", 1, 100_000, "How many times all training images are seen. Default 5.");

        public CommandOption<long?> Batch { get; } = Options.Whole("--batch", 1, 100_000, "Images in a training step. Default 32.");

        public CommandOption<string?> Schedule { get; } = Options.Choice("--schedule", "schedule", ScheduleNames, "How the learning rate changes: cosine (down to 0, the default) or constant (the default with --published).", "NAME");

        public CommandOption<double?> Clip { get; } = Options.Positive("--clip", "A bound on the gradient's norm: longer gradients are scaled down to it. Default none.");

        public ThreadsOption Threads { get; } = new();

        public CheckpointOptions Checkpoint { get; } = new(
            "Training steps between two writings of the checkpoint; it is also written after each epoch. Default 500.",
            "The settings must be the same, but at a constant learning rate there may be more --epochs.");
    }
}
