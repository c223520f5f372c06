using NeuralOde.Losses;

namespace NeuralOde.Cli.Fit;

/// <summary>The page about a classifier of series.</summary>
internal static class ClassifyReport
{
    public static Report Create(ClassifyOutcome outcome, string commandLine)
    {
        SeriesClassification shown = outcome.OnTest ?? outcome.OnTraining;
        string of = outcome.OnTest is null ? "training" : "test";
        return new Report($"Classes of series in {Path.GetFileName(outcome.Path)}")
        {
            Subtitle = $"Learned by a latent ordinary differential equation with a linear layer{(outcome.TestPath is { } test ? $", tested on {Path.GetFileName(test)}" : "")}.",
            Footer = ToolVersion.Text,
        }
            .Add(outcome.Fit.WasCanceled
                ? [$"Training was stopped after {InWords.Iterations(outcome.Fit.Training.Losses.Count)}. This page shows the best model so far."]
                : Array.Empty<ReportBlock>())
            .Add(Cards(outcome))
            .Add(new ReportSection("Confusion", Confusion(shown, of), Classes(shown, of)))
            .Add(new ReportSection(
                "Training",
                LatentFitReport.Loss(
                    "nats",
                    outcome.Fit.Training,
                    "Cross entropy and minus the evidence lower bound (per value) of each batch."
                        + (outcome.Fit.ValidationCount == 0 ? "" : " Rings: the cross entropy on validation series, which select the best model."))))
            .Add(new ReportSection(
                "Settings",
                ReportTable.Pairs(
                    null,
                    [
                        ("training series", FitText.Series(outcome.Training.Labels.Count, outcome.Fit.ValidationCount)),
                        ("components", outcome.Training.Series.Components.Count.ToString(CultureInfo.InvariantCulture)),
                        ("lengths", Lengths(outcome)),
                        ("classes", string.Join(", ", outcome.Training.Classes)),
                        .. LatentFitReport.Model(outcome.Fit.Classifier.Model),

                        // A classifier encodes whole series.
                        .. LatentFitOptions.Settings.Describe(outcome.Options).Where(static x => x.Name != "partial share"),
                    ]),
                new CodeBlock(commandLine, "The command that made this page. The same command with the same data gives the same model.")));
    }

    private static KeyNumbers Cards(ClassifyOutcome outcome)
    {
        List<KeyNumber> cards = [];
        if (outcome.OnTest is { } test)
        {
            cards.Add(new KeyNumber("Test accuracy", Percent(test.Accuracy), "%", $"{test.Correct} of {test.Count} series"));
            cards.Add(new KeyNumber("Test loss", ProgressText.Number(test.Loss), Note: "mean cross entropy"));
        }

        cards.Add(new KeyNumber("Training accuracy", Percent(outcome.OnTraining.Accuracy), "%", $"{outcome.OnTraining.Correct} of {outcome.OnTraining.Count} series"));
        cards.Add(new KeyNumber(
            "Training",
            outcome.Fit.Training.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
            "s",
            InWords.Iterations(outcome.Fit.Training.Losses.Count)));
        return new KeyNumbers(cards);
    }

    private static Figure Confusion(SeriesClassification result, string of)
    {
        int n = result.Classes.Count;
        double[,] counts = new double[n, n];
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++)
            {
                // The first class is highest.
                counts[n - 1 - row, column] = result.Confusion[row, column];
            }
        }

        return new Figure
        {
            XAxis = new FigureAxis("classified as") { Categories = [.. result.Classes] },
            YAxis = new FigureAxis("class") { Categories = [.. result.Classes.Reverse()] },
            Height = Math.Clamp(140 + (34 * n), 260, 900),
            Caption = $"How many {of} series of each class were classified as which.",
        }
            .Heat(counts, HeatBounds.Categories(n, n), new FigureAxis($"{of} series"), static x => x == 0 ? "" : x.ToString("0", CultureInfo.InvariantCulture));
    }

    private static ReportTable Classes(SeriesClassification result, string of) => new()
    {
        Columns =
        [
            new ReportColumn("class"), new ReportColumn($"{of} series", IsNumeric: true), new ReportColumn("right", "%", IsNumeric: true),
            new ReportColumn("most often classified as"),
        ],
        Rows =
        [
            .. Enumerable.Range(0, result.Classes.Count).Select(row =>
            {
                int count = Enumerable.Range(0, result.Classes.Count).Sum(column => result.Confusion[row, column]);
                int other = Enumerable.Range(0, result.Classes.Count).Where(column => column != row).MaxBy(column => result.Confusion[row, column]);
                return (IReadOnlyList<string>)
                [
                    result.Classes[row],
                    count.ToString(CultureInfo.InvariantCulture),
                    count > 0 ? Percent((double)result.Confusion[row, row] / count) : "-",
                    result.Confusion[row, other] > 0 ? $"{result.Classes[other]} ({result.Confusion[row, other]})" : "nothing else",
                ];
            }),
        ],
    };

    private static string Lengths(ClassifyOutcome outcome)
    {
        int least = outcome.Training.Series.Series.Min(static x => x.Count), most = outcome.Training.Series.Series.Max(static x => x.Count);
        return least == most ? least.ToString(CultureInfo.InvariantCulture) : $"{least} to {most}";
    }

    private static string Percent(double share) => ProgressText.Fixed(100 * share, 2);
}
