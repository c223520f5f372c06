using NeuralOde.Cli.Evaluate;
using NeuralOde.Series.Forecasting;

namespace NeuralOde.Cli.Fit;

/// <summary>The page about an automatic choice of forecasts.</summary>
internal static class AutomaticFitReport
{
    private const int MostComponents = 24;

    public static Report Create(AutomaticFit fit, string commandLine)
    {
        IReadOnlyList<string> components = fit.Data.Set.Components;
        var report = new Report(fit.Data.Labels.Title ?? $"Forecast of {(components.Count > 3 ? $"{components.Count} columns" : string.Join(", ", components))}")
        {
            Subtitle = $"Chosen from {Path.GetFileName(fit.Data.Path)} by rolling origins, beside the baselines.",
            Footer = ToolVersion.Text,
            HasDownloads = true,
        };
        string[] remarks = [.. fit.Verdicts(), .. fit.Warnings(), .. fit.Data.Notes];
        report = report.Add(remarks.Length > 0 ? [new BulletList(remarks)] : Array.Empty<ReportBlock>());
        if (fit.Ratios() is [var worst, ..])
        {
            report = report.Add(new KeyNumbers(
                new KeyNumber("Ratio", ProgressText.Fixed(worst.Ratio, 2), Note: fit.Verdict()),
                new KeyNumber("Error", ProgressText.Fixed(worst.Model.Mase, 2), Note: $"MASE of {worst.Model.Component}"),
                new KeyNumber("Best baseline", ProgressText.Fixed(worst.Baseline.Mase, 2), Note: worst.Baseline.Method),
                new KeyNumber("In the 80 % band", (100 * worst.Model.Coverage[1]).ToString("0", CultureInfo.InvariantCulture), "%", $"of {worst.Model.Count} held-out values"),
                new KeyNumber("In the 95 % band", (100 * worst.Model.Coverage[2]).ToString("0", CultureInfo.InvariantCulture), "%")));
        }

        if (fit.Evaluation is { } evaluation)
        {
            foreach (string component in fit.Ratios().Select(static x => x.Model.Component).Concat(components).Distinct().Take(MostComponents))
            {
                report = report.Add(EvaluateReport.Section(evaluation, component));
            }
        }

        return report
            .Add(new ReportSection("What was tried", "At rolling origins within the rows: the mean absolute error in units of the series' own changes, and the "
                + "share in the forecast.", Trials(fit)))
            .Add(new ReportSection("Settings", new CodeBlock(commandLine, "The command that made this page. The same command with the same data gives the same forecast.")));
    }

    /// <summary>The forecast of the held-out part with its bands: a panel for each component and series.</summary>
    public static Drawing Figure(AutomaticFit fit)
    {
        (Evaluation evaluation, ForecastDistribution forecast) = (fit.Evaluation!, fit.HeldOut!);
        IReadOnlyList<TimeSeries> training = evaluation.Result.Splits[0].Training.Series;
        bool isOne = training.Count == 1;
        return new PanelGrid
        {
            Title = fit.Data.Labels.Title,
            Panels =
            [
                .. Enumerable.Range(0, fit.Data.Set.Components.Count).SelectMany(c => training.Select((x, s) => EvaluateReport.Panel(evaluation, forecast, x, s, c) with
                {
                    Title = isOne ? fit.Data.Set.Components[c] : $"{fit.Data.Set.Components[c]}, {fit.Data.Set.SeriesName} {x.Id}",
                })).Take(MostComponents),
            ],
            Columns = isOne ? 1 : 3,
            PanelHeight = isOne ? 190 : 130,
            SharedX = isOne,
            SharedY = fit.Data.Set.Components.Count == 1 && !isOne && (fit.Data.Labels.SharesScales ?? PanelRanges.AreAlike(training.Select(static x => x.Values.ToArray()), false)),
        };
    }

    private static ReportTable Trials(AutomaticFit fit) => new()
    {
        Columns = [new("component"), new("method"), new("error", null, true), new("share", "%", true), new("choice")],
        Rows = [.. fit.Forecast.Trials.Select(static x => (IReadOnlyList<string>)
            [x.Component, x.Method, ProgressText.Fixed(x.Error, 2), (100 * x.Weight).ToString("0", CultureInfo.InvariantCulture), x.Choice])],
    };
}
