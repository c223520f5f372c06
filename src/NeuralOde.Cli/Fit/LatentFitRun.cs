using NeuralOde.Blocks;
using NeuralOde.Layers.Recurrent;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>neuralode fit --model latent</c> does with a table; with labeled series see <see cref="ClassifyRun"/>.</summary>
internal static class LatentFitRun
{
    private const double Level = 0.9;

    public static int Start(CommandContext context, CommandValues parsed, FitCommand.FitOptions options)
    {
        const string Fields = "is an option of the default model, --model field";
        Refuse(parsed, "varies settings of a network of the columns", options.Grid);
        Refuse(parsed, Fields, Named(options, "time-dependent", "hidden-states", "regularization", "solver"));
        if (IsLabeled(parsed, options))
        {
            return ClassifyRun.Start(context, parsed, options);
        }

        Refuse(parsed, "is for classifiers, which learn from labeled series in a .ts file", options.Test);
        string? report = parsed.GetValue(options.Report), save = parsed.GetValue(options.Save), output = parsed.GetValue(options.Out), metrics = parsed.GetValue(options.Metrics);
        string? figure = parsed.GetValue(options.Figure);
        int[]? seeds = parsed.GetValue(options.Seeds);
        CommandException.ThrowIf(
            seeds is { Length: > 0 } && (report ?? save ?? output ?? metrics ?? figure) is not null,
            "--seeds prints a table and writes no files. Omit --report, --save, --out, --metrics and --figure, or choose one --seed.");
        OutputFiles.Check(parsed.GetValue(options.Data), ("--report", report), ("--save", save), ("--out", output), ("--metrics", metrics), ("--figure", figure));
        FitCommand.CheckEndings(report, save, output, metrics);
        PngProgram? png = FigureFile.Check(figure);
        var data = FitData.Read(parsed, options);
        CommandException.ThrowIf(
            data.Split.Scored is null && (seeds is { Length: > 0 } || output is not null),
            $"{(output is null ? "--seeds compares errors on" : "--out writes the forecast of")} what is held out, and nothing is held out. "
                + $"Give --hold-out a number or a fraction.");
        CommandException.ThrowIf(
            data.Split.Training.Series.Count < 2,
            "A latent model learns what several series have in common, and there is only one series here. "
                + "Name the column that identifies the series with --series, or omit --model latent.");
        LatentFitOptions settings = Shared(context, parsed, options, options.Settings.Apply(LatentFitOptions.Settings, LatentFitOptions.ForSeries, parsed));
        LatentForecastOptions forecasting = options.Settings.Apply(LatentForecastOptions.Settings, new LatentForecastOptions(), parsed) with
        { Level = Level, Seed = settings.Seed };
        foreach (string note in data.Notes)
        {
            context.Error.WriteLine(note);
        }

        if (seeds is { Length: > 0 })
        {
            return Table(context, data, settings, forecasting, seeds);
        }

        string title = $"Learning {string.Join(", ", data.Set.Components)} from {InWords.Counted(data.Split.Training.Series.Count, "series", "series")} of {data.Path} "
            + $"by a latent model (seed {settings.Seed})";
        LatentFitOutcome outcome = Fit(context, data, settings, forecasting, work => ProgressView.Run(context, title, work));
        outcome = Supported(context, outcome, () => Fit(
            context, data.WithoutCovariates(), settings, forecasting, work => ProgressView.Run(context, title + ", without covariates", work)));
        if (outcome.Fit.Training.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        if (!context.IsFirst)
        {
            return outcome.Fit.WasCanceled ? ExitCode.Canceled : ExitCode.Success;
        }

        Print(context, outcome);
        if (save is not null)
        {
            outcome.Fit.Forecaster.Save(save);
            context.Out.WriteLine($"Model:    {save}");
        }

        if (output is not null)
        {
            outcome.Forecast!.WriteCsv(output);
            context.Out.WriteLine($"Forecast: {output}");
        }

        if (metrics is not null)
        {
            MetricsFile.WriteJson(metrics, FitFiles.Json(outcome, context.CommandLine));
            context.Out.WriteLine($"Metrics:  {metrics}");
        }

        if (figure is not null)
        {
            Drawing drawing = LatentFitReport.Series(outcome).OfType<Drawing>().First();
            FigureFile.Write(figure, data.Labels.Title is { } own ? drawing with { Title = own } : drawing, png);
            context.Out.WriteLine($"Figure:   {figure}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, LatentFitReport.Create(outcome, context.CommandLine).ToHtml());
            context.Out.WriteLine($"Report:   {report}");
        }

        return outcome.Fit.WasCanceled ? ExitCode.Canceled : ExitCode.Success;
    }

    /// <summary>
    /// Leaves covariates out where the series that were not learned from do not support them, and says so. Both models are kept at their best by the same series, so that
    /// neither is favored.
    /// </summary>
    private static LatentFitOutcome Supported(CommandContext context, LatentFitOutcome with, Func<LatentFitOutcome> fitWithout)
    {
        IReadOnlyList<string> covariates = with.Data.Set.Covariates;
        if (covariates.Count == 0 || with.Fit.WasCanceled || with.Fit.ValidationCount == 0)
        {
            return with;
        }

        LatentFitOutcome without = fitWithout();
        if (without.Fit.WasCanceled)
        {
            return with;
        }

        double own = with.Fit.Training.BestError, other = without.Fit.Training.BestError;
        bool isKept = own < other;
        context.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isKept ? "Kept" : "Left out")}: the {(covariates.Count == 1 ? "covariate" : "covariates")} {string.Join(", ", covariates)}. The mean log density of the tails of "
                + $"{with.Fit.ValidationCount} series that were not learned from is {-own:0.000} with, {-other:0.000} without."));
        return isKept ? with : without;
    }

    /// <summary>The settings with the processes that share each training step; where seeds are shared instead, each process fits alone.</summary>
    public static LatentFitOptions Shared(CommandContext context, CommandValues parsed, FitCommand.FitOptions options, LatentFitOptions settings) =>
        parsed.GetValue(options.Seeds) is { Length: > 0 } ? settings : settings with
        {
            MicroBatches = MicroBatchOption.Of(context, parsed.IsGiven(options.Settings["micro-batches"]), settings.MicroBatches),
            Processes = context.Processes,
        };

    /// <summary>What a reader of the numbers should know, as sentences.</summary>
    public static IEnumerable<string> Remarks(LatentFitOutcome outcome)
    {
        TrainingResult training = outcome.Fit.Training;
        if (training.FailedSteps > 0)
        {
            yield return $"{training.FailedSteps} training steps were skipped, because their solve failed or their numbers were not finite.";
        }

        if (training.Failure is { } failure)
        {
            yield return $"Training gave up: {failure.Problem} Try a smaller --learning-rate.";
        }

        if (outcome.Fit.ValidationCount == 0)
        {
            yield return "There are too few series to set any aside for model selection, so the last model is kept.";
        }

        foreach (string remark in HeldOutErrors.Remarks(outcome.Pooled, outcome.Errors))
        {
            yield return remark;
        }

        // Two standard errors of the share of so many independent values.
        if (outcome.Coverage is var (inside, count) && Math.Abs(((double)inside / count) - Level) > 2 * Math.Sqrt(Level * (1 - Level) / count))
        {
            yield return inside < Level * count
                ? "The bands contain fewer held-out values than they should: they are too narrow."
                : "The bands contain more held-out values than they should: they are too wide.";
        }
    }

    /// <summary>Refuses what the network of the columns does not take.</summary>
    public static void RefuseLatentOptions(CommandValues parsed, FitCommand.FitOptions options)
    {
        RefuseOtherOptions(parsed, options);
        Refuse(parsed, "is for a fit without --model and --quick", options.Known.Period, options.Known.Bounds, options.TimeLimit);
    }

    /// <summary>Refuses what only latent models and equations take.</summary>
    public static void RefuseOtherOptions(CommandValues parsed, FitCommand.FitOptions options)
    {
        CommandException.ThrowIf(IsLabeled(parsed, options), "Labeled series in a .ts file train a classifier: add --model latent.");
        Refuse(parsed, "takes --equations", [options.Starts, options.Where, options.Formula, options.Degree, options.NoProfiles, options.Compare, options.Export]);
        Refuse(parsed, "takes --model latent", [.. Named(options, "latent", "units", "encoder", "covariates", "samples"), options.Test]);
    }

    /// <summary>The options of settings.</summary>
    public static IEnumerable<CommandOption> Named(FitCommand.FitOptions options, params IEnumerable<string> names) => names.Select(x => options.Settings[x]);

    public static void Refuse(CommandValues parsed, string reason, params IEnumerable<CommandOption> options)
    {
        if (options.FirstOrDefault(x => parsed.IsGiven(x)) is { } given)
        {
            throw new CommandException($"{given.Name} {reason}.");
        }
    }

    private static bool IsLabeled(CommandValues parsed, FitCommand.FitOptions options) =>
        string.Equals(Path.GetExtension(parsed.GetValue(options.Data)), ".ts", StringComparison.OrdinalIgnoreCase);

    private static LatentFitOutcome Fit(
        CommandContext context,
        FitData data,
        LatentFitOptions settings,
        LatentForecastOptions forecasting,
        Func<Func<IProgress<TrainingProgress>?, LatentSeriesFit>, LatentSeriesFit> run)
    {
        // What the saved model knows includes what was held out: a forecast starts from all there is.
        TimeSeriesSet known = data.Set.WithSeries([.. data.Set.Series.Where(static x => Enumerable.Range(0, x.Count).Any(x.IsObserved))]);
        LatentSeriesFit fit = run(progress => LatentSeriesFitter.Fit(data.Split.Training, settings, known, progress, context.CancellationToken));
        return new LatentFitOutcome(data, settings, forecasting, fit);
    }

    private static void Print(CommandContext context, LatentFitOutcome outcome)
    {
        TrainingResult training = outcome.Fit.Training;
        context.Out.WriteLine(FitText.Learned(training, outcome.Fit.ValidationCount));
        IEnumerable<string> noise = outcome.Data.Set.Components.Zip(outcome.Fit.Forecaster.Noise, static (name, x) => $"{name} {ProgressText.Number(x)}");
        context.Out.WriteLine($"Noise of the observations: {string.Join(", ", noise)} standard deviations.");
        context.Out.WriteLine(outcome.Fit.ValidationCount == 0 ? "The bands are the model's own: there are too few series to calibrate them on some that it did not learn from."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The bands are {outcome.Fit.Forecaster.BandFactor:0.00} times as wide as the model's own, by the tails of {outcome.Fit.ValidationCount} series that it did not learn from."));
        foreach (string remark in Remarks(outcome))
        {
            context.Out.WriteLine(remark);
        }

        if (outcome.Fit.WasCanceled)
        {
            context.Error.WriteLine($"neuralode: stopped after {InWords.Iterations(training.Losses.Count)}; the best model so far is kept.");
        }

        if (outcome.Errors.Count > 0)
        {
            HeldOutErrors.Print(context, outcome.Errors);
        }

        if (outcome.Coverage is var (inside, count))
        {
            context.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"The bands of {100 * Level:0} % hold {inside} of {count} held-out values, {100.0 * inside / count:0.0} %."));
        }
    }

    private static int Table(CommandContext context, FitData data, LatentFitOptions settings, LatentForecastOptions forecasting, int[] seeds)
    {
        return RunTable.Print(
            context,
            seeds,
            seed =>
            {
                LatentFitOutcome outcome = Fit(context, data, settings with { Seed = seed }, forecasting with { Seed = seed }, static work => work(null));
                if (outcome.Fit.WasCanceled)
                {
                    throw new OperationCanceledException(context.CancellationToken);
                }

                ErrorRow row = outcome.Pooled!;
                (int inside, int count) = outcome.Coverage!.Value;
                return new RunRow(
                    $"Root-mean-square error of {row.Count} held-out values, {row.Scale} scale",
                    "     error     naive     ratio   in the band   seconds",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $" {ProgressText.Number(row.Model),9} {ProgressText.Number(row.Naive),9} {ProgressText.Fixed(row.Ratio, 3),9} {100.0 * inside / count,11:0.0} % "
                            + $"{outcome.Fit.Training.Elapsed.TotalSeconds,9:0.00}"),
                    row.Model,
                    row.Naive,
                    row.Ratio);
            },
            rows => FitTable.Summarize(context, rows));
    }
}

/// <summary>A fit of a latent model with its forecast of the held-out part.</summary>
internal sealed class LatentFitOutcome
{
    public LatentFitOutcome(FitData data, LatentFitOptions options, LatentForecastOptions forecasting, LatentSeriesFit fit)
    {
        (Data, Options, Forecasting, Fit) = (data, options, forecasting, fit);
        if (data.Split.Scored is not { } scored)
        {
            return;
        }

        Forecast = fit.Forecaster.Predict(scored.Training, scored.HeldOut, forecasting);
        var errors = HeldOutErrors.Of(data.Set, scored, Forecast.Mean, fit.Forecaster.Scaling);
        (Errors, Pooled, Coverage) = (errors.Rows, errors.Pooled, Forecast.Coverage(scored.HeldOut));
    }

    public FitData Data { get; }

    public LatentFitOptions Options { get; }

    public LatentForecastOptions Forecasting { get; }

    public LatentSeriesFit Fit { get; }

    /// <summary>The forecast of the held-out part; null where nothing was held out.</summary>
    public SeriesForecast? Forecast { get; }

    /// <summary>One row per component and scale, then all together; none where nothing was held out.</summary>
    public IReadOnlyList<ErrorRow> Errors { get; } = [];

    /// <summary>All components together; null where nothing was held out.</summary>
    public ErrorRow? Pooled { get; }

    /// <summary>How many held-out values lie in the bands, of how many; null where nothing was held out.</summary>
    public (int Inside, int Count)? Coverage { get; }
}
