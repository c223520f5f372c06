namespace NeuralOde.Experiments.Dynamics;

/// <summary>What <c>neuralode learn</c> does.</summary>
internal static class LearnRun
{
    // More would take minutes for one trajectory, in which nothing could stop them.
    private const double MostSteps = 1_000_000;

    public static int Start(CommandContext context, CommandValues parsed, LearnCommand.LearnOptions options)
    {
        DynamicsExperimentOptions settings = Settings(parsed, options);
        int[]? seeds = parsed.GetValue(options.Seeds);
        string? report = options.Output.ReportPath(parsed, $"{settings.Dynamics.Name}.html");
        string? save = parsed.GetValue(options.Output.Save);
        string? metrics = options.Output.MetricsPath(parsed);
        string? figure = parsed.GetValue(options.Figure);
        if (seeds is { Length: > 0 })
        {
            return (parsed.GetValue(options.Output.Report) ?? save ?? metrics ?? figure) is null
                ? LearnTable.Run(context, settings, seeds)
                : throw new CommandException("--seeds prints a table and writes no files. Leave --report, --save, --metrics and --figure out, or choose one --seed.");
        }

        OutputFiles.Check(("--report", report), ("--save", save), ("--metrics", metrics), ("--figure", figure));
        var experiment = new DynamicsExperiment(settings);
        string title = $"Learning {settings.Dynamics.Name} ({DynamicsText.Field(settings)}; {DynamicsText.Solver(settings)}; seed {settings.Seed})";
        DynamicsExperimentResult result = ProgressView.Run(context, title, progress => experiment.Run(progress, context.CancellationToken));
        if (result.Outcome == TrainingOutcome.Canceled && result.Iterations == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return ExitCode.Canceled;
        }

        Say(context, result);
        OutputFiles.Write(context, "model", save, path => result.Model.Save(path, Metadata(context, result)));
        OutputFiles.Write(context, "metrics", metrics, path => LearnMetrics.Write(path, result, context.CommandLine));
        OutputFiles.Write(context, "figure", figure, path => AtomicFile.WriteText(path, (new LearnFigures(result).Portrait(titled: true) with { Width = 760 }).ToSvg()));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, LearnReport.Create(result, context.CommandLine).ToHtml()));
        return result.Outcome switch
        {
            TrainingOutcome.Diverged => ExitCode.Failure,
            TrainingOutcome.Canceled => ExitCode.Canceled,
            _ => ExitCode.Success,
        };
    }

    private static Dictionary<string, string> Metadata(CommandContext context, DynamicsExperimentResult result)
    {
        var metadata = DynamicsText.Settings(result.Options).ToDictionary(static x => x.Name, static x => x.Value);
        metadata["tool"] = ToolVersion.Text;
        metadata["command"] = context.CommandLine;
        return metadata;
    }

    private static void Say(CommandContext context, DynamicsExperimentResult result)
    {
        context.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Error {ProgressText.Number(result.Error)} (root mean square against the exact trajectory), {result.Iterations:N0} iterations in "
                + $"{result.Elapsed.TotalSeconds:0.00} s, best model from iteration {result.BestIteration:N0}."));
        if (result.FailedSolves > 0)
        {
            context.Out.WriteLine($"{result.FailedSolves} training steps were skipped because their solve failed.");
        }

        if (result.Outcome == TrainingOutcome.Canceled)
        {
            context.Error.WriteLine($"neuralode: stopped after {result.Iterations} of {result.Options.Iterations} iterations; the best model is kept.");
        }
        else if (result.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine(
                $"neuralode: training gave up after {result.Iterations} iterations, because solves kept failing even with smaller learning rates. "
                    + $"Try --learning-rate lower than {ProgressText.Number(result.Options.LearningRate)}, another --seed, or shorter windows (--window-max). "
                    + $"The last failure: {result.Failure?.Problem}");
        }
    }

    private static DynamicsExperimentOptions Settings(CommandValues parsed, LearnCommand.LearnOptions options)
    {
        KnownDynamics dynamics = KnownDynamics.All.First(x => x.Name == parsed.GetValue(options.Name));

        // What is learned decides about the defaults of the rest.
        LearnedField field = options.Settings.Apply(DynamicsExperimentOptions.Settings.Only("field"), DynamicsExperimentOptions.Default(dynamics), parsed).Field;
        DynamicsExperimentOptions defaults = parsed.GetValue(options.Published)
            ? DynamicsExperimentOptions.Published(dynamics, field)
            : DynamicsExperimentOptions.Default(dynamics, field);
        DynamicsExperimentOptions settings = options.Settings.Apply(DynamicsExperimentOptions.Settings, defaults, parsed);
        if (settings.Steps is FixedSteps { MaxStep: double step } && dynamics.End / step > MostSteps)
        {
            throw new CommandException(string.Create(
                CultureInfo.InvariantCulture,
                $"--step {step} makes {dynamics.End / step:0.#e0} steps of a trajectory of {InWords.Number(dynamics.End)} units of time, "
                    + $"and at most {MostSteps:N0} are taken. Choose a longer one."));
        }

        // Where one end of the windows' durations is named, the other one moves along.
        WindowOptions windows = settings.Windows;
        return (parsed.IsGiven(options.Settings["window-min"]), parsed.IsGiven(options.Settings["window-max"])) switch
        {
            (true, false) => settings with { Windows = windows with { MaxDuration = Math.Max(windows.MinDuration, windows.MaxDuration) } },
            (false, true) => settings with { Windows = windows with { MinDuration = Math.Min(windows.MinDuration, windows.MaxDuration) } },
            _ => settings,
        };
    }
}
