using NeuralOde.Experiments.Commands;

namespace NeuralOde.Experiments.LatentSpirals;

/// <summary><c>neuralode experiment latent-spirals</c>: learns spirals from irregular noisy observations. What it does is in <see cref="LatentSpiralsRun"/>.</summary>
internal static class LatentSpiralsCommand
{
    /// <summary>The name that asks for one model after the other.</summary>
    public const string Both = "both";

    /// <summary>The models (NeuralOde.Experiments.LatentSpirals.SpiralModel.Names), and both.</summary>
    public static readonly string[] ModelNames = ["latent-ode", "rnn", Both];

    /// <summary>The defaults that the help names.</summary>
    public static readonly string[] Defaults = ["tsit5 with --rtol 1e-3 --atol 1e-4", "60,000", "0.006", "50", "0.2", "1,000", "2"];

    private static readonly string[] ScheduleNames = ["cosine", "constant"];

    public static CommandDescription Create()
    {
        var options = new LatentSpiralsOptionSet();
        return new CommandDescription
        {
            Name = "experiment latent-spirals",
            Summary = "Learns spirals of both directions from irregular noisy observations, by a latent differential equation; reconstructs, extrapolates and invents them.",
            Examples =
            [
                ("neuralode experiment latent-spirals --save spirals.safetensors", "The latent equation with defaults; the report is latent-spirals.html."),
                ("neuralode experiment latent-spirals --model both --checkpoint run.safetensors --resume", "With the recurrent network to compare. When stopped, the same line goes on."),
                ("neuralode experiment latent-spirals --published --iterations 2000", "The published settings, a hundredth of the published training."),
                ("neuralode experiment latent-spirals --load spirals.safetensors --solver dopri5 --rtol 1e-6", "Reports on a saved model, here with a more precise solve, without training."),
                ("neuralode experiment latent-spirals --iterations 300 --hidden 16 --width 16", "A quick look with a smaller network."),
            ],
            Notes =
            [
                "The models, each with a GRU of 64 units that reads the observations backward in time and gives mean and variance of a latent state of 6 components at their first time:\n"
                + "  latent-ode  the state follows dz/dt = f(z), a network 6-64-64-6; a linear view of it is observed (Chen et al. 2018, section 5)\n"
                + "  rnn         a GRU goes on from the state, reading its own output and the time since\n"
                + "  both        one after the other. FILE is then FILE-latent-ode and FILE-rnn for --save and --checkpoint, and the report and the metrics have both",
                "The data are 1,000 spirals of 200 points with noise 0.02, half of them counter-clockwise. A training step sees 50 to 100 consecutive points (--shortest-span) of each spiral of its batch, of which 30, 50 or 100 are kept at random, and maximises the evidence lower bound. The model that reconstructs 100 other spirals best is kept (--validate-every, --patience); the errors are measured on 300 further ones, against their points without noise.",
                "Ctrl+C stops training after the step in hand, writes the checkpoint and what else was asked for; the exit code is then 130. A run that was stopped or killed and resumed ends with the same bits as one that was not; one that is done is reported on again. The exit code is 2 where the command line, the model or the checkpoint is wrong, and 1 where training fails.",
            ],
            Groups =
            [
                ("Model", [options.Model, options.Hidden, options.Latent, options.Width, options.Load, options.Published]),
                ("Training",
                [
                    options.Shared.Iterations,
                    options.Batch,
                    options.Shared.LearningRate,
                    options.Schedule,
                    options.Clip,
                    options.LikelihoodDeviation,
                    options.ValidateEvery,
                    options.Patience,
                    options.Shared.Seed,
                    options.Threads.Option,
                    options.Checkpoint.File,
                    options.Checkpoint.Every,
                    options.Checkpoint.Resume,
                ]),
                ("Data", [options.Spirals, options.ValidationSpirals, options.TestSpirals, options.ShortestSpan]),
                ("Solver", [options.Shared.Solver, options.Shared.Step, options.Shared.RelativeTolerance, options.Shared.AbsoluteTolerance, options.Shared.Gradient]),
                ("Output", [options.Shared.Report, options.Shared.NoReport, options.Shared.Save, options.Shared.Metrics]),
            ],
            Run = (context, parsed) => LatentSpiralsRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment latent-spirals</c>.</summary>
    internal sealed class LatentSpiralsOptionSet
    {
        public SharedOptions Shared { get; } = new(Defaults[0], Defaults[1], Defaults[2], "latent-spirals.html in the current folder, with --model rnn latent-spirals-rnn.html");

        public CommandOption<string?> Model { get; } = Options.Choice("--model", "model", ModelNames, "latent-ode (the default), rnn, or both (see below).", "NAME");

        public CommandOption<long?> Hidden { get; } = Options.Whole("--hidden", 1, 10_000, "Units of the encoder, and of the recurrent decoder. Default 64.");

        public CommandOption<long?> Latent { get; } = Options.Whole("--latent", 1, 1_000, "Components of the latent state. Default 6.");

        public CommandOption<long?> Width { get; } = Options.Whole("--width", 1, 10_000, "Units of the layers of the latent field and of its view. Default 64.");

        public CommandOption<string[]> Load { get; } = new("--load", "Reports on a model that --save wrote, without training; given twice, on two of them side by side. Another solver may be named.") { ValueName = "FILE.safetensors", MostTimes = 2 };

        public CommandOption<bool> Published { get; } = Options.Flag("--published", "Takes the published settings: Euler with steps of 0.05, the adjoint, a constant learning rate of 0.001, batches of 100, the data's noise as likelihood deviation, 200,000 iterations. Other options still change them.");

        public CommandOption<long?> Batch { get; } = Options.Whole("--batch", 1, 100_000, $"Spirals in a training step. Default {Defaults[3]}.");

        public CommandOption<string?> Schedule { get; } = Options.Choice("--schedule", "schedule", ScheduleNames, "How the learning rate changes: cosine (down to 0, the default) or constant.", "NAME");

        public CommandOption<double?> Clip { get; } = Options.Positive("--clip", "A bound on the gradient's norm: longer gradients are scaled down to it. Default " + Defaults[6] + ", with --published none.");

        public CommandOption<double?> LikelihoodDeviation { get; } = Options.Positive("--likelihood-deviation", $"The observations' standard deviation in the bound. Larger than their noise, it lets the latent states' prior weigh more. Default {Defaults[4]}.");

        public CommandOption<long?> ValidateEvery { get; } = Options.Whole("--validate-every", 1, 100_000_000, $"Iterations between two validations. Default {Defaults[5]}.");

        public CommandOption<long?> Patience { get; } = Options.Whole("--patience", 1, 1_000_000, "Stops early: after N validations in a row without a better model. Default never.");

        public ThreadsOption Threads { get; } = new();

        public CheckpointOptions Checkpoint { get; } = new("Iterations between two writings of the checkpoint; it is also written at the end. Default 1,000.", "The settings must be the same.");

        public CommandOption<long?> Spirals { get; } = Options.Whole("--spirals", 1, 1_000_000, "Spirals to learn from. Default 1,000.");

        public CommandOption<long?> ShortestSpan { get; } = Options.Whole("--shortest-span", 2, 100, "The least consecutive points that a training step's observations are taken from; the most are 100. Default 50, and 100 with --published.");

        public CommandOption<long?> ValidationSpirals { get; } = Options.Whole("--validation-spirals", 1, 1_000_000, "Spirals by which the best model is kept. Default 100.");

        public CommandOption<long?> TestSpirals { get; } = Options.Whole("--test-spirals", 2, 1_000_000, "Spirals on which the result is measured. Default 300.");
    }
}
