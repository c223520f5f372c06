using NeuralOde.Losses;
using NeuralOde.Series.Models;

namespace NeuralOde.Cli.Fit;

/// <summary>The page about one run of <c>neuralode fit</c>.</summary>
internal static class FitReport
{
    public static Report Create(FitOutcome outcome, string commandLine)
    {
        var figures = new FitFigures(outcome);
        Report report = new Report(outcome.Data.Labels.Title ?? $"Dynamics of {string.Join(", ", outcome.Data.Set.Components)}")
        {
            Subtitle = $"Learned from {Path.GetFileName(outcome.Data.Path)} by a neural ordinary differential equation.",
            Footer = ToolVersion.Text,
            HasDownloads = true,
        }
            .Add([.. Notes(outcome, figures)])
            .Add(Cards(outcome))
            .Add(new ReportSection("Observations, fit and forecast", [.. figures.Series()]));
        if (outcome.Errors.Count > 0)
        {
            report = report.Add(new ReportSection(
                "Errors on the held-out part",
                "Root-mean-square errors, beside those of the naive forecast: every component stays at its last observed value in training. "
                    + "A ratio below 1 is better than naive. Errors of logarithms are relative: 0.1 is about 10 %.",
                Errors(outcome.Errors)));
        }

        if (figures.Portrait() is { } portrait)
        {
            report = report.Add(new ReportSection("Phase portrait", portrait));
        }

        IReadOnlyList<FrameSequence> evolution = figures.Evolution();
        return report
            .Add(new ReportSection("Over training", [
                .. evolution,
                .. figures.HasStrips ? (ReportBlock[])[new Collapsible("All at once", [.. evolution.Select(static x => x.ToFilmStrip(6, 3, 130))])] : [],
            ]))
            .Add(new ReportSection("Training error", figures.Loss()))
            .Add(new ReportSection(
                "Settings",
                Settings(outcome),
                new CodeBlock(commandLine, "The command that made this page. The same command with the same data gives the same model.")));
    }

    private static IEnumerable<ReportBlock> Notes(FitOutcome outcome, FitFigures figures)
    {
        if (outcome.Fit.WasCanceled)
        {
            yield return $"Training was stopped after {outcome.Fit.Losses.Count.ToString("N0", CultureInfo.InvariantCulture)} of "
                + $"{outcome.Options.Iterations.ToString("N0", CultureInfo.InvariantCulture)} iterations. This page shows the best model so far.";
        }

        string[] remarks = [.. FitRun.Remarks(outcome), .. figures.Warnings(), .. outcome.Data.Notes];
        if (remarks.Length > 0)
        {
            yield return new BulletList(remarks);
        }
    }

    private static KeyNumbers Cards(FitOutcome outcome)
    {
        SeriesFit fit = outcome.Fit;
        List<KeyNumber> cards = [];
        if (outcome.Pooled is { } pooled)
        {
            string scale = pooled.Scale switch { "log" => "log scale", "natural" => "natural scale", _ => "standard deviations" };
            cards.Add(new KeyNumber("Held-out error", Number(pooled.Model), Note: $"root mean square of {pooled.Count} values, {scale}"));
            cards.Add(new KeyNumber("Naive forecast", Number(pooled.Naive), Note: "the last observed value"));
            cards.Add(new KeyNumber("Ratio", ProgressText.Fixed(pooled.Ratio, 2), Note: HeldOutErrors.Verdict(pooled, outcome.Errors)));
        }

        cards.Add(new KeyNumber("Training error", Number(fit.TrainingError), Note: "in standard deviations of each component"));
        cards.Add(new KeyNumber(
            "Training",
            fit.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
            "s",
            $"{fit.Losses.Count.ToString("N0", CultureInfo.InvariantCulture)} iterations"));
        return new KeyNumbers(cards);
    }

    internal static ReportTable Errors(IReadOnlyList<ErrorRow> rows) => new()
    {
        Columns = [new("component"), new("scale"), new("values", null, true), new("held-out RMSE", null, true), new("naive RMSE", null, true), new("ratio", null, true)],
        Rows = [.. rows.Select(static row => (IReadOnlyList<string>)
            [row.Component, row.Scale, row.Count.ToString(CultureInfo.InvariantCulture), Number(row.Model), Number(row.Naive), ProgressText.Fixed(row.Ratio, 3)])],
    };

    private static ReportTable Settings(FitOutcome outcome)
    {
        SeriesModel model = outcome.Fit.Model;
        return ReportTable.Pairs(
            null,
            [
                ("training series", model.Paths.Count.ToString(CultureInfo.InvariantCulture)),
                ("components", string.Join(", ", model.Scaling.Components.Select(static x => x.IsLog ? $"{x.Name} (log)" : x.Name))),
                ("network", $"tanh layers plus a matrix; {model.ParameterCount} weights"),
                ("unit of time in the model", $"{Number(model.Scaling.TimeScale)} ({model.Scaling.Time.Unit})"),
                ("optimizer", "Adam, with cosine decay in each stage"),
                ("gradient", GradientText(outcome.Fit)),
                .. SeriesFitOptions.Settings.Describe(outcome.Options),
                ("trajectory", outcome.Fit.PieceLength is { } length ? $"pieces of about {length} observations" : "one solve per series"),
            ]);
    }

    private static string GradientText(SeriesFit fit) => fit.GradientError is { } error
        ? string.Create(CultureInfo.InvariantCulture, $"largest error that a check measured: {error:0.0e+0} of its size")
        : "not checked";

    internal static string Number(double value) => double.IsFinite(value) ? NumberText.Short(value) : "none";
}
