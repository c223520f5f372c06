namespace NeuralOde.Experiments.PerSample;

/// <summary>What <c>neuralode experiment per-sample</c> does.</summary>
internal static class PerSampleRun
{
    public static int Start(CommandContext context, CommandValues parsed, PerSampleCommand.PerSampleCommandOptions options)
    {
        PerSampleOptions settings = options.Settings.Apply(PerSampleOptions.Settings, new PerSampleOptions(), parsed);
        if (parsed.GetValue(options.Seeds) is { Length: > 0 } seeds)
        {
            CommandException.ThrowIf(
                parsed.GetValue(options.Output.Report) is not null || parsed.GetValue(options.Output.Save) is not null,
                "--seeds prints a table and writes no files. Omit --report and --save, or choose one --seed.");
            return Table(context, settings, seeds);
        }

        string? report = options.Output.ReportPath(parsed, "per-sample.html"), save = parsed.GetValue(options.Output.Save);
        OutputFiles.Check(("--report", report), ("--save", save));
        PerSampleResult result = ProgressView.Run(
            context,
            $"Learning {settings.Dynamics.Name} from {settings.SeriesCount} series with different observation times (seed {settings.Seed})",
            progress => PerSampleExperiment.Run(settings, progress, context.CancellationToken));
        if (result.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        context.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Learned in {result.Elapsed.TotalSeconds:0.00} s, {InWords.Iterations(result.Losses.Count)}, {result.Elapsed.TotalMilliseconds / result.Losses.Count:0.00} "
                + $"ms each. Error of the field {ProgressText.Percent(result.FieldError)}, of unseen paths {ProgressText.Number(result.PathError)}."));
        if (result.WasCanceled)
        {
            context.Error.WriteLine($"neuralode: stopped after {InWords.Iterations(result.Losses.Count)}.");
        }

        if (save is not null)
        {
            result.Layer.Save(save);
            context.Out.WriteLine($"Model:  {save}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, PerSampleReport.Create(result, context.CommandLine).ToHtml());
            context.Out.WriteLine($"Report: {report}");
        }

        return result.WasCanceled ? ExitCode.Canceled : ExitCode.Success;
    }

    private static int Table(CommandContext context, PerSampleOptions settings, int[] seeds)
    {
        return RunTable.Print(
            context,
            seeds,
            seed =>
            {
                PerSampleResult result = PerSampleExperiment.Run(settings with { Seed = seed }, null, context.CancellationToken);
                return result.WasCanceled
                    ? throw new OperationCanceledException(context.CancellationToken)
                    : new RunRow(
                        "",
                        "   field error   path error   seconds",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $" {ProgressText.Percent(result.FieldError),13} {ProgressText.Number(result.PathError),12} {result.Elapsed.TotalSeconds,9:0.00}"),
                        result.FieldError,
                        result.PathError);
            },
            rows => context.Out.WriteLine(
                $"median {ProgressText.Percent(Median.Of(rows.Select(static x => x.Values[0]))),13} {ProgressText.Number(Median.Of(rows.Select(static x => x.Values[1]))),12}"));
    }
}
