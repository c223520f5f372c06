using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>The page about one run of <c>neuralode experiment flow</c>.</summary>
internal static class FlowReport
{
    public static Report Create(FlowOutcome outcome, string commandLine)
    {
        DensityFit fit = outcome.Fit;
        DensityOptions options = fit.Model.Options;
        var figures = new FlowFigures(outcome);
        int dimension = outcome.Data.Dimension;
        var report = new Report($"A flow from noise to {outcome.Source.Title}")
        {
            Subtitle = $"The density of {(dimension == 1 ? "one column" : $"{dimension} columns")}, learned by {DensityWords.Title(options.Method)}.",
            Footer = ToolVersion.Text,
        };
        report = report.Add(fit.Training.Outcome == TrainingOutcome.Completed
            ? Array.Empty<ReportBlock>()
            : [$"Training ended after {InWords.Iterations(fit.Training.Losses.Count)} of {InWords.Whole(options.Iterations)}. This page shows the best model so far."]);
        report = report.Add(Numbers(outcome));
        report = dimension == 1
            ? report.Add(new ReportSection("Density", figures.Line()))
            : report.Add(new ReportSection("From noise to data", figures.Evolution()))
                .Add(new ReportSection(dimension > 2 ? "Rows and draws, first two columns" : "Rows and draws", figures.Draws()))
                .Add(new ReportSection("Ways", figures.Ways()));
        report = report.Add(new ReportSection("Error over the time of training", figures.OverTime()));
        report = figures.Evaluations() is { } evaluations ? report.Add(new ReportSection("Cost of a solve over training", evaluations)) : report;
        if (outcome.Others.Count > 0)
        {
            report = report.Add(new ReportSection("Models compared", Table(outcome)));
        }

        if (dimension == 2 && outcome.Methods.Count() > 1)
        {
            report = report.Add(new ReportSection("Densities by method", figures.Densities(outcome.Methods, 2)));
        }

        if (dimension == 2 && outcome.Depths.Any())
        {
            report = report.Add(new ReportSection(
                "Discrete and continuous by depth",
                "Planar flows of growing depth, and continuous flows with as many hidden units in one layer (after figure 4 of Chen et al. 2018, here by maximum likelihood).",
                figures.Densities(outcome.Depths.OrderBy(static x => x.Fit.Model.Options.Method == DensityMethod.Planar ? 0 : 1), outcome.Depths.Count() / 2)));
        }

        return report.Add(new ReportSection(
            "Settings",
            ReportTable.Pairs(null, [("data", outcome.Source.Name), ("columns", string.Join(", ", outcome.Data.Columns)), .. DensityOptions.Settings.Describe(options)]),
            new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers.")));
    }

    private static KeyNumbers Numbers(FlowOutcome outcome)
    {
        DensityFit fit = outcome.Fit;
        return new KeyNumbers(
        [
            new KeyNumber("Negative log-likelihood", Nats(fit.NegativeLogLikelihood), "nats", "of rows that neither learned nor chose the model, standardized"),
            new KeyNumber("One normal distribution", Nats(outcome.Baselines.Gaussian), "nats"),
            new KeyNumber("Kernel density", Nats(outcome.Baselines.Kernel), "nats", $"width {NumberText.Short(outcome.Baselines.KernelWidth)}, chosen by validation"),
            new KeyNumber(
                "Training", fit.Training.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), "s",
                $"{InWords.Iterations(fit.Training.Losses.Count)}, {InWords.Whole(fit.Model.Parameters.ValueCount)} parameters"),
            .. fit.Evaluations > 0 ? [new KeyNumber("Evaluations", fit.Evaluations.ToString("N0", CultureInfo.InvariantCulture), null, "to score rows at "
                + "1e-5")] : Array.Empty<KeyNumber>(),
        ]);
    }

    private static ReportTable Table(FlowOutcome outcome) => new()
    {
        Caption = "Standardized rows held out; less is better.",
        Columns =
        [
            new ReportColumn("model"), new ReportColumn("error", "nats", true), new ReportColumn("parameters", null, true), new ReportColumn("training", "s", true),
            new ReportColumn("evaluations", null, true),
        ],
        Rows =
        [
            .. outcome.Methods.Concat(outcome.Depths).Select(static x => (IReadOnlyList<string>)
            [
                x.Label, Nats(x.Fit.NegativeLogLikelihood), InWords.Whole(x.Fit.Model.Parameters.ValueCount),
                x.Fit.Training.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), x.Fit.Evaluations > 0
                    ? x.Fit.Evaluations.ToString(CultureInfo.InvariantCulture) : "",
            ]),
            ["one normal distribution", Nats(outcome.Baselines.Gaussian), "", "", ""],
            ["kernel density", Nats(outcome.Baselines.Kernel), "", "", ""],
        ],
    };

    private static string Nats(double value) => ProgressText.Fixed(value, 3);
}
