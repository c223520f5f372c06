using System.Globalization;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Cli.Progress;
using NeuralOde.Experiments;

namespace NeuralOde.Cli.Commands;

/// <summary>One run for each of several seeds, in a table.</summary>
internal static class LearnTable
{
    public static int Run(ToolContext context, DynamicsExperimentOptions settings, int[] seeds)
    {
        context.Error.WriteLine($"Learning {settings.Dynamics.Name} ({Describe.Field(settings)}; {Describe.Solver(settings)}; {settings.Iterations} iterations, learning rate {ProgressText.Number(settings.LearningRate)})");
        context.Out.WriteLine("  seed     error   at the end   ms/iteration   seconds   skipped");
        var errors = new List<double>();
        var lastErrors = new List<double>();
        foreach (int seed in seeds)
        {
            DynamicsExperimentResult result = LearnRun.Create(settings with { Seed = seed }).Run(null, context.CancellationToken);
            if (result.Outcome == TrainingOutcome.Cancelled)
            {
                return ExitCode.Cancelled;
            }

            errors.Add(result.Error);
            lastErrors.Add(result.LastError);
            double milliseconds = result.Elapsed.TotalMilliseconds / result.Iterations;
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{seed,6} {result.Error,9:0.0000} {result.LastError,12:0.0000} {milliseconds,14:0.000} {result.Elapsed.TotalSeconds,9:0.00} {result.FailedSolves,9}{(result.Outcome == TrainingOutcome.Diverged ? "   gave up" : "")}"));
        }

        context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median {Median(errors),9:0.0000} {Median(lastErrors),12:0.0000}"));
        context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worst  {errors.Max(),9:0.0000} {lastErrors.Max(),12:0.0000}"));
        return ExitCode.Success;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}
