namespace NeuralOde.Experiments.Dynamics;

/// <summary>One run for each of several seeds, in a table.</summary>
internal static class LearnTable
{
    public static int Run(CommandContext context, DynamicsExperimentOptions settings, int[] seeds)
    {
        context.Error.WriteLine(
            $"Learning {settings.Dynamics.Name} ({DynamicsText.Field(settings)}; {DynamicsText.Solver(settings)}; "
                + $"{settings.Iterations} iterations, learning rate {ProgressText.Number(settings.LearningRate)})");
        return RunTable.Print(
            context,
            seeds,
            seed =>
            {
                DynamicsExperimentResult result = new DynamicsExperiment(settings with { Seed = seed }).Run(null, context.CancellationToken);
                if (result.Outcome == TrainingOutcome.Canceled)
                {
                    throw new OperationCanceledException(context.CancellationToken);
                }

                double milliseconds = result.Elapsed.TotalMilliseconds / result.Iterations;
                return new RunRow(
                    "",
                    "     error   at the end   ms/iteration   seconds   skipped",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $" {ProgressText.Fixed(result.Error, 4),9} {ProgressText.Fixed(result.LastError, 4),12} {milliseconds,14:0.000} "
                            + $"{result.Elapsed.TotalSeconds,9:0.00} {result.FailedSolves,9}{(result.Outcome == TrainingOutcome.Diverged ? "   gave up" : "")}"),
                    result.Error,
                    result.LastError);
            },
            rows =>
            {
                double[] errors = [.. rows.Select(static x => x.Values[0])], lastErrors = [.. rows.Select(static x => x.Values[1])];
                context.Out.WriteLine($"median {ProgressText.Fixed(Median.Of(errors), 4),9} {ProgressText.Fixed(Median.Of(lastErrors), 4),12}");
                context.Out.WriteLine($"worst  {ProgressText.Fixed(errors.Max(), 4),9} {ProgressText.Fixed(lastErrors.Max(), 4),12}");
            });
    }
}
