using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Cli.Progress;
using NeuralOde.Cli.Reporting;
using NeuralOde.Experiments.Dynamics;
using NeuralOde.Experiments.PerSample;
using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Training;

namespace NeuralOde.Cli.Commands;

/// <summary><c>neuralode experiment per-sample</c>: learns a field from series that each have their own observation times.</summary>
internal static class PerSampleCommand
{
    public static Command Create(ToolContext context)
    {
        var options = new PerSampleCommandOptions();
        var command = new ToolCommand("per-sample", "Learns a vector field from series of which each has its own observation times, by a layer that takes every sample over a time span of its own.")
        {
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
        };
        command.AddGroup("Data", options.System, options.Series, options.Observations, options.Noise);
        command.AddGroup("Model and training", options.Hidden, options.Steps, options.Ahead, options.Shared.Iterations, options.Shared.LearningRate, options.Shared.Seed);
        command.AddGroup("Output", options.Shared.Report, options.Shared.NoReport, options.Shared.Save, options.Seeds);
        command.SetAction(parsed => Start(context, parsed, options));
        return command;
    }

    // Not inlined, so that help does not load the library.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Start(ToolContext context, ParseResult parsed, PerSampleCommandOptions options)
    {
        var defaults = new PerSampleOptions();
        PerSampleOptions settings = defaults with
        {
            Dynamics = KnownDynamics.All.FirstOrDefault(x => x.Name == parsed.GetValue(options.System)) ?? defaults.Dynamics,
            SeriesCount = (int)(parsed.GetValue(options.Series) ?? defaults.SeriesCount),
            Observations = (int)(parsed.GetValue(options.Observations) ?? defaults.Observations),
            Noise = parsed.GetValue(options.Noise) ?? defaults.Noise,
            Hidden = parsed.GetValue(options.Hidden) is { Length: > 0 } widths ? widths : defaults.Hidden,
            StepCount = (int)(parsed.GetValue(options.Steps) ?? defaults.StepCount),
            Ahead = (int)(parsed.GetValue(options.Ahead) ?? defaults.Ahead),
            Iterations = (int)(parsed.GetValue(options.Shared.Iterations) ?? defaults.Iterations),
            LearningRate = parsed.GetValue(options.Shared.LearningRate) ?? defaults.LearningRate,
            Seed = parsed.GetValue(options.Shared.Seed) ?? 0,
        };
        if (parsed.GetValue(options.Seeds) is { Length: > 0 } seeds)
        {
            if (parsed.GetValue(options.Shared.Report) is not null || parsed.GetValue(options.Shared.Save) is not null)
            {
                throw new CommandException("--seeds prints a table and writes no files. Leave --report and --save out, or choose one --seed.");
            }

            return Table(context, settings, seeds);
        }

        string? report = options.Shared.ReportPath(parsed, "per-sample.html"), save = parsed.GetValue(options.Shared.Save);
        OutputFiles.Check(("--report", report), ("--save", save));
        PerSampleResult result = ProgressView.Run(
            context, $"Learning {settings.Dynamics.Name} from {settings.SeriesCount} series with times of their own (seed {settings.Seed})", progress => Run(settings, progress, context.CancellationToken));
        if (result.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no file was written.");
            return ExitCode.Cancelled;
        }

        context.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Learned in {result.Elapsed.TotalSeconds:0.00} s, {FitRun.Counted(result.Losses.Count)}, {result.Elapsed.TotalMilliseconds / result.Losses.Count:0.00} ms each. Error of the field {ProgressText.Percent(result.FieldError)}, of unseen paths {ProgressText.Number(result.PathError)}."));
        if (result.WasCancelled)
        {
            context.Error.WriteLine($"neuralode: stopped after {FitRun.Counted(result.Losses.Count)}.");
        }

        if (save is not null)
        {
            result.Layer.Save(save);
            context.Out.WriteLine($"Model:  {save}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, PerSampleReport.Create(result, context.CommandLine).ToHtml());
            context.Out.WriteLine($"Report: {report}");
        }

        return result.WasCancelled ? ExitCode.Cancelled : ExitCode.Success;
    }

    private static PerSampleResult Run(PerSampleOptions settings, IProgress<Training.TrainingProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            return PerSampleExperiment.Run(settings, progress, cancellation);
        }
        catch (Solvers.OdeSolveException e)
        {
            throw new CommandException($"Training stopped, because a solve failed: {e.Problem} Try a smaller --learning-rate, or more --steps.", ExitCode.Failure, e);
        }
    }

    private static int Table(ToolContext context, PerSampleOptions settings, int[] seeds)
    {
        context.Out.WriteLine("  seed   field error   path error   seconds");
        List<PerSampleResult> results = [];
        foreach (int seed in seeds)
        {
            PerSampleResult result = Run(settings with { Seed = seed }, null, context.CancellationToken);
            if (result.WasCancelled)
            {
                context.Error.WriteLine($"neuralode: stopped after {results.Count} of {seeds.Length} seeds.");
                return ExitCode.Cancelled;
            }

            results.Add(result);
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{seed,6} {ProgressText.Percent(result.FieldError),13} {ProgressText.Number(result.PathError),12} {result.Elapsed.TotalSeconds,9:0.00}"));
        }

        context.Out.WriteLine($"median {ProgressText.Percent(FitRun.Median(results.Select(static x => x.FieldError))),13} {ProgressText.Number(FitRun.Median(results.Select(static x => x.PathError))),12}");
        return ExitCode.Success;
    }

    internal sealed class PerSampleCommandOptions
    {
        public SharedOptions Shared { get; } = new(solver: "rk4", iterations: "3000", learningRate: "0.01", report: "per-sample.html");

        public Option<string?> System { get; } = Options.Choice("--system", "system", LearnCommand.SystemNames, $"The true dynamics: {string.Join(", ", LearnCommand.SystemNames)}. Default nonlinear.", "NAME");

        public Option<long?> Series { get; } = Options.Whole("--series", 1, 1_000_000, "Series to learn from. Default 200.");

        public Option<long?> Observations { get; } = Options.Whole("--observations", 2, 10_000, "Observations of each series. Default 8.");

        public Option<double?> Noise { get; } = Options.Positive("--noise", "The standard deviation of the observations' noise. Default 0.01.");

        public Option<int[]?> Hidden { get; } = Options.WholeList("--hidden", "The widths of the network's hidden layers. Default 32,32.");

        public Option<long?> Steps { get; } = Options.Whole("--steps", 1, 10_000, "Runge-Kutta steps over each gap between two observations. Default 10.");

        public Option<long?> Ahead { get; } = Options.Whole("--ahead", 1, 10_000, "Gaps that a training step goes ahead. Default 3.");

        public Option<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints a table of errors instead of writing files, such as 0-4.");
    }
}
