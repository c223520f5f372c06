namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>What <c>neuralode experiment latent-spirals</c> does.</summary>
internal static class LatentSpiralsRun
{
    public static int Start(CommandContext context, CommandValues parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options)
    {
        string[] load = parsed.GetValue(options.Load) ?? [];
        string name = parsed.GetValue(options.Model) ?? SpiralModel.Names[0];
        string? report = options.Output.ReportPath(parsed, load.Length == 0 && name == "rnn" ? "latent-spirals-rnn.html" : "latent-spirals.html");
        string? metrics = options.Output.MetricsPath(parsed);
        List<SpiralModelOutcome> models;
        int exitCode;
        if (load.Length > 0)
        {
            // A flag that was not given is not among them.
            if (options.OfTraining.FirstOrDefault(parsed.IsGiven) is { } given)
            {
                throw new CommandException($"--load trains nothing, so it takes no {given.Name}.");
            }

            OutputFiles.Check(load[0], ("--report", report), ("--metrics", metrics));
            options.Threads.Apply(parsed);
            (models, exitCode) = ([.. load.Select(path => Loaded(parsed, options, path))], ExitCode.Success);
        }
        else
        {
            bool isBoth = name == LatentSpiralsCommand.Both;
            ModelRun[] runs = [.. SpiralModel.Names.Where(x => isBoth || x == name).Select(x => ModelRun.Of(context, parsed, options, x, isBoth))];
            OutputFiles.Check([("--report", report), ("--metrics", metrics), .. runs.SelectMany(static x => x.Files)]);
            bool[] resumed = [.. runs.Select(x => options.Checkpoint.IsResumed(parsed, options.Settings["checkpoint-every"], x.Settings.Training.CheckpointPath))];
            options.Threads.Apply(parsed);

            // Both are made, and both checkpoints read, before hours of work on the first.
            LatentSpiralsExperiment[] experiments = [.. runs.Zip(resumed, static (run, isResumed) => Create(run.Settings, isResumed))];
            (models, exitCode) = ([], ExitCode.Success);
            for (int i = 0; i < runs.Length && exitCode == ExitCode.Success; i++)
            {
                (SpiralModelOutcome? outcome, exitCode) = Train(context, runs[i], experiments[i]);
                models.AddRange(outcome is null ? [] : [outcome]);
            }
        }

        if (models.Count == 0)
        {
            return exitCode;
        }

        var all = new LatentSpiralsOutcome(models, LatentSpiralsExperiment.CreateTest(models[0].Options));
        Say(context, all);
        OutputFiles.Write(context, "metrics", metrics, path => LatentSpiralsMetrics.Write(path, all, context.CommandLine));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, LatentSpiralsReport.Create(all, context.CommandLine).ToHtml()));
        return exitCode;
    }

    private static LatentSpiralsExperiment Create(LatentSpiralsOptions settings, bool isResumed) => UserFault.Checked(() =>
    {
        var experiment = new LatentSpiralsExperiment(settings);
        if (isResumed)
        {
            experiment.Resume(settings.Training.CheckpointPath!);
        }

        return experiment;
    });

    private static (SpiralModelOutcome? Outcome, int ExitCode) Train(CommandContext context, ModelRun run, LatentSpiralsExperiment experiment)
    {
        LatentSpiralsOptions settings = run.Settings;
        string title = $"Learning {settings.TrainingCount.ToString("N0", CultureInfo.InvariantCulture)} spirals by a {SpiralsText.Model(settings)} "
            + $"({experiment.Model.Parameters.ValueCount.ToString("N0", CultureInfo.InvariantCulture)} parameters; seed {settings.Training.Seed}); "
            + $"best is the validation error";
        LatentSpiralsResult result;
        try
        {
            result = ProgressView.Run(context, title, progress => experiment.Run(progress, context.CancellationToken));
        }
        catch (OdeSolveException e)
        {
            throw new CommandException(
                $"The best model cannot be measured, because its equation cannot be solved on the test spirals: {e.Problem} Try --learning-rate lower than "
                    + $"{ProgressText.Number(settings.Training.LearningRate)}, or --clip 1.",
                ExitCode.Failure,
                e);
        }

        TrainingResult training = result.Training;
        if (training.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no files were written.");
            return (null, ExitCode.Canceled);
        }

        string reached = string.Create(CultureInfo.InvariantCulture, $"{training.Losses.Count:N0} of {settings.Training.Iterations:N0} iterations");
        if (training.Outcome == TrainingOutcome.Canceled)
        {
            context.Error.WriteLine(
                $"neuralode: stopped after {reached}." + (settings.Training.CheckpointPath is { } path ? $" Add --resume to the same command to resume from {path}." : ""));
        }
        else if (training.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine(
                $"neuralode: training gave up after {reached}: {training.Failure?.Problem} Try --learning-rate lower than "
                    + $"{ProgressText.Number(settings.Training.LearningRate)}, or --clip 1.");
        }

        var notes = new Dictionary<string, string> { ["tool"] = ToolVersion.Text, ["command"] = context.CommandLine };
        OutputFiles.Write(context, "model", run.Save, path => new SpiralModel(result.Model, settings, notes).Save(path));
        return (new SpiralModelOutcome(settings, result.Model, training, result.Errors), training.Outcome switch
        {
            TrainingOutcome.Diverged => ExitCode.Failure,
            TrainingOutcome.Canceled => ExitCode.Canceled,
            _ => ExitCode.Success,
        });
    }

    private static SpiralModelOutcome Loaded(CommandValues parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options, string path)
    {
        SpiralModel model = UserFault.Checked(
            () => SpiralModel.Load(path, x => x.Decoder == SpiralDecoder.Ode ? options.Settings.Apply(LatentSpiralsOptions.Inference, x, parsed) : x));
        IReadOnlyList<SpiralErrors> errors;
        try
        {
            errors = LatentSpiralsExperiment.Measure(model.Model, LatentSpiralsExperiment.CreateTest(model.Options));
        }
        catch (OdeSolveException e)
        {
            throw new CommandException($"The equation of {path} cannot be solved on the test spirals: {e.Problem} Try smaller steps, or other tolerances.", ExitCode.Failure, e);
        }

        return new SpiralModelOutcome(model.Options, model.Model, null, errors, model.Notes.TryGetValue("command", out string? command) ? $"{path}, which '{command}' made" : path);
    }

    private static void Say(CommandContext context, LatentSpiralsOutcome outcome)
    {
        foreach (SpiralModelOutcome model in outcome.Models)
        {
            SpiralErrors errors = model.Errors[^1];
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Title}: median error per test spiral {ProgressText.Fixed(errors.Reconstruction.Median, 4)} in reconstruction and "
                    + $"{ProgressText.Fixed(errors.Extrapolation.Median, 4)} in extrapolation from {errors.Observations} observations{Trained(model.Training)}."));
        }

        context.Out.WriteLine();
        foreach (string line in LatentSpiralsTable.Lines(outcome))
        {
            context.Out.WriteLine(line);
        }

        static string Trained(TrainingResult? training) => training is null ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"; {training.Losses.Count:N0} iterations in {ProgressText.Time(training.Elapsed)}{(training.StoppedEarly ? ", stopped early" : "")}, "
                + $"best model from iteration {training.BestIteration:N0}{(training.FailedSteps > 0 ? $", {training.FailedSteps} steps skipped" : "")}");
    }

    /// <summary>One model to train.</summary>
    /// <param name="Settings">How.</param>
    /// <param name="Save">Where the model is kept; null for nowhere.</param>
    private sealed record ModelRun(LatentSpiralsOptions Settings, string? Save)
    {
        public IEnumerable<(string Option, string? Path)> Files => [("--save", Save), ("--checkpoint", Settings.Training.CheckpointPath)];

        public static ModelRun Of(CommandContext context, CommandValues parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options, string name, bool isOneOfTwo)
        {
            LatentSpiralsOptions defaults = (parsed.GetValue(options.Published) ? LatentSpiralsOptions.Published : LatentSpiralsOptions.Default) with
            {
                Decoder = (SpiralDecoder)SpiralModel.Names.ToList().IndexOf(name),
            };

            // Fewer spirals than a batch holds by default are one batch.
            int spirals = options.Settings.Apply(LatentSpiralsOptions.Settings.Only("spirals"), defaults with { BatchSize = 1 }, parsed).TrainingCount;
            SettingList<LatentSpiralsOptions> settings = isOneOfTwo ? LatentSpiralsOptions.Settings.For(defaults) : LatentSpiralsOptions.Settings;
            LatentSpiralsOptions typed = options.Settings.Apply(settings, defaults with { BatchSize = Math.Min(defaults.BatchSize, spirals) }, parsed);
            LatentTrainingOptions training = typed.Training with
            {
                CheckpointPath = Named(parsed.GetValue(options.Checkpoint.File)),
                MicroBatches = MicroBatchOption.Of(context, parsed.IsGiven(options.Settings["micro-batches"]), typed.Training.MicroBatches),
                Processes = context.Processes,
            };
            return new ModelRun(typed with { Training = training }, Named(parsed.GetValue(options.Output.Save)));

            string? Named(string? path) => path is null || !isOneOfTwo || string.IsNullOrWhiteSpace(path) || Path.EndsInDirectorySeparator(path)
                ? path
                : Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{name}{Path.GetExtension(path)}");
        }
    }
}
