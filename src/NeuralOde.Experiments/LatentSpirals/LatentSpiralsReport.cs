namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The page about one run of <c>neuralode experiment latent-spirals</c>.</summary>
internal static class LatentSpiralsReport
{
    public static Report Create(LatentSpiralsOutcome outcome, string commandLine)
    {
        (SpiralModelOutcome Model, LatentSpiralsFigures Figures)[] models = [.. outcome.Models.Select(x => (x, new LatentSpiralsFigures(x, outcome.Test)))];
        return new Report("Spirals from irregular observations")
        {
            Subtitle = $"{string.Join("; ", outcome.Models.Select(static x => SpiralsText.Model(x.Options)))}; seed {outcome.Models[0].Options.Training.Seed}",
            Footer = ToolVersion.Text,
        }
            .Add([.. outcome.Models.SelectMany(Note)])
            .Add(new KeyNumbers([.. outcome.Models.SelectMany(Cards)]))
            .Add(new ReportSection("Errors on test spirals", Protocol(outcome), LatentSpiralsTable.Reconstruction(outcome), LatentSpiralsTable.Extrapolation(outcome)))
            .Add(Each(
                "Reconstruction and extrapolation",
                $"Each spiral is inferred from its first {LatentSpiralsFigures.Seen} noisy observations and drawn over all {SpiralSet.TimeCount} times, "
                    + $"by the mean of its latent state.",
                models,
                static x => x.Reconstructions()))
            .Add(Each(
                "From clockwise to counter-clockwise",
                "Paths from ten latent states on the straight line between those of two spirals, on [0, 6π].",
                models,
                static x => x.Interpolation()))
            .Add(Each("Generated spirals", "What the model draws from its prior, without observations, on [0, 6π].", models, static x => x.Samples()))
            .Add(Each(
                "The latent space",
                "The model is not told which way a spiral turns; this figure shows whether it separates the two directions.",
                models,
                static x => x.Space()))
            .Add([.. Learning(models)])
            .Add(new ReportSection(
                "Settings",
                [
                    .. outcome.Models.Select(x => ReportTable.Pairs(outcome.Models.Count > 1 ? x.Title : null, SpiralsText.Settings(x))),
                    new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers."),
                ]));
    }

    private static ReportSection Each(
        string title, string text, (SpiralModelOutcome Model, LatentSpiralsFigures Figures)[] models, Func<LatentSpiralsFigures, PanelGrid> draw) =>
        new(title, [text, .. models.Select(x => draw(x.Figures) with { Title = models.Length > 1 ? Capitalized(x.Model.Title) : null })]);

    private static IEnumerable<ReportBlock> Learning((SpiralModelOutcome Model, LatentSpiralsFigures Figures)[] models)
    {
        (SpiralModelOutcome Model, LatentSpiralsFigures Figures)[] trained = [.. models.Where(static x => x.Model.Training is not null)];
        if (trained.Length > 0)
        {
            yield return Each(
                "Learning",
                "Every figure and number on this page is of the best model: the one with the smallest validation error.",
                trained,
                static x => x.Curves());
        }
    }

    private static IEnumerable<ReportBlock> Note(SpiralModelOutcome model)
    {
        if (model.Source is { } source)
        {
            yield return $"The {model.Title} was loaded from {source}; how it was learned is not on this page.";
        }

        if (model.Training is { Outcome: not TrainingOutcome.Completed } training)
        {
            yield return training.Outcome == TrainingOutcome.Canceled
                ? $"Training of the {model.Title} was stopped after {Whole(training.Losses.Count)} of {Whole(model.Options.Training.Iterations)} iterations. "
                    + $"This page shows the best model so far."
                : $"Training of the {model.Title} gave up after {Whole(training.Losses.Count)} iterations: {training.Failure?.Problem} This page shows the best model so far.";
        }
    }

    private static string Protocol(LatentSpiralsOutcome outcome)
    {
        string starts = string.Join(", ", SpiralErrors.WindowStarts);
        bool isOneSet = outcome.Models.All(x => x.Options.TestCount == outcome.Models[0].Options.TestCount && x.Options.Training.Seed == outcome.Models[0].Options.Training.Seed);
        return $"{Whole(outcome.Models[0].Options.TestCount)} spirals of another seed. "
            + $"Reconstruction: from the given number of noisy observations within a window of {SpiralErrors.Window} points, over all points of the window, "
            + $"for windows that begin at points {starts}. "
            + $"Extrapolation: from observations among points 0 to {SpiralErrors.Window - 1}, over points {SpiralErrors.Window} to {SpiralSet.TimeCount - 1}. "
            + $"Median and 90th percentile are over spirals and windows, pooled is over all points together. "
            + $"All spirals shrink, so the last rows show the error of always predicting 0: a useful model must be better."
            + (isOneSet ? "" : " The models were measured on different test spirals, each on those of its own seed; pictures are of the first one's.");
    }

    private static IEnumerable<KeyNumber> Cards(SpiralModelOutcome model)
    {
        SpiralErrors errors = model.Errors[^1];
        string name = Capitalized(model.Title);
        yield return new KeyNumber(
            $"{name}: reconstruction",
            ProgressText.Fixed(errors.Reconstruction.Median, 4),
            Note: $"median error per spiral from {errors.Observations} observations; their noise has deviation {InWords.Number(SpiralSet.NoiseDeviation)}");
        yield return new KeyNumber(
            $"{name}: extrapolation",
            ProgressText.Fixed(errors.Extrapolation.Median, 4),
            Note: $"median error per spiral over the {SpiralSet.TimeCount - SpiralErrors.Window} points after the window");
        if (model.Training is { } training)
        {
            yield return new KeyNumber(
                "Training",
                ProgressText.Time(training.Elapsed),
                Note: string.Create(
                    CultureInfo.InvariantCulture,
                    $"{training.Losses.Count:N0} iterations{(training.StoppedEarly ? ", stopped early" : "")}, "
                        + $"{1_000 * training.Elapsed.TotalSeconds / Math.Max(1, training.Losses.Count):0.0} ms each with validation; "
                        + $"kept: after {training.BestIteration:N0}"));
        }

        yield return new KeyNumber("Parameters", Whole(model.Model.Parameters.ValueCount), Note: SpiralsText.Model(model.Options));
    }

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
