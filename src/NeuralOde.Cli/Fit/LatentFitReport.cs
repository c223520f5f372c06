using NeuralOde.Layers;
using NeuralOde.Layers.Recurrent;
using NeuralOde.Losses;

namespace NeuralOde.Cli.Fit;

/// <summary>The page about one run of <c>neuralode fit --model latent</c> on a table.</summary>
internal static class LatentFitReport
{
    private const int PagePanels = 24;
    private const int MostPanels = 96;
    private const int CurvePoints = 100;
    private const string Bound = "Minus the evidence lower bound of each batch, per value.";
    private const string Validated =
        " Rings: minus the log density of the last three tenths of the validation series, given the rest (up to a constant); it selects the best model.";
    private static readonly LineStyle s_mean = new() { Color = PaletteColor.Blue, Width = 2 };
    private static readonly PointStyle s_seen = new() { Color = PaletteColor.Ink, Size = 5 };
    private static readonly PointStyle s_heldOut = new() { Color = PaletteColor.Vermillion, Marker = PointMarker.Ring, Size = 7 };

    public static Report Create(LatentFitOutcome outcome, string commandLine)
    {
        var report = new Report(outcome.Data.Labels.Title ?? $"Latent dynamics of {string.Join(", ", outcome.Data.Set.Components)}")
        {
            Subtitle = $"Learned from {InWords.Counted(outcome.Data.Split.Training.Series.Count, "series", "series")} of {Path.GetFileName(outcome.Data.Path)} by a "
                + $"latent ordinary differential equation.",
            Footer = ToolVersion.Text,
            HasDownloads = true,
        };
        string[] remarks = [.. LatentFitRun.Remarks(outcome), .. outcome.Data.Notes];
        if (outcome.Fit.WasCanceled)
        {
            report = report.Add($"Training was stopped after {InWords.Iterations(outcome.Fit.Training.Losses.Count)}. This page shows the best model so far.");
        }

        if (remarks.Length > 0)
        {
            report = report.Add(new BulletList(remarks));
        }

        report = report.Add(Cards(outcome)).Add(new ReportSection("Observations and forecasts", [.. Series(outcome)]));
        if (outcome.Errors.Count > 0)
        {
            report = report.Add(new ReportSection(
                "Errors on the held-out part",
                "Root-mean-square errors, beside those of the naive forecast: every component stays at its last observed value. A ratio below 1 is better than naive. "
                    + "Errors of logarithms are relative: 0.1 is about 10 %.",
                FitReport.Errors(outcome.Errors)));
        }

        return report
            .Add(new ReportSection("Training", Loss("nats per value", outcome.Fit.Training, outcome.Fit.ValidationCount == 0 ? Bound : Bound + Validated)))
            .Add(new ReportSection(
                "Settings",
                Settings(outcome),
                new CodeBlock(commandLine, "The command that made this page. The same command with the same data gives the same model.")));
    }

    /// <summary>The loss over training, and what selects the best model.</summary>
    public static Figure Loss(string unit, TrainingResult training, string caption)
    {
        Figure figure = new Figure { XAxis = new FigureAxis("iteration"), YAxis = new FigureAxis("loss", unit), Height = 320, Caption = caption }
            .Line([.. Enumerable.Range(1, training.Losses.Count).Select(static i => (double)i)], training.Losses, "loss of the batch", s_mean with { Width = 1 });
        return training.Validations.Count == 0
            ? figure
            : figure.Points([.. training.Validations.Select(static x => (double)x.Iteration)], [.. training.Validations.Select(static x => x.Error)], "validation", s_heldOut)
                .VerticalRule(training.BestIteration, "kept");
    }

    /// <summary>One grid of small panels per component: what was seen, what was held out, the mean and the band.</summary>
    public static IEnumerable<ReportBlock> Series(LatentFitOutcome outcome)
    {
        TimeSeriesSet data = outcome.Data.Set, training = outcome.Data.Split.Training;
        TimeSeries[] shown = [.. training.Series.Take(Math.Max(PagePanels, MostPanels / data.Components.Count))];
        string all = training.Series.Count > shown.Length ? $" The first {shown.Length} of {training.Series.Count.ToString("N0", CultureInfo.InvariantCulture)} series." : "";
        SeriesForecast[] curves =
        [
            .. shown.Select((x, i) => outcome.Fit.Forecaster.Predict(
                training.WithSeries([x]), Grid(x.Times[0], Math.Max(outcome.Data.Split.DataEnds[i], x.Times[^1])), outcome.Forecasting)),
        ];
        string heldOut = outcome.Data.Split.Scored is null
            ? "Nothing was held out."
            : "Shaded: the held-out part; the curve and its band are inferred from the observations before it.";
        string caption = string.Create(
            CultureInfo.InvariantCulture,
            $"The band should contain {100 * outcome.Forecasting.Level:0} % of the observations. {heldOut}{all}");
        for (int c = 0; c < data.Components.Count; c++)
        {
            int component = c;
            IReadOnlyList<ReportBlock> pages = new PanelGrid
            {
                Title = data.Components.Count > 1 ? data.Components[c] : null,
                Panels = [.. shown.Select((x, i) => Panel(outcome, x, curves[i], component))],
                Columns = 3,
                PanelHeight = 130,
                SharedY = outcome.Data.Labels.SharesScales ?? PanelRanges.AreAlike(
                    shown.Select(x => Enumerable.Range(0, x.Count).Select(i => x[i, component]).ToArray()), data.LogComponents.Contains(data.Components[c])),
                Caption = caption,
            }.ToPages(PagePanels);
            foreach (ReportBlock page in pages)
            {
                yield return page;
            }
        }
    }

    private static Figure Panel(LatentFitOutcome outcome, TimeSeries training, SeriesForecast curve, int c)
    {
        TimeSeriesSet data = outcome.Data.Set;
        TimeSeries observed = data.Series.First(x => x.Id == training.Id);
        double[] times = curve.Mean.Series[0].Times.ToArray();
        var figure = new Figure
        {
            Title = $"{data.SeriesName} {training.Id}",
            XAxis = outcome.Data.TimeAxis,
            YAxis = outcome.Data.ValueAxis(c),
        };
        int[] heldOut = [.. Enumerable.Range(0, observed.Count).Where(i => observed.Times[i] > training.Times[^1] && !double.IsNaN(observed[i, c]))];
        if (heldOut.Length > 0)
        {
            figure = figure.Shade(training.Times[^1], observed.Times[^1], "held out");
        }

        figure = figure
            .Band(times, Values(curve.Lower), Values(curve.Upper), "band")
            .Line(times, Values(curve.Mean), "mean", s_mean)
            .Points(training.Times.ToArray(), [.. Enumerable.Range(0, training.Count).Select(i => training[i, c])], "observations", s_seen);
        return heldOut.Length == 0
            ? figure
            : figure.Points([.. heldOut.Select(i => observed.Times[i])], [.. heldOut.Select(i => observed[i, c])], "held-out observations", s_heldOut);

        double[] Values(TimeSeriesSet set) => [.. Enumerable.Range(0, times.Length).Select(i => set.Series[0][i, c])];
    }

    private static double[] Grid(double from, double to) =>
        to > from ? [.. Enumerable.Range(0, CurvePoints + 1).Select(i => i == CurvePoints ? to : from + (i * (to - from) / CurvePoints))] : [from];

    private static KeyNumbers Cards(LatentFitOutcome outcome)
    {
        List<KeyNumber> cards = [];
        if (outcome.Pooled is { } pooled && outcome.Coverage is var (inside, count))
        {
            string scale = pooled.Scale switch { "log" => "log scale", "natural" => "natural scale", _ => "standard deviations" };
            cards.Add(new KeyNumber("Held-out error", FitReport.Number(pooled.Model), Note: $"root mean square of {pooled.Count} values, {scale}"));
            cards.Add(new KeyNumber("Naive forecast", FitReport.Number(pooled.Naive), Note: "the last observed value"));
            cards.Add(new KeyNumber("Ratio", ProgressText.Fixed(pooled.Ratio, 2), Note: HeldOutErrors.Verdict(pooled, outcome.Errors)));
            cards.Add(new KeyNumber(
                "In the band",
                (100.0 * inside / count).ToString("0", CultureInfo.InvariantCulture),
                "%",
                string.Create(CultureInfo.InvariantCulture, $"{inside} of {count} held-out values; {100 * outcome.Forecasting.Level:0} % expected")));
        }

        cards.Add(new KeyNumber(
            "Training",
            outcome.Fit.Training.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
            "s",
            InWords.Iterations(outcome.Fit.Training.Losses.Count)));
        return new KeyNumbers(cards);
    }

    private static ReportTable Settings(LatentFitOutcome outcome)
    {
        LatentForecaster model = outcome.Fit.Forecaster;
        return ReportTable.Pairs(
            null,
            [
                ("training series", FitText.Series(outcome.Data.Split.Training.Series.Count, outcome.Fit.ValidationCount)),
                ("components", string.Join(", ", model.Scaling.Components.Select(static x => x.IsLog ? $"{x.Name} (log)" : x.Name))),
                .. outcome.Data.Set.Covariates.Count > 0 ? [("covariates", string.Join(", ", outcome.Data.Set.Covariates))] : Array.Empty<(string, string)>(),
                .. Model(model.Model),
                .. LatentFitOptions.Settings.Describe(outcome.Options).Where(static x => x.Name != "evidence weight"),
                ("noise, in standard deviations", string.Join(", ", model.Noise.Select(FitReport.Number))),
                ("unit of time in the model", $"{FitReport.Number(model.Scaling.TimeScale)} ({model.Scaling.Time.Unit})"),
                .. LatentForecastOptions.Settings.Describe(outcome.Forecasting).Where(static x => x.Name != "seed"),
            ]);
    }

    /// <summary>What no setting says about a latent model.</summary>
    public static IEnumerable<(string Name, string Value)> Model(LatentOde model) =>
    [
        ("latent dynamics", $"a tanh network, solved by {model.Ode.Solver.Name}"),
        ("weights", model.Parameters.ValueCount.ToString("N0", CultureInfo.InvariantCulture)),
    ];
}
