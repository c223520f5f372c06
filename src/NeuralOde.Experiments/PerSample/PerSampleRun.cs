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
        context.Out.WriteLine("  seed   field error   path error   seconds");
        List<PerSampleResult> results = [];
        foreach (int seed in seeds)
        {
            PerSampleResult result = PerSampleExperiment.Run(settings with { Seed = seed }, null, context.CancellationToken);
            if (result.WasCanceled)
            {
                context.Error.WriteLine($"neuralode: stopped after {results.Count} of {seeds.Length} seeds.");
                return ExitCode.Canceled;
            }

            results.Add(result);
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{seed,6} {ProgressText.Percent(result.FieldError),13} {ProgressText.Number(result.PathError),12} {result.Elapsed.TotalSeconds,9:0.00}"));
        }

        context.Out.WriteLine(
            $"median {ProgressText.Percent(Median.Of(results.Select(static x => x.FieldError))),13} {ProgressText.Number(Median.Of(results.Select(static x => x.PathError))),12}");
        return ExitCode.Success;
    }
}
