using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>neuralode fit</c> does.</summary>
internal static class FitRun
{
    private const int LeastConclusive = 500;

    public static int Start(CommandContext context, CommandValues parsed, FitCommand.FitOptions options)
    {
        string? report = parsed.GetValue(options.Report), save = parsed.GetValue(options.Save), output = parsed.GetValue(options.Out), metrics = parsed.GetValue(options.Metrics);
        string? figure = parsed.GetValue(options.Figure);
        int[]? seeds = parsed.GetValue(options.Seeds);
        FitTable.CheckFiles(parsed, options);
        LatentFitRun.RefuseLatentOptions(parsed, options);
        OutputFiles.Check(parsed.GetValue(options.Data), ("--report", report), ("--save", save), ("--out", output), ("--metrics", metrics), ("--figure", figure));
        FitCommand.CheckEndings(report, save, output, metrics);
        PngProgram? png = FigureFile.Check(figure);
        var data = FitData.Read(parsed, options);
        SeriesFitOptions settings = options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), parsed);
        foreach (string note in data.Notes)
        {
            context.Error.WriteLine(note);
        }

        if (seeds is { Length: > 0 } || parsed.IsGiven(options.Grid))
        {
            return FitTable.Run(context, parsed, options, data);
        }

        string title = $"Learning {string.Join(", ", data.Set.Components)} from {InWords.Counted(data.Split.Training.Series.Count, "series", "series")} of {data.Path} "
            + $"(seed {settings.Seed})";
        FitOutcome outcome = Fit(context, data, settings, work => ProgressView.Run(context, title, work));
        if (outcome.Fit.WasCanceled && outcome.Fit.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        Print(context, outcome);
        if (save is not null)
        {
            outcome.Fit.Model.Save(save);
            context.Out.WriteLine($"Model:  {save}");
        }

        if (output is not null)
        {
            AtomicFile.WriteText(output, Drawn(text => FitFiles.WriteCsv(text, outcome)));
            context.Out.WriteLine($"Values: {output}");
        }

        if (metrics is not null)
        {
            MetricsFile.WriteJson(metrics, FitFiles.Json(outcome, context.CommandLine));
            context.Out.WriteLine($"Metrics: {metrics}");
        }

        if (figure is not null)
        {
            Drawing drawing = Drawn(() => new FitFigures(outcome).Series().OfType<Drawing>().First());
            FigureFile.Write(figure, outcome.Data.Labels.Title is { } own ? drawing with { Title = own } : drawing, png);
            context.Out.WriteLine($"Figure: {figure}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, Drawn(() => FitReport.Create(outcome, context.CommandLine).ToHtml()));
            context.Out.WriteLine($"Report: {report}");
        }

        return outcome.Fit.WasCanceled ? ExitCode.Canceled : ExitCode.Success;
    }

    private static Action<TextWriter> Drawn(Action<TextWriter> write) => text => Drawn(() =>
    {
        write(text);
        return true;
    });

    private static T Drawn<T>(Func<T> draw)
    {
        try
        {
            return draw();
        }
        catch (ForecastException e)
        {
            throw new CommandException($"There is no file, because a curve cannot be drawn. {e.Problem}", ExitCode.Failure, e);
        }
    }

    internal static FitOutcome Fit(CommandContext context, FitData data, SeriesFitOptions settings, Func<Func<IProgress<TrainingProgress>?, SeriesFit>, SeriesFit> run)
    {
        try
        {
            SeriesFit fit = run(progress => SeriesFitter.Fit(data.Split.Training, settings, data.Split.DataEnds, progress, context.CancellationToken));
            return new FitOutcome(data, settings, fit);
        }
        catch (OdeSolveException e)
        {
            throw new CommandException(
                "Training stopped, because the dynamics learned so far could not be solved over longer pieces. "
                    + "Try a smaller --learning-rate, a larger --rtol, or --log for positive columns.",
                ExitCode.Failure,
                e);
        }
    }

    private static void Print(CommandContext context, FitOutcome outcome)
    {
        SeriesFit fit = outcome.Fit;
        context.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Learned in {fit.Elapsed.TotalSeconds:0.00} s, {InWords.Iterations(fit.Losses.Count)}; "
                + $"error at the training observations {ProgressText.Number(fit.TrainingError)} standard deviations."));
        foreach (string remark in Remarks(outcome).Concat(HeldOutWarnings(outcome)))
        {
            context.Out.WriteLine(remark);
        }

        if (fit.WasCanceled)
        {
            context.Error.WriteLine($"neuralode: stopped after {fit.Losses.Count} of {outcome.Options.Iterations} iterations; the best model so far is kept.");
        }

        if (outcome.Errors.Count > 0)
        {
            HeldOutErrors.Print(context, outcome.Errors);
        }
    }

    /// <summary>What the forecast of the held-out part does and the data never did.</summary>
    private static IEnumerable<string> HeldOutWarnings(FitOutcome outcome) => outcome.Forecast is not { } forecast ? [] : ForecastWarnings.Of(
        outcome.Data.Set, outcome.Data.Split.Training, c => forecast.Series.SelectMany(x => Enumerable.Range(0, x.Count).Select(i => x[i, c])));

    /// <summary>What a reader of the numbers should know, as sentences.</summary>
    internal static IEnumerable<string> Remarks(FitOutcome outcome)
    {
        SeriesFit fit = outcome.Fit;
        if (fit.FailedSolves > 0)
        {
            yield return $"{fit.FailedSolves} solves failed; each time training went back to its best model and halved its step.";
        }

        foreach (GradientWarning warning in fit.GradientWarnings)
        {
            yield return warning.ToString();
        }

        int done = fit.Losses.Count + fit.FailedSolves;
        if (!fit.WasCanceled && fit.PieceLength is not null && done < outcome.Options.Iterations)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Training ended after {done:N0} of {outcome.Options.Iterations:N0} iterations, because longer pieces of the series fitted much worse.");
        }

        // After little training a bad fit says nothing about the model.
        bool isConclusive = !fit.WasCanceled && outcome.Options.Iterations >= LeastConclusive;
        if (isConclusive && fit.PieceLength is { } length)
        {
            yield return $"The model could not follow a whole series from one initial state: the fit is made of pieces of about {length} observations, "
                + $"each with its own initial state. Read it as a short-term model; hidden states or a time dependence may help.";
        }

        if (isConclusive && fit.TrainingError > 0.7)
        {
            yield return "The fit explains less than half of the variance of the training data. "
                + (fit.Model.Components.Count == 1 && fit.Model.HiddenStates == 0 && !fit.Model.IsTimeDependent
                    ? "One observed component may not determine its own rate of change: try --hidden-states 1 or 2, or --time-dependent."
                    : "Try more --hidden-states, a wider network (--hidden 32) or less --regularization.");
        }

        foreach (string remark in HeldOutErrors.Remarks(outcome.Pooled, outcome.Errors))
        {
            yield return remark;
        }
    }
}
