namespace NeuralOde.Experiments.LatentSpirals;

/// <summary><c>neuralode experiment latent-spirals</c>: learns spirals from irregular noisy observations. What it does is in <see cref="LatentSpiralsRun"/>.</summary>
internal static class LatentSpiralsCommand
{
    /// <summary>The name that asks for one model after the other.</summary>
    public const string Both = "both";

    public static CommandDescription Create() => new()
    {
        Name = "experiment latent-spirals",
        Summary = "Learns spirals of both directions from irregular noisy observations, by a latent differential equation; reconstructs, extrapolates and generates them.",
        Examples =
        [
            ("neuralode experiment latent-spirals --save spirals.safetensors", "The latent equation with defaults; the report is latent-spirals.html."),
            (
                "neuralode experiment latent-spirals --model both --checkpoint run.safetensors --resume",
                "With the recurrent network to compare. The same command resumes a run that was stopped."),
            ("neuralode experiment latent-spirals --published --iterations 2000", "The published settings, a hundredth of the published training."),
            (
                "neuralode experiment latent-spirals --load spirals.safetensors --solver dopri5 --rtol 1e-6",
                "Reports on a saved model, here with a more precise solve, without training."),
            ("neuralode experiment latent-spirals --iterations 300 --hidden 16 --width 16", "A quick look with a smaller network."),
        ],
        Notes =
        [
            "The models, each with a GRU of 64 units that reads the observations backward in time and gives mean and variance of a latent state of 6 components at their "
                + "first time:\n"
            + "  latent-ode  the state follows dz/dt = f(z), a network 6-64-64-6; a linear view of it is observed (Chen et al. 2018, section 5)\n"
            + "  rnn         a GRU continues from the state, reading its own output and the time since the last one\n"
            + "  both        one after the other. FILE is then FILE-latent-ode and FILE-rnn for --save and --checkpoint, and the report and the metrics have both",
            "The data are 1,000 spirals of 200 points with noise 0.02, half of them counter-clockwise. "
                + "A training step sees 50 to 100 consecutive points (--shortest-span) of each spiral of its batch, of which 30, 50 or 100 are kept at random, "
                + "and maximizes the evidence lower bound. The model that reconstructs 100 other spirals best is kept (--validate-every, --patience); "
                + "the errors are measured on 300 further ones, against their points without noise.",
            "Ctrl+C stops training after the current step, then writes the checkpoint and the other requested files; the exit code is then 130. "
                + "A run that was stopped or killed and resumed gives the same result, bit for bit, as one that was never stopped; "
                + "a run that is complete only writes its report again. The exit code is 2 if the command line, the model or the checkpoint is wrong, and 1 if training fails.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new LatentSpiralsOptionSet();
        return new CommandBody
        {
            Groups = options.Settings.Groups(
                ("Model", [options.Model, options.Load, options.Published]),
                ("Training", [options.Threads.Option, options.Checkpoint.File, options.Checkpoint.Resume]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Save, options.Output.Metrics])),
            IsShared = parsed => !parsed.IsGiven(options.Load),
            Run = (context, parsed) => LatentSpiralsRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment latent-spirals</c>.</summary>
    internal sealed class LatentSpiralsOptionSet
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(
            LatentSpiralsOptions.Settings, ("", LatentSpiralsOptions.Default), ("with --published", LatentSpiralsOptions.Published));

        public OutputOptions Output { get; } = new("latent-spirals.html in the current folder, with --model rnn latent-spirals-rnn.html");

        public CommandOption<string?> Model { get; } = Options.Choice(
            "--model",
            "model",
            [.. SpiralModel.Names, Both],
            $"{string.Join(", ", SpiralModel.Names)} or {Both} (see below). Default {SpiralModel.Names[0]}.",
            "NAME");

        public CommandOption<string[]> Load { get; } = new(
            "--load",
            "Reports on a model that --save wrote, without training; given twice, on two of them side by side. Another solver may be named.")
        { ValueName = "FILE.safetensors", MostTimes = 2 };

        public CommandOption<bool> Published { get; } = Options.Flag(
            "--published",
            "Uses the published settings: Euler with steps of 0.05, the adjoint, a constant learning rate, the data's noise as likelihood deviation. Other options override them.");

        public ThreadsOption Threads { get; } = new();

        public CheckpointOptions Checkpoint { get; } = new("The settings must be the same.");

        /// <summary>What says nothing about a model that was trained already.</summary>
        public IEnumerable<CommandOption> OfTraining =>
            Settings.Groups().Where(static x => x.Title != "Solver").SelectMany(static x => x.Options).Concat([Model, Published, Checkpoint.File, Checkpoint.Resume, Output.Save]);
    }
}
