using System.Text.Json.Nodes;
using NeuralOde.Series.Models;

namespace NeuralOde.Cli.Fit;

/// <summary>The page about several fits and their ensemble, and the same as numbers.</summary>
internal static class EnsembleReport
{
    private const int MostPanels = 24;
    private const int PagePanels = 12;
    private const int CurvePoints = 200;
    private static readonly LineStyle s_mean = new() { Color = PaletteColor.Blue, Width = 2 };
    private static readonly string[] s_columns = ["error", "naive", "ratio", "training error", "seconds"];

    public static Report Create(EnsembleOutcome outcome, string commandLine)
    {
        int failed = outcome.Runs.Count(static x => x.Row is null);
        ErrorRow pooled = outcome.Errors.Pooled;
        return new Report(outcome.Data.Labels.Title ?? $"Dynamics of {string.Join(", ", outcome.Data.Set.Components)}")
        {
            Subtitle = $"Learned from {Path.GetFileName(outcome.Data.Path)} {outcome.Ensemble.Members.Count} times, with different seeds.",
            Footer = ToolVersion.Text,
            HasDownloads = true,
        }
            .Add(new KeyNumbers(
            [
                new KeyNumber("Held-out error", FitReport.Number(pooled.Model), Note: $"of the mean of {outcome.Ensemble.Members.Count} forecasts; {pooled.Count} values"),
                new KeyNumber("Naive forecast", FitReport.Number(pooled.Naive), Note: "the last observed value"),
                new KeyNumber("Ratio", ProgressText.Fixed(pooled.Ratio, 2), Note: HeldOutErrors.Verdict(pooled, outcome.Errors.Rows)),
                new KeyNumber("Runs that failed", failed.ToString(CultureInfo.InvariantCulture), Note: $"of {outcome.Runs.Count}"),
            ]))
            .Add(new ReportSection("Observations and forecasts", [.. Series(outcome)]))
            .Add(new ReportSection(
                "Errors on the held-out part",
                "Root-mean-square errors of the mean forecast, beside those of the naive forecast: every component stays at its last observed value in training.",
                FitReport.Errors(outcome.Errors.Rows)))
            .Add(new ReportSection("Runs", Runs(outcome.Runs)))
            .Add(new ReportSection("Settings", new CodeBlock(commandLine, "The command that made this page. The same command with the same data gives the same models.")));
    }

    /// <summary>The runs, and the errors of the ensemble where there is one.</summary>
    public static JsonObject Json(IReadOnlyList<EndedRun> runs, EnsembleOutcome? outcome, string commandLine) => new()
    {
        ["tool"] = ToolVersion.Text,
        ["command"] = commandLine,
        ["runs"] = MetricsFile.Objects(runs, static x =>
        {
            var json = new JsonObject { ["run"] = x.Label, ["failure"] = x.Row is null ? x.Failure : null };
            for (int i = 0; i < s_columns.Length; i++)
            {
                json[s_columns[i].Replace(' ', '_')] = x.Row is null ? null : MetricsFile.Number(x.Row.Values[i]);
            }

            return json;
        }),
        ["ensemble"] = outcome is null ? null : FitFiles.Errors(outcome.Errors.Rows),
    };

    private static ReportTable Runs(IReadOnlyList<EndedRun> runs) => new()
    {
        Columns = [new("seed"), .. s_columns.Select(static x => new ReportColumn(x, null, true)), new("failure")],
        Rows = [.. runs.Select(static x => (IReadOnlyList<string>)[x.Label, .. s_columns.Select((_, i) => x.Row is null ? "" : FitReport.Number(x.Row.Values[i])), x.Failure])],
    };

    private static IEnumerable<ReportBlock> Series(EnsembleOutcome outcome)
    {
        TimeSeriesSet data = outcome.Data.Set;
        TimeSeries[] shown = [.. outcome.Data.Split.Training.Series.Take(Math.Max(1, MostPanels / data.Components.Count))];
        EnsembleForecast[] curves = [.. shown.Select(x => outcome.Ensemble.Predict(Grid(outcome, x)))];
        string caption = "Band: from the lowest to the highest forecast. It says how much the forecast depends on the seed; it is no band in which observations lie with some "
            + "probability." + (shown.Length < data.Series.Count ? $" The first {shown.Length} of {data.Series.Count} series." : "");
        for (int c = 0; c < data.Components.Count; c++)
        {
            int component = c;
            IReadOnlyList<ReportBlock> pages = new PanelGrid
            {
                Title = data.Components.Count > 1 ? data.Components[c] : null,
                Panels = [.. shown.Select((x, i) => Panel(outcome, x, curves[i], component))],
                Columns = shown.Length > 1 ? 3 : 1,
                PanelHeight = shown.Length > 1 ? 130 : 260,
                Caption = caption,
            }.ToPages(PagePanels);
            foreach (ReportBlock page in pages)
            {
                yield return page;
            }
        }
    }

    private static Figure Panel(EnsembleOutcome outcome, TimeSeries training, EnsembleForecast curve, int c)
    {
        TimeSeriesSet data = outcome.Data.Set;
        TimeSeries observed = data.Series.First(x => x.Id == training.Id);
        double[] times = curve.Mean.Series[0].Times.ToArray();
        var figure = new Figure
        {
            Title = data.Series.Count > 1 ? $"{data.SeriesName} {training.Id}" : null,
            XAxis = outcome.Data.TimeAxis,
            YAxis = outcome.Data.ValueAxis(c),
        };
        if (observed.Times[^1] > training.Times[^1])
        {
            figure = figure.Shade(training.Times[^1], observed.Times[^1], "held out");
        }

        return figure
            .Band(times, Values(curve.Lowest), Values(curve.Highest), "members")
            .Line(times, Values(curve.Mean), "mean", s_mean)
            .Points(observed.Times.ToArray(), [.. Enumerable.Range(0, observed.Count).Select(i => observed[i, c])], "observations");

        double[] Values(TimeSeriesSet set) => [.. Enumerable.Range(0, times.Length).Select(i => set.Series[0][i, c])];
    }

    /// <summary>Even times from the first observation of a series to its last one.</summary>
    private static TimeSeriesSet Grid(EnsembleOutcome outcome, TimeSeries training)
    {
        SeriesModel first = outcome.Ensemble.Members[0];
        SeriesPath path = first.PathOf(training.Id);
        double from = first.StartOf(path), to = path.DataEnd;
        double[] times = to > from ? [.. Enumerable.Range(0, CurvePoints + 1).Select(i => i == CurvePoints ? to : from + (i * (to - from) / CurvePoints))] : [from];
        return outcome.Data.Set.WithSeries([new TimeSeries(training.Id, times, new double[times.Length * training.Components])]);
    }
}
