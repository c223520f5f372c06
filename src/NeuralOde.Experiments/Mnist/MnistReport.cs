namespace NeuralOde.Experiments.Mnist;

/// <summary>The page about one run of <c>neuralode experiment mnist</c>.</summary>
internal static class MnistReport
{
    public static Report Create(MnistOutcome outcome, string commandLine)
    {
        var figures = new MnistFigures(outcome);
        var report = new Report($"{outcome.Collection.Title}: {ClassifierText.Title(outcome.Model)}")
        {
            Subtitle = $"{ClassifierText.Model(outcome.Model)}; seed {outcome.Training.Batches.Seed}",
            Footer = ToolVersion.Text,
        };
        report = report.Add(Note(outcome)).Add(Cards(outcome)).Add(new ReportSection("Learning", figures.Curves(), Epochs(outcome)));
        if (outcome.Model.HasEquation)
        {
            report = report.Add(new ReportSection(
                "Evaluations of the field",
                "How often the vector field was evaluated in the solve of one training step, and for the gradient through it (vector-Jacobian products count as "
                    + "evaluations); means over each epoch.",
                figures.Evaluations()));
        }

        if (outcome.Test is { } test)
        {
            report = report.Add(new ReportSection("Confusion", figures.Confusion(test), Classes(outcome, test)));
            report = test.Correct < test.Losses.Length
                ? report.Add(new ReportSection("The worst errors", figures.Worst(test)))
                : report.Add(new ReportSection("The worst errors", "There are none: every test image was classified right."));
        }

        return report.Add(new ReportSection(
            "Settings",
            ReportTable.Pairs(null, ClassifierText.Settings(outcome)),
            new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers.")));
    }

    private static IReadOnlyList<ReportBlock> Note(MnistOutcome outcome) => outcome.Result.Outcome switch
    {
        TrainingOutcome.Canceled =>
        [
            $"Training was stopped after {Whole(outcome.Result.History.Steps.Count)} steps, so the test images were not classified at the end. "
                + $"This page shows what was recorded so far.",
        ],
        TrainingOutcome.Diverged => [$"Training gave up after {Whole(outcome.Result.History.Steps.Count)} steps: {outcome.Result.Failure?.Problem}"],
        _ => [],
    };

    private static KeyNumbers Cards(MnistOutcome outcome)
    {
        ImageTrainingHistory history = outcome.Result.History;
        double trained = history.Epochs.Sum(static x => x.TrainingTime.TotalSeconds);
        double images = history.Epochs.Count * (double)outcome.Data.Training.Count;
        List<KeyNumber> cards = [];
        if (outcome.Test is { } test)
        {
            cards.Add(new KeyNumber(
                "Test error",
                (100 * (1 - test.Accuracy)).ToString("0.00", CultureInfo.InvariantCulture),
                "%",
                $"{Whole(test.Losses.Length - test.Correct)} of {Whole(test.Losses.Length)} images wrong, after the last epoch"));
            cards.Add(new KeyNumber("Test loss", ProgressText.Number(test.Loss), Note: "mean cross entropy"));
        }

        cards.Add(new KeyNumber("Parameters", Whole(outcome.Network.Parameters.ValueCount), Note: ClassifierText.Model(outcome.Model)));
        cards.Add(new KeyNumber(
            "Time",
            ProgressText.Time(outcome.Result.Elapsed),
            Note: trained > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{history.Epochs.Count} epochs; {images / trained:N0} images per second while training")
                : "of an unfinished epoch"));
        if (outcome.Model.HasEquation)
        {
            ImageTrainingStep last = history.Steps[^1];
            cards.Add(
                new KeyNumber("Evaluations", $"{last.ForwardEvaluations} + {last.BackwardEvaluations}", Note: "of the field in the last training step, forward and backward"));
        }

        return new KeyNumbers(cards);
    }

    private static ReportTable Epochs(MnistOutcome outcome) => new()
    {
        Columns =
        [
            new ReportColumn("epoch"), new ReportColumn("training loss", IsNumeric: true),
            new ReportColumn("training accuracy", "%", IsNumeric: true), new ReportColumn($"{outcome.Data.MeasuredName} loss", IsNumeric: true),
            new ReportColumn($"{outcome.Data.MeasuredName} accuracy", "%", IsNumeric: true), new ReportColumn("time", "s", IsNumeric: true),
        ],
        Rows =
        [
            .. outcome.Result.History.Epochs.Select(static x => (IReadOnlyList<string>)
            [
                Whole(x.Number),
                Fixed(x.TrainingLoss, 4),
                Fixed(100 * x.TrainingAccuracy, 2),
                Fixed(x.MeasuredLoss, 4),
                Fixed(100 * x.MeasuredAccuracy, 2),
                Fixed(x.TrainingTime.TotalSeconds, 1),
            ]),
        ],
        Caption = "Training figures are means over the epoch, each batch measured before its step.",
    };

    private static ReportTable Classes(MnistOutcome outcome, ClassifierEvaluation test)
    {
        IReadOnlyList<string> names = outcome.Collection.ClassNames;
        return new ReportTable
        {
            Columns =
            [
                new ReportColumn("class"), new ReportColumn("test images", IsNumeric: true), new ReportColumn("right", "%", IsNumeric: true),
                new ReportColumn("most often classified as"),
            ],
            Rows =
            [
                .. Enumerable.Range(0, names.Count).Select(row =>
                {
                    int count = Enumerable.Range(0, names.Count).Sum(column => test.Confusion[row, column]);
                    int other = Enumerable.Range(0, names.Count).Where(column => column != row).MaxBy(column => test.Confusion[row, column]);
                    string taken = test.Confusion[row, other] > 0 ? $"{names[other]} ({test.Confusion[row, other]})" : "nothing else";
                    return (IReadOnlyList<string>)[names[row], Whole(count), count > 0 ? Fixed(100.0 * test.Confusion[row, row] / count, 2) : "-", taken];
                }),
            ],
        };
    }

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Fixed(double value, int decimals) => ProgressText.Fixed(value, decimals);
}
