using System.CommandLine;
using System.Globalization;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Cli.Progress;
using NeuralOde.Cli.Reporting;
using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Solvers;
using NeuralOde.Training;

namespace NeuralOde.Cli.Commands;

/// <summary>What <c>neuralode experiment latent-spirals</c> does.</summary>
internal static class LatentSpiralsRun
{
    public static int Start(ToolContext context, ParseResult parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options)
    {
        string[] load = parsed.GetValue(options.Load) ?? [];
        string name = parsed.GetValue(options.Model) ?? LatentSpiralsCommand.ModelNames[0];
        string? report = options.Shared.ReportPath(parsed, load.Length == 0 && name == "rnn" ? "latent-spirals-rnn.html" : "latent-spirals.html");
        string? metrics = options.Shared.MetricsPath(parsed);
        List<SpiralModelOutcome> models;
        int exitCode;
        if (load.Length > 0)
        {
            Refuse(parsed, "--load trains nothing", Training(options));
            OutputFiles.Check(load[0], ("--report", report), ("--metrics", metrics));
            options.Threads.Apply(parsed);
            (models, exitCode) = ([.. load.Select(path => Loaded(parsed, options, path))], ExitCode.Success);
        }
        else
        {
            bool isBoth = name == LatentSpiralsCommand.Both;
            ModelRun[] runs = [.. SpiralModel.Names.Where(x => isBoth || x == name).Select(x => ModelRun.Of(parsed, options, x, isBoth))];
            OutputFiles.Check([("--report", report), ("--metrics", metrics), .. runs.SelectMany(static x => x.Files)]);
            bool[] resumed = [.. runs.Select(x => options.Checkpoint.IsResumed(parsed, x.Settings.Training.CheckpointPath))];
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

    private static LatentSpiralsExperiment Create(LatentSpiralsOptions settings, bool isResumed) => FitData.Checked(() =>
    {
        var experiment = new LatentSpiralsExperiment(settings);
        if (isResumed)
        {
            experiment.Resume(settings.Training.CheckpointPath!);
        }

        return experiment;
    });

    private static (SpiralModelOutcome? Outcome, int ExitCode) Train(ToolContext context, ModelRun run, LatentSpiralsExperiment experiment)
    {
        LatentSpiralsOptions settings = run.Settings;
        string title = $"Learning {settings.TrainingCount.ToString("N0", CultureInfo.InvariantCulture)} spirals by a {Describe.SpiralModel(settings)} ({experiment.Model.Parameters.ValueCount.ToString("N0", CultureInfo.InvariantCulture)} parameters; seed {settings.Training.Seed}); best is the validation error";
        LatentSpiralsResult result;
        try
        {
            result = ProgressView.Run(context, title, progress => experiment.Run(progress, context.CancellationToken));
        }
        catch (OdeSolveException e)
        {
            throw new CommandException($"The best model cannot be measured, for its equation cannot be solved on the test spirals: {e.Problem} Try --learning-rate lower than {ProgressText.Number(settings.Training.LearningRate)}, or --clip 1.", ExitCode.Failure, e);
        }

        LatentTrainingResult training = result.Training;
        if (training.Losses.Count == 0)
        {
            context.Error.WriteLine("neuralode: stopped before anything was learned; no file was written.");
            return (null, ExitCode.Cancelled);
        }

        string reached = string.Create(CultureInfo.InvariantCulture, $"{training.Losses.Count:N0} of {settings.Training.Iterations:N0} iterations");
        if (training.Outcome == TrainingOutcome.Cancelled)
        {
            context.Error.WriteLine($"neuralode: stopped after {reached}." + (settings.Training.CheckpointPath is { } path ? $" The same command with --resume goes on from {path}." : ""));
        }
        else if (training.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine($"neuralode: training gave up after {reached}: {training.Failure} Try --learning-rate lower than {ProgressText.Number(settings.Training.LearningRate)}, or --clip 1.");
        }

        var notes = new Dictionary<string, string> { ["tool"] = $"neuralode {HelpWriter.Version}", ["command"] = context.CommandLine };
        OutputFiles.Write(context, "model", run.Save, path => new SpiralModel(result.Model, settings, notes).Save(path));
        return (new SpiralModelOutcome(settings, result.Model, training, result.Errors), training.Outcome switch
        {
            TrainingOutcome.Diverged => ExitCode.Failure,
            TrainingOutcome.Cancelled => ExitCode.Cancelled,
            _ => ExitCode.Success,
        });
    }

    private static SpiralModelOutcome Loaded(ParseResult parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options, string path)
    {
        SpiralModel model = FitData.Checked(() => SpiralModel.Load(path, x => WithSolver(parsed, options, x)));
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

    private static void Say(ToolContext context, LatentSpiralsOutcome outcome)
    {
        foreach (SpiralModelOutcome model in outcome.Models)
        {
            SpiralErrors errors = model.Errors[^1];
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Title}: median error a test spiral {ProgressText.Fixed(errors.Reconstruction.Median, 4)} in reconstruction and {ProgressText.Fixed(errors.Extrapolation.Median, 4)} in extrapolation from {errors.Observations} observations{Trained(model.Training)}."));
        }

        context.Out.WriteLine();
        foreach (string line in LatentSpiralsTable.Lines(outcome))
        {
            context.Out.WriteLine(line);
        }

        static string Trained(LatentTrainingResult? training) => training is null ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"; {training.Losses.Count:N0} iterations in {ProgressText.Time(training.Elapsed)}{(training.StoppedEarly ? ", stopped early" : "")}, best model from iteration {training.BestIteration:N0}{(training.FailedSteps > 0 ? $", {training.FailedSteps} steps skipped" : "")}");
    }

    private static Option[] Training(LatentSpiralsCommand.LatentSpiralsOptionSet options) =>
    [
        options.Model, options.Hidden, options.Latent, options.Width, options.Published, options.Shared.Iterations, options.Batch, options.Shared.LearningRate, options.Schedule, options.Clip,
        options.LikelihoodDeviation, options.ValidateEvery, options.Patience, options.Shared.Seed, options.Checkpoint.File, options.Checkpoint.Every, options.Checkpoint.Resume, options.Spirals,
        options.ValidationSpirals, options.TestSpirals, options.ShortestSpan, options.Shared.Save,
    ];

    private static void Refuse(ParseResult parsed, string why, params Option[] given)
    {
        // A flag that was not given has a result all the same.
        if (given.FirstOrDefault(x => parsed.GetResult(x) is { Implicit: false }) is { } option)
        {
            throw new CommandException($"{why}, so it takes no {option.Name}.");
        }
    }

    /// <summary>Puts the solver that was typed in place of a model's.</summary>
    private static LatentSpiralsOptions WithSolver(ParseResult parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options, LatentSpiralsOptions settings)
    {
        if (settings.Decoder != SpiralDecoder.Ode)
        {
            return settings;
        }

        SolverChoice solver = new SolverChoice(settings.Solver, settings.Steps, settings.Gradient).With(parsed, options.Shared);
        return settings with { Solver = solver.Solver, Steps = solver.Steps, Gradient = solver.Gradient };
    }

    /// <summary>One model to train.</summary>
    /// <param name="Settings">How.</param>
    /// <param name="Save">Where the model is kept; null for nowhere.</param>
    private sealed record ModelRun(LatentSpiralsOptions Settings, string? Save)
    {
        public IEnumerable<(string Option, string? Path)> Files => [("--save", Save), ("--checkpoint", Settings.Training.CheckpointPath)];

        public static ModelRun Of(ParseResult parsed, LatentSpiralsCommand.LatentSpiralsOptionSet options, string name, bool isOneOfTwo)
        {
            SharedOptions shared = options.Shared;
            LatentSpiralsOptions settings = (parsed.GetValue(options.Published) ? LatentSpiralsOptions.Published : LatentSpiralsOptions.Default) with
            {
                Decoder = (SpiralDecoder)SpiralModel.Names.ToList().IndexOf(name),
            };
            if (settings.Decoder == SpiralDecoder.Rnn && !isOneOfTwo)
            {
                Refuse(parsed, "rnn solves no equation", shared.Solver, shared.Step, shared.RelativeTolerance, shared.AbsoluteTolerance, shared.Gradient, options.Width);
            }

            LatentTrainingOptions training = settings.Training;
            int spirals = Whole(options.Spirals, settings.TrainingCount);
            int batch = Whole(options.Batch, Math.Min(settings.BatchSize, spirals));
            if (batch > spirals)
            {
                throw new CommandException($"--batch {batch} is more than there are spirals to learn from, {spirals}. Take a smaller batch, or more --spirals.");
            }

            return new ModelRun(
                WithSolver(parsed, options, settings) with
                {
                    Hidden = Whole(options.Hidden, settings.Hidden),
                    Latent = Whole(options.Latent, settings.Latent),
                    FieldHidden = settings.Decoder == SpiralDecoder.Ode ? Whole(options.Width, settings.FieldHidden) : settings.FieldHidden,
                    BatchSize = batch,
                    LikelihoodDeviation = parsed.GetValue(options.LikelihoodDeviation) ?? settings.LikelihoodDeviation,
                    ShortestSpan = Whole(options.ShortestSpan, settings.ShortestSpan),
                    TrainingCount = spirals,
                    ValidationCount = Whole(options.ValidationSpirals, settings.ValidationCount),
                    TestCount = Whole(options.TestSpirals, settings.TestCount),
                    Training = training with
                    {
                        Iterations = Whole(shared.Iterations, training.Iterations),
                        LearningRate = parsed.GetValue(shared.LearningRate) ?? training.LearningRate,
                        Schedule = parsed.GetValue(options.Schedule) switch
                        {
                            "constant" => LearningRateSchedule.Constant,
                            "cosine" => LearningRateSchedule.Cosine(),
                            _ => training.Schedule,
                        },
                        GradientNormBound = parsed.GetValue(options.Clip) ?? training.GradientNormBound,
                        ValidationInterval = Whole(options.ValidateEvery, training.ValidationInterval),
                        Patience = parsed.GetValue(options.Patience) is long patience ? (int)patience : training.Patience,
                        Seed = parsed.GetValue(shared.Seed) ?? training.Seed,
                        CheckpointPath = Named(parsed.GetValue(options.Checkpoint.File)),
                        CheckpointInterval = Whole(options.Checkpoint.Every, training.CheckpointInterval),
                    },
                },
                Named(parsed.GetValue(shared.Save)));

            int Whole(Option<long?> option, int otherwise) => (int)(parsed.GetValue(option) ?? otherwise);
            string? Named(string? path) => path is null || !isOneOfTwo || string.IsNullOrWhiteSpace(path) || Path.EndsInDirectorySeparator(path)
                ? path
                : Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{name}{Path.GetExtension(path)}");
        }
    }
}
