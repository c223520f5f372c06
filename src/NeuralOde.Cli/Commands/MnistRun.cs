using System.CommandLine;
using System.Globalization;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Cli.Progress;
using NeuralOde.Cli.Reporting;
using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Training;

namespace NeuralOde.Cli.Commands;

/// <summary>What <c>neuralode experiment mnist</c> does.</summary>
internal static class MnistRun
{
    public static int Start(ToolContext context, ParseResult parsed, MnistCommand.MnistOptions options)
    {
        ImageCollection collection = ImageCollection.All.First(x => x.Name == (parsed.GetValue(options.Dataset) ?? "mnist"));
        MnistModelOptions model = Model(parsed, options);
        ImageTrainingOptions training = Training(parsed, options, collection, model);
        string? report = options.Shared.ReportPath(parsed, $"{collection.Name}-{MnistModelOptions.ModelNames[(int)model.Model]}.html");
        string? save = parsed.GetValue(options.Shared.Save);
        string? metrics = options.Shared.MetricsPath(parsed);
        OutputFiles.Check(("--report", report), ("--save", save), ("--metrics", metrics), ("--checkpoint", training.CheckpointPath));
        bool isResumed = options.Checkpoint.IsResumed(parsed, training.CheckpointPath);
        options.Threads.Apply(parsed);

        MnistData data = FitData.Checked(() => MnistData.Load(parsed, options, collection, training.Batches.Seed));
        (Layer network, ImageClassifierTrainer trainer) = MnistTraining.Prepare(model, training, data, isResumed);
        ImageTrainingResult result = MnistTraining.Run(context, trainer, MnistTraining.Title(model, training, data, collection, network));
        if (result.History.Steps.Count == 0)
        {
            context.Error.WriteLine(result.Failure is null ? "neuralode: stopped before anything was learned; no file was written." : $"neuralode: training failed at its first step: {result.Failure}");
            return result.Failure is null ? ExitCode.Cancelled : ExitCode.Failure;
        }

        ClassifierEvaluation? test = result.Outcome == TrainingOutcome.Completed
            ? ClassifierEvaluation.Of(network, data.Test, collection.Scale, training.EvaluationBatchSize, context.CancellationToken)
            : null;
        var outcome = new MnistOutcome(collection, model, training, network, data, result, test);
        Say(context, outcome);
        var classifier = new ImageClassifier(network, model, collection, data.Training.Rows, data.Training.Columns);
        OutputFiles.Write(context, "model", save, path => classifier.Save(path, new Dictionary<string, string> { ["tool"] = $"neuralode {HelpWriter.Version}", ["command"] = context.CommandLine }));
        OutputFiles.Write(context, "metrics", metrics, path => MnistMetrics.Write(path, outcome, context.CommandLine));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, MnistReport.Create(outcome, context.CommandLine).ToHtml()));
        return result.Outcome switch
        {
            TrainingOutcome.Diverged => ExitCode.Failure,
            TrainingOutcome.Cancelled => ExitCode.Cancelled,
            _ => ExitCode.Success,
        };
    }

    private static void Say(ToolContext context, MnistOutcome outcome)
    {
        ImageTrainingResult result = outcome.Result;
        if (outcome.Test is { } test)
        {
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ProgressText.Percent(test.Accuracy)} of {test.Predicted.Length:N0} test images right (error {ProgressText.Percent(1 - test.Accuracy)}), {result.History.Epochs.Count} epochs in {ProgressText.Time(result.Elapsed)}."));
        }

        long steps = (long)outcome.Training.Epochs * ((outcome.Data.Training.Count + outcome.Training.Batches.BatchSize - 1) / outcome.Training.Batches.BatchSize);
        string reached = string.Create(CultureInfo.InvariantCulture, $"{result.History.Steps.Count:N0} of {steps:N0} training steps");
        if (result.Outcome == TrainingOutcome.Cancelled)
        {
            context.Error.WriteLine($"neuralode: stopped after {reached}." + (outcome.Training.CheckpointPath is { } path ? $" The same command with --resume goes on from {path}." : ""));
        }
        else if (result.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine($"neuralode: training gave up after {reached}: {result.Failure} Try --learning-rate lower than {ProgressText.Number(outcome.Training.LearningRate)}, --clip 1, or smaller steps of the solver.");
        }
    }

    private static MnistModelOptions Model(ParseResult parsed, MnistCommand.MnistOptions options)
    {
        MnistModel kind = MnistModelOptions.ParseModel(parsed.GetValue(options.Model) ?? "odenet");
        MnistModelOptions model = parsed.GetValue(options.Published) ? MnistModelOptions.Published(kind) : MnistModelOptions.Default(kind);
        SharedOptions shared = options.Shared;
        Refuse(!model.HasEquation, "solves no equation", shared.Solver, shared.Step, shared.RelativeTolerance, shared.AbsoluteTolerance, shared.Gradient);
        Refuse(kind != MnistModel.ResNet, "has no residual blocks", options.Blocks);
        Refuse(kind != MnistModel.Mlp, "has no hidden layer", options.Hidden);
        Refuse(kind == MnistModel.Mlp, "has no convolutions", options.Channels, options.Normalization);

        if (kind == MnistModel.ResNet && parsed.GetValue(options.Normalization) == "mixed")
        {
            throw new CommandException("resnet has no equation that could be normalized otherwise than the rest. Take --norm batch or --norm group.");
        }

        // Another solver takes its own steps, not those that suit the default one.
        StepSizeControl steps = parsed.GetValue(shared.Solver) is null ? model.Steps : MnistModelOptions.Tolerances(1e-3, 1e-3);
        SolverChoice solver = new SolverChoice(model.Solver, steps, model.Gradient).With(parsed, shared);
        if (kind == MnistModel.RkNet && parsed.GetValue(shared.Gradient) is { } gradient && gradient != "direct")
        {
            throw new CommandException($"rknet takes its gradient directly; --gradient {gradient} makes it an odenet. Take --model odenet.");
        }

        return model with
        {
            Normalization = parsed.GetValue(options.Normalization) switch
            {
                "batch" => MnistNormalization.Batch,
                "group" => MnistNormalization.Group,
                "mixed" => MnistNormalization.Mixed,
                _ => model.Normalization,
            },
            Channels = (int)(parsed.GetValue(options.Channels) ?? model.Channels),
            ResidualBlocks = (int)(parsed.GetValue(options.Blocks) ?? model.ResidualBlocks),
            HiddenUnits = (int)(parsed.GetValue(options.Hidden) ?? model.HiddenUnits),
            Solver = solver.Solver,
            Steps = solver.Steps,
            Gradient = solver.Gradient,
        };

        void Refuse(bool isWrong, string why, params Option[] given)
        {
            if (isWrong && given.FirstOrDefault(x => parsed.GetResult(x) is not null) is { } option)
            {
                throw new CommandException($"{MnistModelOptions.ModelNames[(int)kind]} {why}, so it takes no {option.Name}.");
            }
        }
    }

    private static ImageTrainingOptions Training(ParseResult parsed, MnistCommand.MnistOptions options, ImageCollection collection, MnistModelOptions model)
    {
        var defaults = new ImageTrainingOptions();
        return defaults with
        {
            Epochs = (int)(parsed.GetValue(options.Epochs) ?? defaults.Epochs),
            LearningRate = parsed.GetValue(options.Shared.LearningRate) ?? defaults.LearningRate,
            Schedule = (parsed.GetValue(options.Schedule) ?? (parsed.GetValue(options.Published) ? "constant" : "cosine")) == "cosine" ? LearningRateSchedule.Cosine() : LearningRateSchedule.Constant,
            GradientNormBound = parsed.GetValue(options.Clip),
            CheckpointPath = parsed.GetValue(options.Checkpoint.File),
            CheckpointInterval = (int)(parsed.GetValue(options.Checkpoint.Every) ?? defaults.CheckpointInterval),
            Settings = model.ToSettings(),
            Batches = defaults.Batches with
            {
                BatchSize = (int)(parsed.GetValue(options.Batch) ?? defaults.Batches.BatchSize),
                MaxShift = (int)(parsed.GetValue(options.Shift) ?? 0),
                Seed = parsed.GetValue(options.Shared.Seed) ?? 0,
                Scale = collection.Scale,
            },
        };
    }
}
