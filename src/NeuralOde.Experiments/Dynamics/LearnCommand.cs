using NeuralOde.Experiments.Commands;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;

namespace NeuralOde.Experiments.Dynamics;

/// <summary><c>neuralode learn</c>: learns a known system back from noisy observations of it. What it does is in <see cref="LearnRun"/>.</summary>
internal static class LearnCommand
{
    /// <summary>The systems (NeuralOde.Experiments.KnownDynamics.All).</summary>
    public static readonly string[] SystemNames = ["spiral", "nonlinear", "cubic"];

    /// <summary>What stands for the unknown field.</summary>
    public static readonly string[] FieldNames = ["network", "linear"];

    private static readonly string[] ScheduleNames = ["cosine", "constant"];
    private static readonly string[] OptimizerNames = ["adam", "rmsprop", "sgd"];
    private static readonly string[] LossNames = ["squared", "absolute"];

    public static CommandDescription Create()
    {
        var options = new LearnOptions();
        return new CommandDescription
        {
            Name = "learn",
            Summary = "Learns a known system back from noisy observations of one trajectory, and reports how well.",
            Arguments = [options.Name],
            Examples =
            [
                ("neuralode learn spiral", "A network learns a spiral from 200 noisy observations; the report is spiral.html."),
                ("neuralode learn spiral --field linear --report spiral-linear.html", "The same with one 2x2 matrix."),
                ("neuralode learn cubic --solver dopri5 --rtol 1e-6 --gradient adjoint", "Another solver, another way to take gradients."),
                ("neuralode learn nonlinear --published --seeds 0-4", "The published settings with five seeds, in a table."),
            ],
            Notes =
            [
                "The systems, all with two components and a known initial state:\n"
                + "  spiral     z' = A z; 200 times on [0, 31.45], noise 0.01; network 2-16-16-2, ELU\n"
                + "  nonlinear  two linear fields joined by a sigmoid; times, noise and network as above\n"
                + "  cubic      z' = A z^3; 1,000 times on [0, 25], no noise; network 2-50-2, tanh, of z^3",
                "The error that is reported is the root mean square, over times and components, of the learned trajectory from the known initial state less the exact one. The kept model is the one whose trajectory was nearest to the observations; the exact one is never used to choose.",
                "Ctrl+C stops training, keeps the best model and still writes the files; the exit code is then 130. It is 2 where the command line is wrong and 1 where training fails.",
            ],
            Groups =
            [
                ("Model and training",
                [
                    options.Field,
                    options.Hidden,
                    options.Shared.Iterations,
                    options.Shared.LearningRate,
                    options.Schedule,
                    options.Optimizer,
                    options.Clip,
                    options.Loss,
                    options.Shared.Seed,
                    options.Published,
                ]),
                ("What a training step sees", [options.WindowCount, options.WindowMin, options.WindowMax, options.WindowPoints]),
                ("Solver", [options.Shared.Solver, options.Shared.Step, options.Shared.RelativeTolerance, options.Shared.AbsoluteTolerance, options.Shared.Gradient]),
                ("Output", [options.Shared.Report, options.Shared.NoReport, options.Shared.Save, options.Shared.Metrics, options.Figure, options.Seeds]),
            ],
            Run = (context, parsed) => LearnRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>learn</c>.</summary>
    internal sealed class LearnOptions
    {
        public SharedOptions Shared { get; } = new(
            "tsit5 with --rtol 1e-4 --atol 1e-5",
            "1,200 for spiral (with --field linear 500), 3,000 for nonlinear, 5,000 for cubic",
            "0.01 (with --field linear 0.05, for cubic 0.02)",
            "NAME.html in the current folder");

        public CommandOption<string?> Name { get; } = Options.Choice("NAME", "system", SystemNames, "What to learn: spiral, nonlinear or cubic (see below).", "NAME", isRequired: true);

        public CommandOption<string?> Field { get; } = Options.Choice("--field", "field", FieldNames, "What stands for the unknown field: network (the default), or linear, one matrix.", "NAME");

        public CommandOption<int[]?> Hidden { get; } = Options.WholeList("--hidden", "The widths of the network's hidden layers. Default 16,16; cubic 50.");

        public CommandOption<string?> Schedule { get; } = Options.Choice("--schedule", "schedule", ScheduleNames, "How the learning rate changes: cosine (down to 0, the default) or constant.", "NAME");

        public CommandOption<string?> Optimizer { get; } = Options.Choice("--optimizer", "optimizer", OptimizerNames, "What moves the parameters: adam (the default), rmsprop or sgd.", "NAME");

        public CommandOption<double?> Clip { get; } = Options.Positive("--clip", "A bound on the gradient's norm: longer gradients are scaled down to it. Default none; for nonlinear and with --field linear 0.1.");

        public CommandOption<string?> Loss { get; } = Options.Choice("--loss", "loss", LossNames, "What is minimised: the mean squared difference (the default) or the mean absolute one.", "NAME");

        public CommandOption<bool> Published { get; } = Options.Flag("--published", "Takes the settings of the published write-ups: Euler with steps of 0.05 for data and learning, adjoint gradient, constant learning rate (cubic: torchdiffeq's demonstration). Other options still change them.");

        public CommandOption<long?> WindowCount { get; } = Options.Whole("--windows", 1, 100_000, "Stretches of the trajectory in one training step. Default 1; nonlinear 8, cubic 50.");

        public CommandOption<double?> WindowMin { get; } = Options.Positive("--window-min", "The shortest stretch, in units of time. Default 1; cubic 0.225.", "T");

        public CommandOption<double?> WindowMax { get; } = Options.Positive("--window-max", "The longest stretch. Default 5; cubic 0.225.", "T");

        public CommandOption<long?> WindowPoints { get; } = Options.Whole("--window-points", 2, 100_000, "The most observations of a stretch, chosen at random where it has more. Default 32; cubic 10.");

        public CommandOption<string?> Figure { get; } = Options.Text("--figure", "Writes the phase portrait as a picture of its own.", "FILE.svg");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints a table instead of a report, such as 0-4.");
    }
}
