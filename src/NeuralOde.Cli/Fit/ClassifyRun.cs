using NeuralOde.Series.Evaluation;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>neuralode fit --model latent</c> does with labeled series: it learns a classifier.</summary>
internal static class ClassifyRun
{
    public static int Start(CommandContext context, CommandValues parsed, FitCommand.FitOptions options)
    {
        LatentFitRun.Refuse(
            parsed,
            "is for tables; labeled series in a .ts file describe their own columns",
            LatentFitRun.Named(options, "time", "time-format", "states", "series", "log", "covariates"));
        LatentFitRun.Refuse(
            parsed,
            "is for forecasts; from labeled series a classifier is learned, which --test FILE.ts measures",
            [options.Settings["hold-out"], options.Settings["samples"], options.Out, options.Metrics, options.Figure, options.Title, options.Unit]);
        string path = parsed.GetValue(options.Data)!;
        string? test = parsed.GetValue(options.Test), report = parsed.GetValue(options.Report), save = parsed.GetValue(options.Save);
        int[]? seeds = parsed.GetValue(options.Seeds);
        CommandException.ThrowIf(
            seeds is { Length: > 0 } && ((report ?? save) is not null || test is null),
            "--seeds prints a table of accuracies on --test FILE.ts and writes no files. Omit --report and --save and name the test, or choose one --seed.");
        OutputFiles.Check(path, ("--report", report), ("--save", save));
        FitCommand.CheckEndings(report, save, null, null);
        CommandException.ThrowIf(test is not null && (report == test || save == test), $"{test} is the test file; name another file to write.");
        LabeledSeries training = Read(path);
        LabeledSeries? unseen = test is null ? null : Read(test);
        LatentFitOptions settings = LatentFitRun.Shared(context, parsed, options, options.Settings.Apply(LatentFitOptions.Settings, LatentFitOptions.ForClasses, parsed));
        if (seeds is { Length: > 0 })
        {
            return Table(context, training, unseen!, settings, seeds);
        }

        string title = $"Learning to tell {training.Classes.Count} classes apart from {training.Labels.Count} series of {path} (seed {settings.Seed})";
        SeriesClassifierFit fit = ProgressView.Run(context, title, progress => SeriesClassifierFitter.Fit(training, settings, progress, context.CancellationToken));
        if (fit.Training.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        if (!context.IsFirst)
        {
            return fit.WasCanceled ? ExitCode.Canceled : ExitCode.Success;
        }

        var outcome = new ClassifyOutcome(path, test, training, settings, fit, fit.Classifier.Evaluate(training), unseen is null ? null : fit.Classifier.Evaluate(unseen));
        Print(context, outcome);
        if (save is not null)
        {
            fit.Classifier.Save(save);
            context.Out.WriteLine($"Model:  {save}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, ClassifyReport.Create(outcome, context.CommandLine).ToHtml());
            context.Out.WriteLine($"Report: {report}");
        }

        return fit.WasCanceled ? ExitCode.Canceled : ExitCode.Success;
    }

    private static LabeledSeries Read(string path) => UserFault.Checked(() =>
    {
        InputFiles.Check(path, "a .ts file in it");
        return LabeledSeries.Read(path);
    });

    private static void Print(CommandContext context, ClassifyOutcome outcome)
    {
        TrainingResult training = outcome.Fit.Training;
        context.Out.WriteLine(FitText.Learned(training, outcome.Fit.ValidationCount));
        Accuracy("Training (what was kept for validation included)", outcome.OnTraining);
        if (outcome.OnTest is { } test)
        {
            Accuracy("Test", test);
        }

        if (outcome.Fit.WasCanceled)
        {
            context.Error.WriteLine($"neuralode: stopped after {InWords.Iterations(training.Losses.Count)}; the best model so far is kept.");
        }

        void Accuracy(string of, SeriesClassification result) =>
            context.Out.WriteLine(
                $"{of}: {result.Correct} of {result.Count} series right, {ProgressText.Percent(result.Accuracy)}; cross entropy {ProgressText.Number(result.Loss)}.");
    }

    private static int Table(CommandContext context, LabeledSeries training, LabeledSeries unseen, LatentFitOptions settings, int[] seeds)
    {
        return RunTable.Print(
            context,
            seeds,
            seed =>
            {
                SeriesClassifierFit fit = SeriesClassifierFitter.Fit(training, settings with { Seed = seed }, null, context.CancellationToken);
                if (fit.WasCanceled)
                {
                    throw new OperationCanceledException(context.CancellationToken);
                }

                SeriesClassification test = fit.Classifier.Evaluate(unseen);
                return new RunRow(
                    $"Accuracy on {unseen.Labels.Count} test series",
                    "   accuracy   cross entropy   seconds",
                    string.Create(
                        CultureInfo.InvariantCulture, $" {ProgressText.Percent(test.Accuracy),10} {ProgressText.Number(test.Loss),15} {fit.Training.Elapsed.TotalSeconds,9:0.00}"),
                    test.Accuracy);
            },
            rows => context.Out.WriteLine($"median {ProgressText.Percent(Median.Of(rows.Select(static x => x.Values[0]))),10}"));
    }
}

/// <summary>A classifier that was learned, and what it does.</summary>
/// <param name="Path">The file that was learned from.</param>
/// <param name="TestPath">The file of the test; null where there is none.</param>
/// <param name="Training">What was learned from.</param>
/// <param name="Options">How.</param>
/// <param name="Fit">The classifier.</param>
/// <param name="OnTraining">What it does with the training series.</param>
/// <param name="OnTest">What it does with the test series; null where there are none.</param>
internal sealed record ClassifyOutcome(
    string Path,
    string? TestPath,
    LabeledSeries Training,
    LatentFitOptions Options,
    SeriesClassifierFit Fit,
    SeriesClassification OnTraining,
    SeriesClassification? OnTest);
