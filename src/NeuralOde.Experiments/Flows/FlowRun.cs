using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>What <c>neuralode experiment flow</c> does.</summary>
internal static class FlowRun
{
    public static int Start(CommandContext context, CommandValues parsed, FlowCommand.FlowOptionSet options)
    {
        string? reportGiven = parsed.GetValue(options.Output.Report), save = parsed.GetValue(options.Output.Save), metrics = options.Output.MetricsPath(parsed);
        string? checkpoint = parsed.GetValue(options.Checkpoint.File);
        int[]? seeds = parsed.GetValue(options.Seeds);
        bool isTable = parsed.GetValue(options.Table);
        options.Threads.Apply(parsed);
        if (parsed.GetValue(options.Energies))
        {
            return EnergyRun.Start(context, parsed, options, Depths(parsed.GetValue(options.Depths)));
        }

        if (isTable || seeds is { Length: > 0 })
        {
            CommandException.ThrowIf(
                (reportGiven ?? save ?? metrics ?? checkpoint) is not null || parsed.GetValue(options.Compare) || parsed.IsGiven(options.Depths),
                $"{(isTable ? "--table" : "--seeds")} prints a table and writes no files. Leave --report, --save, --metrics, --checkpoint, --compare and --depths out.");
            return FlowTable.Run(context, parsed, options, isTable, seeds ?? [0]);
        }

        var source = FlowSource.Read(parsed.GetValue(options.Data) ?? "two-moons", parsed.GetValue(options.Columns));
        DensityOptions settings = Settings(parsed, options);
        settings = settings with
        {
            CheckpointPath = checkpoint,
            MicroBatches = settings.Method == DensityMethod.Likelihood
                ? MicroBatchOption.Of(context, parsed.IsGiven(options.Settings["micro-batches"]), settings.MicroBatches)
                : 1,
            Processes = context.Processes,
        };
        int[] depths = Depths(parsed.GetValue(options.Depths));
        string? report = options.Output.ReportPath(parsed, "flow.html");
        OutputFiles.Check(source.Points is null ? null : source.Name, ("--report", report), ("--save", save), ("--metrics", metrics), ("--checkpoint", checkpoint));
        bool isResumed = options.Checkpoint.IsResumed(parsed, options.Settings["checkpoint-every"], checkpoint);
        DensityData data = source.Data(settings);
        (DensityFit fit, int exitCode) = Train(context, source, data, settings, isResumed);
        if (fit.Training.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        if (!context.IsFirst)
        {
            return exitCode;
        }

        List<FlowComparison> others = [];
        foreach ((string label, int depth, DensityOptions other) in exitCode == ExitCode.Success ? Others(parsed, options, settings, depths) : [])
        {
            (DensityFit compared, exitCode) = Train(context, source, data, other, isResumed: false);
            if (exitCode != ExitCode.Success)
            {
                break;
            }

            others.Add(new FlowComparison(label, depth, compared));
        }

        var outcome = new FlowOutcome(source, data, fit, DensityBaselines.Measure(data), others);
        Say(context, outcome);
        OutputFiles.Write(context, "model", save, path => fit.Model.Save(path, new Dictionary<string, string> { ["tool"] = ToolVersion.Text, ["command"] = context.CommandLine }));
        OutputFiles.Write(context, "metrics", metrics, path => FlowMetrics.Write(path, outcome, context.CommandLine));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, FlowReport.Create(outcome, context.CommandLine).ToHtml()));
        return exitCode;
    }

    /// <summary>The settings of a command line; the method decides about the defaults of the rest.</summary>
    public static DensityOptions Settings(CommandValues parsed, FlowCommand.FlowOptionSet options)
    {
        string name = parsed.GetValue(options.Method) ?? DensityWords.Methods[0].Name;
        return options.Settings.Apply(DensityOptions.Settings, DensityOptions.For(DensityWords.Methods.First(x => x.Name == name).Value), parsed);
    }

    private static (DensityFit Fit, int ExitCode) Train(CommandContext context, FlowSource source, DensityData data, DensityOptions settings, bool isResumed)
    {
        var fitter = new DensityFitter(data, settings);
        if (isResumed)
        {
            UserFault.Checked(() =>
            {
                fitter.Resume(settings.CheckpointPath!);
                return true;
            });
        }

        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"Learning {source.Title} by {DensityWords.Title(settings.Method)} ({fitter.Model.Parameters.ValueCount:N0} parameters; seed {settings.Seed}); best "
                + $"is nats of rows held out");
        DensityFit fit = ProgressView.Run(context, title, progress => fitter.Run(progress, context.CancellationToken));
        string reached = string.Create(CultureInfo.InvariantCulture, $"{fit.Training.Losses.Count:N0} of {settings.Iterations:N0} iterations");
        switch (fit.Training.Outcome)
        {
            case TrainingOutcome.Canceled:
                context.Error.WriteLine(
                    $"neuralode: stopped after {reached}; the best model is kept." + (settings.CheckpointPath is { } path ? $" Add --resume to the same command "
                        + $"to resume from {path}." : ""));
                return (fit, ExitCode.Canceled);
            case TrainingOutcome.Diverged:
                context.Error.WriteLine(
                    $"neuralode: training gave up after {reached}: {fit.Training.Failure?.Problem} Try --learning-rate lower than {ProgressText.Number(settings.LearningRate)}.");
                return (fit, ExitCode.Failure);
            default:
                return (fit, ExitCode.Success);
        }
    }

    private static IEnumerable<(string Label, int Depth, DensityOptions Options)> Others(
        CommandValues parsed, FlowCommand.FlowOptionSet options, DensityOptions settings, int[] depths)
    {
        if (parsed.GetValue(options.Compare))
        {
            foreach ((string name, DensityMethod method) in DensityWords.Methods.Where(x => x.Value != settings.Method))
            {
                yield return (name, 0, Typed(parsed, options, DensityOptions.For(method)));
            }
        }

        foreach (int depth in depths)
        {
            DensityOptions planar = DensityOptions.For(DensityMethod.Planar), continuous = DensityOptions.For(DensityMethod.Likelihood);
            yield return ($"planar, {depth} layers", depth, Typed(parsed, options, planar with { Layers = depth }));
            yield return ($"continuous, {depth} units", depth, Typed(parsed, options, continuous with { Hidden = [depth] }));
        }
    }

    /// <summary>What was typed in place of a model's defaults, of those settings that are no model's own.</summary>
    public static DensityOptions Typed(CommandValues parsed, FlowCommand.FlowOptionSet options, DensityOptions defaults) => options.Settings.Apply(
        DensityOptions.Settings.Only("iterations", "batch", "schedule", "validations", "hold-out", "seed"), defaults, parsed);

    private static int[] Depths(string? text)
    {
        if (text is null)
        {
            return [];
        }

        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        int[] depths = [.. parts.Select(static x => int.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out int depth) ? depth : 0)];
        CommandException.ThrowIf(depths.Any(static x => x is < 1 or > 1_000), $"--depths takes whole numbers from 1 to 1,000 joined by commas, such as 2,8,32; got '{text}'.");
        return [.. depths.Distinct()];
    }

    private static void Say(CommandContext context, FlowOutcome outcome)
    {
        foreach (FlowComparison x in outcome.Methods.Concat(outcome.Depths))
        {
            string evaluations = x.Fit.Evaluations > 0 ? string.Create(CultureInfo.InvariantCulture, $", {x.Fit.Evaluations} evaluations to score") : "";
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{x.Label}: {ProgressText.Fixed(x.Fit.NegativeLogLikelihood, 3)} nats, {x.Fit.Model.Parameters.ValueCount:N0} parameters, "
                    + $"{x.Fit.Training.Losses.Count:N0} iterations in {x.Fit.Training.Elapsed.TotalSeconds:0.0} s{evaluations}."));
        }

        context.Out.WriteLine(
            $"One normal distribution: {ProgressText.Fixed(outcome.Baselines.Gaussian, 3)} nats; kernel density: {ProgressText.Fixed(outcome.Baselines.Kernel, 3)} nats "
                + $"(width {ProgressText.Number(outcome.Baselines.KernelWidth)}).");
        if (outcome.Source.Points is { LeftOut.Count: > 0 } points)
        {
            context.Out.WriteLine($"Left out, because they hold no numbers: {string.Join(", ", points.LeftOut)}.");
        }
    }
}
