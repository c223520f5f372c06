namespace NeuralOde.Experiments.Dynamics;

/// <summary>One run for each of several seeds, in a table.</summary>
internal static class LearnTable
{
    public static int Run(CommandContext context, DynamicsExperimentOptions settings, int[] seeds)
    {
        context.Error.WriteLine(
            $"Learning {settings.Dynamics.Name} ({DynamicsText.Field(settings)}; {DynamicsText.Solver(settings)}; "
                + $"{settings.Iterations} iterations, learning rate {ProgressText.Number(settings.LearningRate)})");
        context.Out.WriteLine("  seed     error   at the end   ms/iteration   seconds   skipped");
        var errors = new List<double>();
        var lastErrors = new List<double>();
        foreach (int seed in seeds)
        {
            DynamicsExperimentResult result = new DynamicsExperiment(settings with { Seed = seed }).Run(null, context.CancellationToken);
            if (result.Outcome == TrainingOutcome.Canceled)
            {
                context.Error.WriteLine($"neuralode: stopped after {errors.Count} of {seeds.Length} seeds.");
                Summarize(context, errors, lastErrors);
                return ExitCode.Canceled;
            }

            errors.Add(result.Error);
            lastErrors.Add(result.LastError);
            double milliseconds = result.Elapsed.TotalMilliseconds / result.Iterations;
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{seed,6} {ProgressText.Fixed(result.Error, 4),9} {ProgressText.Fixed(result.LastError, 4),12} {milliseconds,14:0.000} "
                    + $"{result.Elapsed.TotalSeconds,9:0.00} {result.FailedSolves,9}{(result.Outcome == TrainingOutcome.Diverged ? "   gave up" : "")}"));
        }

        Summarize(context, errors, lastErrors);
        return ExitCode.Success;
    }

    private static void Summarize(CommandContext context, List<double> errors, List<double> lastErrors)
    {
        if (errors.Count > 0)
        {
            context.Out.WriteLine($"median {ProgressText.Fixed(Median.Of(errors), 4),9} {ProgressText.Fixed(Median.Of(lastErrors), 4),12}");
            context.Out.WriteLine($"worst  {ProgressText.Fixed(errors.Max(), 4),9} {ProgressText.Fixed(lastErrors.Max(), 4),12}");
        }
    }
}
