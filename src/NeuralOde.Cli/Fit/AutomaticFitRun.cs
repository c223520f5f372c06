using System.Text.Json.Nodes;
using NeuralOde.Cli.Evaluate;
using NeuralOde.Series.Forecasting;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>neuralode fit</c> does where no kind of model is asked for: it compares, chooses, and says how good that is beside the baselines.</summary>
internal static class AutomaticFitRun
{
    public static int Start(CommandContext context, CommandValues parsed, FitCommand.FitOptions options)
    {
        LatentFitRun.RefuseOtherOptions(parsed, options);
        string path = parsed.GetValue(options.Data)!;
        string? report = parsed.GetValue(options.Report), save = parsed.GetValue(options.Save), output = parsed.GetValue(options.Out), metrics = parsed.GetValue(options.Metrics);
        string? figure = parsed.GetValue(options.Figure);
        OutputFiles.Check(path, ("--report", report), ("--save", save), ("--out", output), ("--metrics", metrics), ("--figure", figure));
        FitCommand.CheckEndings(report, save, output, metrics);
        PngProgram? png = FigureFile.Check(figure);
        var data = FitData.Read(parsed, options);
        long seed = options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), parsed).Seed;
        ForecastOptions known = options.Known.Read(parsed, data.Set, seed);
        TimeSpan? limit = parsed.GetValue(options.TimeLimit) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue / 1000)) : null;
        foreach (string note in data.Notes)
        {
            context.Error.WriteLine(note);
        }

        CommandException.ThrowIf(
            (output ?? figure) is not null && data.Split.Scored is null,
            $"{(output is null ? "--figure draws" : "--out writes")} the forecast of what is held out, and nothing is held out. Give --hold-out a number or a fraction.");
        string title = $"Choosing how to forecast {Listed(data.Set.Components)} from {InWords.Counted(data.Split.Training.Series.Count, "series", "series")} of {path} "
            + $"(about ten seconds for 200 rows{(limit is { } most ? $", at most {most.TotalSeconds:0.###} s" : "")}; --quick fits one network in a second)";
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        clock.CancelAfter(limit ?? Timeout.InfiniteTimeSpan);
        AutomaticFit fit;
        try
        {
            fit = ProgressView.Run(context, title, (Step x) => x.Mark(), (IProgress<Step> progress) => Run(data, known, progress, clock.Token));
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // What is tried depends on the size of the table alone, so that the same command gives the same forecast: the clock ends it, and chooses nothing.
            throw new CommandException(
                $"The time limit of {limit!.Value.TotalSeconds:0.###} s was over before a forecast was chosen; no files were written. Raise --time-limit, name fewer "
                    + "columns with --states, or add --quick.", ExitCode.Failure);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        Print(context, fit);
        if (output is not null)
        {
            fit.HeldOut!.WriteCsv(output);
            context.Out.WriteLine($"Forecast: {output}");
        }

        if (save is not null)
        {
            fit.Forecast.Save(save);
            context.Out.WriteLine($"Model:    {save}");
        }

        if (metrics is not null)
        {
            MetricsFile.WriteJson(metrics, Json(fit, context.CommandLine));
            context.Out.WriteLine($"Metrics:  {metrics}");
        }

        if (figure is not null)
        {
            FigureFile.Write(figure, AutomaticFitReport.Figure(fit), png);
            context.Out.WriteLine($"Figure:   {figure}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, AutomaticFitReport.Create(fit, context.CommandLine).ToHtml());
            context.Out.WriteLine($"Report:   {report}");
        }

        return ExitCode.Success;
    }

    /// <summary>Compares on what is held out, then learns from everything.</summary>
    private static AutomaticFit Run(FitData data, ForecastOptions known, IProgress<Step> progress, CancellationToken cancellation)
    {
        var said = new Saying(progress, data.Set.Components.Count * (data.Split.Scored is null ? 2 : 4));
        Evaluation? evaluation = null;
        ForecastDistribution? heldOut = null;
        if (data.Split.Scored is { } scored)
        {
            IForecaster[] methods = [.. Forecasters.Baselines(known), new AutomaticForecaster(known, said)];
            RollingResult result = RollingOrigins.Evaluate([scored], methods, known, cancellation: cancellation);
            heldOut = result.Forecasts[^1].Forecast;
            evaluation = new Evaluation(data.Path, data.Set, new EvaluateOptions { Origins = 1 }, result) { Labels = data.Labels };
        }

        TimeSeriesSet all = data.Set.WithSeries([.. data.Set.Series.Where(static x => Enumerable.Range(0, x.Count).Any(x.IsObserved))]);
        AutomaticForecast forecast = new AutomaticForecaster(known, said).Fit(all, cancellation);
        return new AutomaticFit(data, known, evaluation, heldOut, forecast);
    }

    private static void Print(CommandContext context, AutomaticFit fit)
    {
        if (fit.Evaluation is { } evaluation)
        {
            context.Out.WriteLine("On the held-out part, beside the baselines:");
            EvaluateRun.PrintScores(context, evaluation);
            context.Out.WriteLine();
            foreach (string sentence in fit.Verdicts().Concat(fit.Warnings()))
            {
                context.Out.WriteLine(sentence);
            }

            context.Out.WriteLine();
        }

        for (int c = 0; c < fit.Data.Set.Components.Count; c++)
        {
            context.Out.WriteLine($"{fit.Data.Set.Components[c]}, from all rows: {fit.Forecast.Descriptions[c]}.");
        }
    }

    private static JsonObject Json(AutomaticFit fit, string commandLine)
    {
        JsonObject json = fit.Evaluation is { } evaluation ? EvaluateFiles.Json(evaluation, commandLine) : new() { ["tool"] = ToolVersion.Text, ["command"] = commandLine };
        json["chosen"] = MetricsFile.Objects(fit.Forecast.Trials, static x => new()
        {
            ["component"] = x.Component,
            ["method"] = x.Method,
            ["error"] = MetricsFile.Number(x.Error),
            ["share"] = MetricsFile.Number(x.Weight),
            ["choice"] = x.Choice,
        });
        json["remarks"] = new JsonArray([.. fit.Verdicts().Concat(fit.Warnings()).Concat(fit.Data.Notes).Select(static x => (JsonNode?)x)]);
        return json;
    }

    private static string Listed(IReadOnlyList<string> names) =>
        names.Count <= 8 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(8))} and {names.Count - 8} more columns";

    /// <summary>What is being tried, of how many things.</summary>
    private readonly record struct Step(string Text, int Done, int All)
    {
        public ProgressMark Mark()
        {
            string text = Text;
            return new ProgressMark(Done, All, Done == All, () => text, room => ProgressText.Cut(text, room));
        }
    }

    private sealed class Saying(IProgress<Step> progress, int all) : IProgress<string>
    {
        private int _done;

        public void Report(string value) => progress.Report(new Step(value, Interlocked.Increment(ref _done), all));
    }
}

/// <summary>A choice with its errors on what was held out.</summary>
/// <param name="Data">The data.</param>
/// <param name="Known">What was known beforehand.</param>
/// <param name="Evaluation">The comparison with the baselines; null where nothing was held out.</param>
/// <param name="HeldOut">The forecast of the held-out part; null where nothing was.</param>
/// <param name="Forecast">What was learned from everything.</param>
internal sealed record AutomaticFit(FitData Data, ForecastOptions Known, Evaluation? Evaluation, ForecastDistribution? HeldOut, AutomaticForecast Forecast)
{
    /// <summary>For each component its error over the best baseline's, the worst first.</summary>
    public IReadOnlyList<(ForecastScore Model, ForecastScore Baseline, double Ratio)> Ratios()
    {
        if (Evaluation is not { } evaluation)
        {
            return [];
        }

        return
        [
            .. Data.Set.Components.Select(component =>
            {
                IReadOnlyList<ForecastScore> ranking = evaluation.Result.Ranking(component);
                ForecastScore model = ranking.First(static x => !Evaluation.IsBaseline(x.Method)), baseline = ranking.First(static x => Evaluation.IsBaseline(x.Method));
                return (model, baseline, model.Mase / baseline.Mase);
            }).Where(static x => double.IsFinite(x.Item3)).OrderByDescending(static x => x.Item3),
        ];
    }

    /// <summary>What the forecast of the held-out part does that the data never did.</summary>
    public IEnumerable<string> Warnings()
    {
        if (HeldOut is not { } forecast || Evaluation is not { } evaluation)
        {
            return [];
        }

        TimeSeriesSet training = evaluation.Result.Splits[0].Training, median = forecast.Median;
        return ForecastWarnings.Of(training, training, c => median.Series.SelectMany(x => Enumerable.Range(0, x.Count).Select(i => x[i, c])))
            .Concat(SeriesWarnings.Of(training, median));
    }

    /// <summary>What the errors say, as sentences: the worst component first.</summary>
    public IEnumerable<string> Verdicts()
    {
        foreach ((ForecastScore model, ForecastScore baseline, double ratio) in Ratios())
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Component}: {ratio:0.00} times the error of the best baseline, {baseline.Method}{(ratio < 1 ? "" : ": it is not better")}; "
                    + $"the 80 % band holds {100 * model.Coverage[1]:0} % and the 95 % band {100 * model.Coverage[2]:0} % of {model.Count} values.");
        }
    }

    /// <summary>The verdict in a few words.</summary>
    public string Verdict() => Ratios() is not [var worst, ..] ratios ? "undefined"
        : worst.Ratio < 1 ? "better than every baseline"
        : ratios.Count == 1 ? $"not better than {worst.Baseline.Method}"
        : $"not better than {worst.Baseline.Method} for {worst.Model.Component}";
}
