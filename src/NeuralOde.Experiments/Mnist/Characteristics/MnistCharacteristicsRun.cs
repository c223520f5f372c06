namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary>What <c>neuralode experiment mnist-characteristics</c> does.</summary>
internal static class MnistCharacteristicsRun
{
    private static readonly double[] s_tolerances = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

    public static int Start(CommandContext context, CommandValues parsed, MnistCharacteristicsCommand.MnistCharacteristicsOptions options)
    {
        string? modelPath = parsed.GetValue(options.Model), run = parsed.GetValue(options.Run);
        bool trains = parsed.GetValue(options.Train) || modelPath is null;
        ImageClassifier? classifier = modelPath is null ? null : UserFault.Checked(() => ClassifierFile.Load(modelPath));
        RequireEquation(classifier);
        ImageCollection collection = Collection(parsed, options, classifier);
        string? report = options.Output.ReportPath(parsed, $"{collection.Name}-characteristics.html"), metrics = options.Output.MetricsPath(parsed);
        OutputFiles.Check(modelPath, ("--report", report), ("--metrics", metrics), ("--run", run));
        CommandException.ThrowIf(!trains && run is not null && !File.Exists(run), $"There is no file '{run}'. Add --train to train a run with tolerances and keep it there.");
        options.Threads.Apply(parsed);

        MnistData data = UserFault.Checked(() => MnistData.Load(parsed, options.Images, collection));
        CommandException.ThrowIf(
            classifier is not null && (classifier.Rows, classifier.Columns) != (data.Test.Rows, data.Test.Columns),
            $"The model takes images of {classifier!.Rows}x{classifier.Columns} pixels, and these have {data.Test.Rows}x{data.Test.Columns}. "
                + $"Name the data that it was trained on.");
        AdaptiveHistory? history = !trains && run is not null ? UserFault.Checked(() => ReadHistory(run)) : null;
        if (trains)
        {
            (int code, Layer network, MnistModelOptions model, ImageTrainingHistory trained) = Train(context, parsed, options, data, collection, run);
            if (code != ExitCode.Success)
            {
                return code;
            }

            history = new AdaptiveHistory(run ?? "trained here", Words(model), trained.Epochs, 2);
            classifier ??= new ImageClassifier(network, model, collection, data.Training.Rows, data.Training.Columns);
        }

        MeasuredCharacteristics measured = Measure(context, parsed, options, classifier!, modelPath ?? run ?? "trained here", data.Test, history);
        Say(context.Out, measured);
        OutputFiles.Write(context, "metrics", metrics, path => CharacteristicsMetrics.Write(path, measured, context.CommandLine));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, CharacteristicsReport.Create(measured, context.CommandLine).ToHtml()));
        return ExitCode.Success;
    }

    private static void RequireEquation(ImageClassifier? classifier) => CommandException.ThrowIf(
        classifier is { Options.HasEquation: false }, $"This model, {ClassifierText.Model(classifier!.Options)}, solves no equation. Name an odenet or an rknet.");

    private static ImageCollection Collection(CommandValues parsed, MnistCharacteristicsCommand.MnistCharacteristicsOptions options, ImageClassifier? classifier)
    {
        string? asked = parsed.GetValue(options.Images.Dataset);
        CommandException.ThrowIf(
            asked is not null && classifier is not null && asked != classifier.Collection.Name,
            $"The model was trained on {classifier!.Collection.Title}; --dataset {asked} would measure it on other images.");
        return ImageCollection.All.FirstOrDefault(x => x.Name == (asked ?? classifier?.Collection.Name ?? "mnist"))
            ?? throw new CommandException($"The model was trained on '{classifier!.Collection.Name}', which is not known here. Name the data set with --dataset.");
    }

    private static AdaptiveHistory ReadHistory(string path)
    {
        (ImageTrainingHistory history, IReadOnlyDictionary<string, string> settings) = ImageTrainingHistory.Load(path);
        MnistModelOptions model = MnistModelOptions.Settings.FromText(new(), settings);
        CommandException.ThrowIf(
            !model.HasEquation || model.Steps is not AdaptiveSteps,
            $"'{path}' is a run of {ClassifierText.Model(model)}: its evaluations never change. Use one whose solver has tolerances, or add --train with another file.");
        return history.Epochs.Count > 0
            ? new AdaptiveHistory(path, Words(model), history.Epochs, model.Gradient == GradientMethod.Direct ? 1 : 2)
            : throw new CommandException($"'{path}' has not finished an epoch yet.");
    }

    private static (int Code, Layer Network, MnistModelOptions Model, ImageTrainingHistory History) Train(
        CommandContext context, CommandValues parsed, MnistCharacteristicsCommand.MnistCharacteristicsOptions options, MnistData data, ImageCollection collection, string? run)
    {
        MnistModelOptions model = options.Settings.Apply(MnistModelOptions.Settings, MnistCharacteristicsCommand.TrainedModel, parsed);
        ImageTrainingOptions training = options.Settings.Apply(ImageTrainingOptions.Settings, ImageTrainingOptions.Default, parsed);
        training = training with
        {
            CheckpointPath = run,
            RunSettings = MnistModelOptions.Settings.ToText(model),
            Batches = training.Batches with { Scale = collection.Scale },
        };
        (Layer network, ImageClassifierTrainer trainer) = MnistTraining.Prepare(model, training, data, isResumed: run is not null && File.Exists(run));
        ImageTrainingResult result = MnistTraining.Run(context, trainer, MnistTraining.Title(model, training, data, collection, network));
        if (result.Outcome == TrainingOutcome.Diverged)
        {
            context.Error.WriteLine($"neuralode: training failed: {result.Failure?.Problem}");
        }
        else if (result.Outcome == TrainingOutcome.Canceled)
        {
            context.Error.WriteLine("neuralode: stopped." + (run is null ? "" : $" The same command resumes from {run}."));
        }

        int code = result.Outcome switch
        {
            TrainingOutcome.Completed => ExitCode.Success,
            TrainingOutcome.Canceled => ExitCode.Canceled,
            _ => ExitCode.Failure,
        };
        return (code, network, model, result.History);
    }

    private static MeasuredCharacteristics Measure(
        CommandContext context,
        CommandValues parsed,
        MnistCharacteristicsCommand.MnistCharacteristicsOptions options,
        ImageClassifier classifier,
        string name,
        ImageDataset test,
        AdaptiveHistory? history)
    {
        var solver = OdeSolver.Parse(parsed.GetValue(options.Solver) ?? "dopri5");
        ImageDataset images = test.Take((int)(parsed.GetValue(options.Count) ?? 32));
        try
        {
            context.Error.WriteLine(
                $"Solving for {images.Count} images by {solver.Name} to tolerances of {InWords.Number(s_tolerances[0])} to {CharacteristicsReport.Text(s_tolerances[^1])}");
            SolverCharacteristic[] tolerances = [.. EquationCharacteristics.Measure(classifier, images, s_tolerances, solver, context.CancellationToken)];
            List<InferenceResult> inference = [];
            foreach (InferenceSolver each in InferenceSolver.All)
            {
                context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Classifying {test.Count:N0} test images by {each}"));
                inference.Add(new InferenceResult(each, Evaluate(each, classifier, test, context.CancellationToken)));
            }

            return new MeasuredCharacteristics(classifier, name, solver.Name, images.Count, tolerances, inference, test.Count, history);
        }
        catch (OdeSolveException e)
        {
            throw new CommandException(
                $"The reference, dopri5 at {CharacteristicsReport.Text(EquationCharacteristics.ReferenceTolerance)} in double precision, could not be solved: {e.Problem}",
                ExitCode.Failure,
                e);
        }
    }

    private static ClassifierEvaluation? Evaluate(InferenceSolver solver, ImageClassifier classifier, ImageDataset test, CancellationToken cancellation)
    {
        try
        {
            return solver.Evaluate(classifier, test, cancellation);
        }
        catch (OdeSolveException)
        {
            return null;
        }
    }

    private static void Say(TextWriter writer, MeasuredCharacteristics measured)
    {
        writer.WriteLine("tolerance       error   evaluations   time (ms)   backward   time (ms)");
        foreach (SolverCharacteristic x in measured.Tolerances)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{CharacteristicsReport.Text(x.Tolerance),9} {ProgressText.Number(x.Error),11} {x.Evaluations,13:N0} {x.Time.TotalMilliseconds,11:0.0} "
                    + $"{x.BackwardEvaluations,10:N0} {x.BackwardTime.TotalMilliseconds,11:0.0}{(x.Failure is null ? "" : "   failed")}"));
        }

        writer.WriteLine();
        writer.WriteLine("solver                       test accuracy   evaluations   time (s)");
        foreach (InferenceResult x in measured.Inference)
        {
            writer.WriteLine(x.Test is { } test
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{x.Solver,-28} {ProgressText.Percent(test.Accuracy),13} {test.Evaluations,13:0.0} {test.Elapsed.TotalSeconds,10:0.00}")
                : $"{x.Solver,-28}        failed");
        }
    }

    private static string Words(MnistModelOptions model) => $"{new SolverChoice(model.Solver, model.Steps, model.Gradient)}, {model.Gradient.Name} gradient";
}
