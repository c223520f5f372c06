namespace NeuralOde.Experiments.Mnist;

/// <summary>What <c>neuralode experiment mnist</c> does.</summary>
internal static class MnistRun
{
    public static int Start(CommandContext context, CommandValues parsed, MnistCommand.MnistOptions options)
    {
        ImageCollection collection = options.Images.Collection(parsed);
        MnistModelOptions model = Model(parsed, options);
        ImageTrainingOptions training = Training(context, parsed, options, collection, model);
        string? report = options.Output.ReportPath(parsed, $"{collection.Name}-{MnistModelOptions.ModelNames[(int)model.Model]}.html");
        string? save = parsed.GetValue(options.Output.Save);
        string? metrics = options.Output.MetricsPath(parsed);
        OutputFiles.Check(("--report", report), ("--save", save), ("--metrics", metrics), ("--checkpoint", training.CheckpointPath));
        bool isResumed = options.Checkpoint.IsResumed(parsed, options.Settings["checkpoint-every"], training.CheckpointPath);
        options.Threads.Apply(parsed);

        MnistData data = UserFault.Checked(() => MnistData.Load(parsed, options.Images, collection, parsed.GetValue(options.Validation), training.Batches.Seed));
        (Layer network, ImageClassifierTrainer trainer) = MnistTraining.Prepare(model, training, data, isResumed);
        ImageTrainingResult result = MnistTraining.Run(context, trainer, MnistTraining.Title(model, training, data, collection, network));
        if (result.History.Steps.Count == 0)
        {
            context.Error.WriteLine(
                result.Failure is null
                    ? "neuralode: stopped before anything was learned; no files were written."
                    : $"neuralode: training failed at its first step: {result.Failure.Problem}");
            return result.Failure is null ? ExitCode.Canceled : ExitCode.Failure;
        }

        if (!context.IsFirst)
        {
            return Code(result.Outcome);
        }

        ClassifierEvaluation? test = result.Outcome == TrainingOutcome.Completed
            ? ClassifierEvaluation.Of(network, data.Test, collection.Scale, training.EvaluationBatchSize, context.CancellationToken)
            : null;
        var outcome = new MnistOutcome(collection, model, training, network, data, result, test);
        Say(context, outcome);
        var classifier = new ImageClassifier(network, model, collection, data.Training.Rows, data.Training.Columns);
        OutputFiles.Write(context, "model", save, path => classifier.Save(path, new Dictionary<string, string> { ["tool"] = ToolVersion.Text, ["command"] = context.CommandLine }));
        OutputFiles.Write(context, "metrics", metrics, path => MnistMetrics.Write(path, outcome, context.CommandLine));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, MnistReport.Create(outcome, context.CommandLine).ToHtml()));
        return Code(result.Outcome);
    }

    private static int Code(TrainingOutcome outcome) => outcome switch
    {
        TrainingOutcome.Diverged => ExitCode.Failure,
        TrainingOutcome.Canceled => ExitCode.Canceled,
        _ => ExitCode.Success,
    };

    private static void Say(CommandContext context, MnistOutcome outcome)
    {
        ImageTrainingResult result = outcome.Result;
        if (outcome.Test is { } test)
        {
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ProgressText.Percent(test.Accuracy)} of {test.Predicted.Length:N0} test images right (error {ProgressText.Percent(1 - test.Accuracy)}), "
                    + $"{result.History.Epochs.Count} epochs in {ProgressText.Time(result.Elapsed)}."));
        }

        long steps = (long)outcome.Training.Epochs * ((outcome.Data.Training.Count + outcome.Training.Batches.BatchSize - 1) / outcome.Training.Batches.BatchSize);
        string reached = string.Create(CultureInfo.InvariantCulture, $"{result.History.Steps.Count:N0} of {steps:N0} training steps");
        if (result.Outcome == TrainingOutcome.Canceled)
        {
            context.Error.WriteLine(
                $"neuralode: stopped after {reached}." + (outcome.Training.CheckpointPath is { } path ? $" Add --resume to the same command to resume from {path}." : ""));
        }
        else if (result.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine(
                $"neuralode: training gave up after {reached}: {result.Failure?.Problem} Try --learning-rate lower than "
                    + $"{ProgressText.Number(outcome.Training.LearningRate)}, --clip 1, or smaller steps of the solver.");
        }
    }

    private static MnistModelOptions Model(CommandValues parsed, MnistCommand.MnistOptions options)
    {
        // Which model it is decides about the defaults of the rest.
        MnistModel kind = options.Settings.Apply(MnistModelOptions.Settings.Only("model"), new(), parsed).Model;
        return options.Settings.Apply(MnistModelOptions.Settings, parsed.GetValue(options.Published) ? MnistModelOptions.Published(kind) : MnistModelOptions.Default(kind), parsed);
    }

    private static ImageTrainingOptions Training(CommandContext context, CommandValues parsed, MnistCommand.MnistOptions options, ImageCollection collection,
        MnistModelOptions model)
    {
        ImageTrainingOptions training = options.Settings.Apply(
            ImageTrainingOptions.Settings, parsed.GetValue(options.Published) ? ImageTrainingOptions.Published : ImageTrainingOptions.Default, parsed);
        return training with
        {
            CheckpointPath = parsed.GetValue(options.Checkpoint.File),
            RunSettings = MnistModelOptions.Settings.ToText(model),
            MicroBatches = MicroBatchOption.Of(context, parsed.IsGiven(options.Settings["micro-batches"]), training.MicroBatches),
            Processes = context.Processes,
            Batches = training.Batches with { Scale = collection.Scale },
        };
    }
}
