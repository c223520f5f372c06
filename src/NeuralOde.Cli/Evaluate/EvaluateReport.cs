using NeuralOde.Series.Forecasting;

namespace NeuralOde.Cli.Evaluate;

/// <summary>The page about one run of <c>neuralode evaluate</c>.</summary>
internal static class EvaluateReport
{
    private const int MostComponents = 24;
    private const int MostSeries = 6;
    private static readonly PointStyle s_observed = new() { Color = PaletteColor.Ink, Size = 4.5 };

    public static Report Create(Evaluation evaluation, string commandLine)
    {
        IReadOnlyList<string> components = evaluation.Set.Components;
        var report = new Report($"How well can {(components.Count > 3 ? $"{components.Count} columns" : string.Join(", ", components))} be forecast?")
        {
            Subtitle = $"{evaluation.What()} Table: {Path.GetFileName(evaluation.Path)}.",
            Footer = ToolVersion.Text,
            HasDownloads = true,
        };
        report = report.Add(new BulletList([.. components.Take(MostComponents).SelectMany(evaluation.Verdicts), .. evaluation.Failures()]));
        foreach (string component in components.Take(MostComponents))
        {
            report = report.Add(Section(evaluation, component));
        }

        return report.Add(new ReportSection(
            "What the columns mean",
            "MASE: the mean absolute error of the median over the mean absolute change from one value to the next in the part that was learned from, or from "
                + "season to season where "
                + "there is one. In 80 %: the share of values in the band that should hold 80 %. Score: the mean width of a band and a fine for each value "
                    + "outside it, over the same mean "
                + "change; lower is better. Each method learns from what is before an origin alone.",
            new CodeBlock(commandLine, "The command that made this page. The same command with the same data gives the same numbers.")));
    }

    /// <summary>The scores of a component, and what was forecast.</summary>
    internal static ReportSection Section(Evaluation evaluation, string component) => new(component, [Scores(evaluation, component), .. Forecasts(evaluation, component)]);

    private static ReportTable Scores(Evaluation evaluation, string component) => new()
    {
        Columns =
        [
            new("method"), new("MASE", null, true), new("RMSE", null, true), new("in 50 %", null, true), new("in 80 %", null, true), new("in 95 %", null, true),
            new("score 80", null, true), new("score 95", null, true),
        ],
        Rows = [.. evaluation.Result.Ranking(component).Select(static x => (IReadOnlyList<string>)
            [
                x.Method, ProgressText.Fixed(x.Mase, 3), double.IsFinite(x.Rmse) ? NumberText.Short(x.Rmse) : "-",
                .. x.Coverage.Select(EvaluateRun.Share), ProgressText.Fixed(x.IntervalScore[1], 2), ProgressText.Fixed(x.IntervalScore[2], 2),
            ])],
    };

    /// <summary>The best method and the best model, from every origin.</summary>
    private static IEnumerable<ReportBlock> Forecasts(Evaluation evaluation, string component)
    {
        ForecastScore[] ranking = [.. evaluation.Result.Ranking(component).Where(static x => double.IsFinite(x.Mase))];
        if (ranking.Length == 0)
        {
            yield break;
        }

        string[] shown = [.. ranking.Take(1).Concat(ranking.Where(static x => !Evaluation.IsBaseline(x.Method)).Take(1)).Select(static x => x.Method).Distinct()];
        foreach (string method in shown)
        {
            yield return new PanelGrid
            {
                Title = method,
                Panels = [.. Panels(evaluation, method, evaluation.Set.Components.ToList().IndexOf(component))],
                Columns = 3,
                PanelHeight = 150,
                SharedY = evaluation.Labels.SharesScales ?? evaluation.Set.Series.Count == 1,
                SharedX = evaluation.Set.Series.Count == 1,
                MinPanelWidth = 250,
                Caption = "Line: the median of the forecast. Bands: 80 % and 95 %. Shaded: what was forecast.",
            };
        }
    }

    private static IEnumerable<Figure> Panels(Evaluation evaluation, string method, int component)
    {
        foreach (RollingForecast forecast in evaluation.Result.Forecasts.Where(x => x.Method == method).Reverse())
        {
            if (forecast.Forecast is not { } distribution)
            {
                continue;
            }

            for (int s = 0; s < Math.Min(distribution.Median.Series.Count, MostSeries); s++)
            {
                yield return Panel(evaluation, distribution, evaluation.Result.Splits[forecast.Origin].Training.Series[s], s, component);
            }
        }
    }

    internal static Figure Panel(Evaluation evaluation, ForecastDistribution forecast, TimeSeries training, int s, int c)
    {
        TimeSeries observed = evaluation.Set.Series.First(x => x.Id == training.Id), median = forecast.Median.Series[s];
        double from = training.Times[^1], to = median.Times[^1];

        // Before a long past the forecast would be a sliver.
        double start = Math.Max(observed.Times[0], from - (4 * (to - from)));
        int[] points = [.. Enumerable.Range(0, observed.Count).Where(i => observed.Times[i] >= start && observed.Times[i] <= to)];
        double[] times = median.Times.ToArray();
        return new Figure
        {
            Title = training.Id.Length == 0 ? $"after {evaluation.Set.Time.Text(from)}" : $"{evaluation.Set.SeriesName} {training.Id}, after {evaluation.Set.Time.Text(from)}",
            XAxis = TimeFigureAxis.Of(evaluation.Set.Time, evaluation.Labels),
            YAxis = new FigureAxis(evaluation.Set.Components[c], evaluation.Labels.UnitOf(evaluation.Set.Components[c])),
        }
            .Shade(from, to)
            .Band(times, Column(forecast.Lower(0.95)), Column(forecast.Upper(0.95)), "95 %", PaletteColor.SkyBlue)
            .Band(times, Column(forecast.Lower(0.8)), Column(forecast.Upper(0.8)), "80 %", PaletteColor.Blue)
            .Points([.. points.Select(i => observed.Times[i])], [.. points.Select(i => observed[i, c])], "observed", s_observed)
            .Line(times, Column(forecast.Median), "median", new LineStyle { Color = PaletteColor.Vermillion, Width = 2 });

        double[] Column(TimeSeriesSet set) => [.. Enumerable.Range(0, times.Length).Select(i => set.Series[s][i, c])];
    }
}
