namespace NeuralOde.Experiments.Mnist;

/// <summary><c>neuralode experiment mnist</c>: trains a classifier of images. What it does is in <see cref="MnistRun"/>.</summary>
internal static class MnistCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "experiment mnist",
        Summary = "Trains a classifier of handwritten digits, with an ordinary differential equation instead of a stack of residual blocks.",
        Examples =
        [
            ("neuralode experiment mnist --data mnist --save digits.safetensors", "An ODE-Net, 5 epochs; the report is mnist-odenet.html."),
            ("neuralode experiment mnist --model mlp --epochs 20", "The one-layer perceptron, with the data that NEURALODE_DATA names."),
            ("neuralode experiment mnist --published --checkpoint run.safetensors --resume", "The published settings. The same command resumes a run that was stopped."),
            ("neuralode experiment mnist --solver dopri5 --rtol 1e-3 --gradient adjoint --norm group", "Steps chosen by tolerances, gradients by the adjoint."),
            ("neuralode experiment mnist --train-images 2000 --epochs 2 --channels 16", "A quick look at a part of the data with a smaller network."),
        ],
        Notes =
        [
            "The models, all for 28x28 gray images (Chen et al. 2018, section 3):\n"
            + "  odenet  three convolutions down to 6x6, then dz/dt = f(t, z) on [0, 1] with two 3x3 convolutions in f, pooling, a linear layer; 208,010 parameters\n"
            + "  rknet   the same network; gradients go directly through Runge-Kutta steps\n"
            + "  resnet  the same with 6 residual blocks instead of the equation\n"
            + "  mlp     784-300-10 on the raw pixels; 238,510 parameters",
            "The data are the four idx files of MNIST or Fashion-MNIST, plain or .gz, in the folder that --data or the environment variable NEURALODE_DATA names, "
                + "or in a folder mnist or fashion-mnist within it. If files are missing, the message names them and says where to download them.",
            "The test images are measured after each epoch (with --validation N, N images held out of the training set are, and the test images once at the end). "
                + "They do not select an epoch: the model is the one after the last epoch.",
            "Several processes: 'mpirun -n 4 neuralode experiment mnist ...' shares each training step in 4 micro-batches (--micro-batches). The result is the "
                + "same with any number "
                + "of processes, and with the same --micro-batches without mpirun. docs/cluster.md says more.",
            "Ctrl+C stops training after the current step, then writes the checkpoint and the other requested files; the exit code is then 130. "
                + "A run that was stopped or killed and resumed gives the same result, bit for bit, as one that was never stopped. "
                + "The exit code is 2 if the command line, the data or the checkpoint is wrong, and 1 if training fails.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new MnistOptions();
        return new CommandBody
        {
            Groups = options.Settings.Groups(
                ("Data", [options.Images.Data, options.Images.Dataset, options.Images.TrainImages, options.Images.TestImages, options.Validation]),
                ("Model", [options.Published]),
                ("Training", [options.Threads.Option, options.Checkpoint.File, options.Checkpoint.Resume]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Save, options.Output.Metrics])),
            IsShared = static _ => true,
            Run = (context, parsed) => MnistRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment mnist</c>.</summary>
    internal sealed class MnistOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions()
            .Add(
                MnistModelOptions.Settings,
                [.. Enum.GetValues<MnistModel>().Select(static x => (x == MnistModel.OdeNet ? "" : $"for {MnistModelOptions.ModelNames[(int)x]}", MnistModelOptions.Default(x)))])
            .Add(ImageTrainingOptions.Settings, ("", ImageTrainingOptions.Default), ("with --published", ImageTrainingOptions.Published));

        public OutputOptions Output { get; } = new("mnist-MODEL.html or fashion-mnist-MODEL.html in the current folder");

        public ImageOptions Images { get; } = new();

        public CommandOption<long?> Validation { get; } = Options.Whole(
            "--validation", 1, 10_000_000, "Holds out N random images of the training set, and measures on them after each epoch.");

        public CommandOption<bool> Published { get; } = Options.Flag(
            "--published",
            "Uses the published settings: for odenet Euler with steps of 0.05 and the adjoint, for rknet rk4 with steps of 0.25, and a constant learning rate. "
                + "Other options override them.");

        public ThreadsOption Threads { get; } = new();

        public CheckpointOptions Checkpoint { get; } = new("The settings must be the same, but at a constant learning rate there may be more --epochs.");
    }
}
