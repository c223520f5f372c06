namespace NeuralOde.Experiments.Dynamics;

/// <summary>The page about one run of <c>neuralode learn</c>.</summary>
internal static class LearnReport
{
    public static Report Create(DynamicsExperimentResult result, string commandLine)
    {
        DynamicsExperimentOptions options = result.Options;
        var figures = new LearnFigures(result);
        FrameSequence evolution = figures.Evolution();
        return new Report($"Learning the {options.Dynamics.Name} system from observations")
        {
            Subtitle = $"{Capitalized(DynamicsText.Field(options))}; seed {options.Seed}",
            Footer = ToolVersion.Text,
        }
            .Add(Note(result))
            .Add(Cards(result))
            .Add(new ReportSection(
                "What was learned",
                $"The system is {options.Dynamics.Equation}. Training saw {result.Times.Count.ToString("N0", CultureInfo.InvariantCulture)} states of one trajectory, "
                    + $"{(options.Dynamics.Noise > 0 ? $"each with normal noise of deviation {InWords.Number(options.Dynamics.Noise)}" : "without noise")}, "
                    + $"and nothing of the equation. The learned trajectory starts from the known initial state and is a single solve to the last time.",
                figures.Portrait()))
            .Add(new ReportSection("Over time", figures.Series()))
            .Add(new ReportSection(
                "Over training",
                "The first and the last picture are before and after training; the model that is kept may be another, the one nearest to all observations.",
                evolution,
                evolution.ToFilmStrip(8, 4, 150)))
            .Add(new ReportSection("Loss", figures.Training()))
            .Add(new ReportSection("Settings", Settings(result), new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers.")));
    }

    private static IReadOnlyList<ReportBlock> Note(DynamicsExperimentResult result) => result.Outcome switch
    {
        TrainingOutcome.Canceled => [$"Training was stopped after {result.Iterations:N0} of {result.Options.Iterations:N0} iterations. This page shows the best model so far."],
        TrainingOutcome.Diverged =>
        [
            $"Training gave up after {result.Iterations:N0} iterations, because solves kept failing. This page shows the best model so far. "
                + $"The last failure: {result.Failure?.Problem}",
        ],
        _ => [],
    };

    private static KeyNumbers Cards(DynamicsExperimentResult result)
    {
        double seconds = result.Elapsed.TotalSeconds;
        return new KeyNumbers(
            new KeyNumber(
                "Error",
                Short(result.Error),
                Note: $"root mean square against the exact trajectory; z₁ {Short(result.ComponentError(0))}, z₂ {Short(result.ComponentError(1))}"),
            new KeyNumber(
                "Against observations",
                Short(result.ObservationError),
                Note: result.Options.Dynamics.Noise > 0 ? $"whose noise has deviation {InWords.Number(result.Options.Dynamics.Noise)}" : "which have no noise"),
            new KeyNumber(
                "Training",
                seconds.ToString("0.00", CultureInfo.InvariantCulture),
                "s",
                string.Create(CultureInfo.InvariantCulture, $"{result.Iterations:N0} iterations, {1_000 * seconds / Math.Max(1, result.Iterations):0.###} ms each")),
            new KeyNumber("Parameters", result.Model.Parameters.ValueCount.ToString("N0", CultureInfo.InvariantCulture), Note: DynamicsText.Field(result.Options)));
    }

    private static ReportTable Settings(DynamicsExperimentResult result) => ReportTable.Pairs(null, [.. DynamicsText.Settings(result.Options), .. DynamicsText.Outcome(result)]);

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Short(double value) => double.IsFinite(value) ? NumberText.Short(value) : "none";
}
