using System.Globalization;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Dynamics;
using NeuralOde.Experiments.PerSample;
using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Training;

namespace NeuralOde.Experiments.PerSample;

/// <summary><c>neuralode experiment per-sample</c>: learns a field from series that each have their own observation times.</summary>
internal static class PerSampleCommand
{
    public static CommandDescription Create()
    {
        var options = new PerSampleCommandOptions();
        return new CommandDescription
        {
            Name = "experiment per-sample",
            Summary = "Learns a vector field from series of which each has its own observation times, by a layer that takes every sample over a time span of its own.",
            Examples =
            [
                ("neuralode experiment per-sample", "200 series of 8 observations each; the report is per-sample.html."),
                ("neuralode experiment per-sample --system spiral --observations 4 --noise 0.05", "Fewer and noisier observations of another system."),
                ("neuralode experiment per-sample --seeds 0-4", "How much the result hangs on chance: a table over seeds."),
            ],
            Notes =
            [
                "The layer solves dz/ds = dt·f(z) from s = 0 to 1, dt being a column of the samples' own time spans, with a fixed number of Runge-Kutta steps; its gradients are exact for those steps. Data: from states drawn at random, observed at times drawn at random. A training step starts at a random observation of each sample and goes over the next gaps.",
                "The field's error is the root mean square of its difference from the true field, over that of the true field, where unseen series are; the paths' error that of those series from their first states on.",
                "Ctrl+C stops training and still reports; the exit code is then 130.",
            ],
            Groups =
            [
                ("Data", [options.System, options.Series, options.Observations, options.Noise]),
                ("Model and training", [options.Hidden, options.Steps, options.Ahead, options.Shared.Iterations, options.Shared.LearningRate, options.Shared.Seed]),
                ("Output", [options.Shared.Report, options.Shared.NoReport, options.Shared.Save, options.Seeds]),
            ],
            Run = (context, parsed) => PerSampleRun.Start(context, parsed, options),
        };
    }

    internal sealed class PerSampleCommandOptions
    {
        public SharedOptions Shared { get; } = new(solver: "rk4", iterations: "3000", learningRate: "0.01", report: "per-sample.html");

        public CommandOption<string?> System { get; } = Options.Choice("--system", "system", LearnCommand.SystemNames, $"The true dynamics: {string.Join(", ", LearnCommand.SystemNames)}. Default nonlinear.", "NAME");

        public CommandOption<long?> Series { get; } = Options.Whole("--series", 1, 1_000_000, "Series to learn from. Default 200.");

        public CommandOption<long?> Observations { get; } = Options.Whole("--observations", 2, 10_000, "Observations of each series. Default 8.");

        public CommandOption<double?> Noise { get; } = Options.Positive("--noise", "The standard deviation of the observations' noise. Default 0.01.");

        public CommandOption<int[]?> Hidden { get; } = Options.WholeList("--hidden", "The widths of the network's hidden layers. Default 32,32.");

        public CommandOption<long?> Steps { get; } = Options.Whole("--steps", 1, 10_000, "Runge-Kutta steps over each gap between two observations. Default 10.");

        public CommandOption<long?> Ahead { get; } = Options.Whole("--ahead", 1, 10_000, "Gaps that a training step goes ahead. Default 3.");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints a table of errors instead of writing files, such as 0-4.");
    }
}
