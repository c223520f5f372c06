namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>What <c>neuralode experiment mnist-table</c> does.</summary>
internal static class MnistTableRun
{
    private const int TimedSteps = 10;
    private const int TimedStepsOfSeries = 5;
    private static readonly int[] s_blocks = [6, 12, 24];
    private static readonly int[] s_eulerSteps = [20, 50, 100, 200];

    public static int Start(CommandContext context, CommandValues parsed, MnistTableCommand.MnistTableOptions options)
    {
        ImageCollection collection = options.Images.Collection(parsed);
        string folder = parsed.GetValue(options.Runs) ?? $"{collection.Name}-runs";
        int[] seeds = parsed.GetValue(options.Seeds) is { Length: > 0 } given ? [.. given.Distinct()] : [0];
        bool trains = !parsed.GetValue(options.NoTrain);
        string? report = options.Output.ReportPath(parsed, $"{collection.Name}-table.html"), metrics = options.Output.MetricsPath(parsed);
        OutputFiles.Check(("--report", report), ("--metrics", metrics));
        options.Threads.Apply(parsed);

        MnistData data = UserFault.Checked(() => MnistData.Load(parsed, options.Images, collection));
        CreateFolder(folder, trains);
        MnistTableRow[] rows = [.. MnistTableRow.All.Select(row => Sized(row, parsed, options))];
        ImageTrainingOptions sized = options.Settings.Apply(ImageTrainingOptions.Settings, ImageTrainingOptions.Default, parsed);
        int batch = sized.Batches.BatchSize;

        // All files first: one of other settings should not be found out hours later.
        foreach ((MnistTableRow row, int seed) in rows.SelectMany(row => seeds.Select(seed => (row, seed))))
        {
            if (File.Exists(row.File(folder, seed)))
            {
                MnistTraining.Prepare(row.Model, Training(row, folder, seed, batch, collection), data, isResumed: true);
            }
        }

        (MnistTableRow Row, ImageTrainingOptions Training)[] runs =
            [.. rows.SelectMany(row => seeds.Select(seed => (row, Training(row, folder, seed, batch, collection))))];
        if (!context.IsFirst)
        {
            return trains ? MnistTableTraining.Share(context, runs, data, collection) : ExitCode.Success;
        }

        // Before training, while memory holds little else.
        context.Error.WriteLine("Measuring training steps on random images");
        Dictionary<MnistTableRow, TrainingStepCost> costs = rows.ToDictionary(static x => x, x => Measure(context, x.Model, data, batch, TimedSteps));
        IReadOnlyList<DepthSeries> depths = Depths(context, rows, data, batch);
        if (trains && context.Processes is { Size: > 1 })
        {
            int code = MnistTableTraining.Share(context, runs, data, collection);
            if (code != ExitCode.Success)
            {
                return code;
            }

            // What failed is left out, as it was said.
            trains = false;
        }

        List<MnistTableResult> results = [];
        foreach (MnistTableRow row in rows)
        {
            List<MnistTableEntry> entries = [];
            foreach (int seed in seeds)
            {
                (int code, MnistTableEntry? entry) = Take(context, row, Training(row, folder, seed, batch, collection), data, collection, trains);
                if (code != ExitCode.Success)
                {
                    return code;
                }

                entries.AddRange(entry is null ? [] : [entry]);
            }

            results.Add(new MnistTableResult(row, entries, costs[row]));
        }

        var table = new MnistTable(data, collection, batch, results, depths);
        Say(context.Out, table);
        OutputFiles.Write(context, "metrics", metrics, path => MnistTableMetrics.Write(path, table, context.CommandLine));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, MnistTableReport.Create(table, context.CommandLine).ToHtml()));
        return ExitCode.Success;
    }

    private static MnistTableRow Sized(MnistTableRow row, CommandValues parsed, MnistTableCommand.MnistTableOptions options) => row with
    {
        Epochs = options.Settings.Apply(ImageTrainingOptions.Settings, ImageTrainingOptions.Default with { Epochs = row.Epochs }, parsed).Epochs,
        Model = options.Settings.Apply(MnistModelOptions.Settings.For(row.Model), row.Model, parsed),
    };

    private static ImageTrainingOptions Training(MnistTableRow row, string folder, int seed, int batch, ImageCollection collection) => ImageTrainingOptions.Default with
    {
        Epochs = row.Epochs,
        CheckpointPath = row.File(folder, seed),
        RunSettings = MnistModelOptions.Settings.ToText(row.Model),
        Batches = new ImageBatchOptions { BatchSize = batch, Seed = seed, Scale = collection.Scale },
    };

    private static void CreateFolder(string folder, bool trains)
    {
        CommandException.ThrowIf(File.Exists(folder), $"--runs takes a folder, and '{folder}' is a file.");
        if (trains)
        {
            Directory.CreateDirectory(folder);
        }

        CommandException.ThrowIf(
            !Directory.Exists(folder), $"There is no folder '{folder}' with runs to take. Name it with --runs DIR, or leave --no-train out to train them.");
    }

    /// <summary>Resumes a run, or trains it. Null where it is not finished and nothing is to be trained.</summary>
    private static (int Code, MnistTableEntry? Entry) Take(
        CommandContext context, MnistTableRow row, ImageTrainingOptions training, MnistData data, ImageCollection collection, bool trains)
    {
        string path = training.CheckpointPath!;
        bool exists = File.Exists(path);
        bool isFinished = exists && UserFault.Checked(() => ImageTrainingHistory.Load(path)).History.Epochs.Count >= row.Epochs;
        if (!isFinished && !trains)
        {
            context.Error.WriteLine($"{path} {(exists ? "is not finished" : "is not there")}: left out");
            return (ExitCode.Success, null);
        }

        (Layer network, ImageClassifierTrainer trainer) = MnistTraining.Prepare(row.Model, training, data, isResumed: exists);
        ImageTrainingResult result;
        if (isFinished)
        {
            context.Error.WriteLine($"Taking {path}");
            result = trainer.Run(null, context.CancellationToken);
        }
        else
        {
            result = MnistTraining.Run(context, trainer, MnistTraining.Title(row.Model, training, data, collection, network));
        }

        switch (result.Outcome)
        {
            case TrainingOutcome.Canceled:
                context.Error.WriteLine($"neuralode: stopped. The same command resumes from {path}.");
                return (ExitCode.Canceled, null);
            case TrainingOutcome.Diverged:
                context.Error.WriteLine($"neuralode: training of {path} failed: {result.Failure?.Problem}");
                return (ExitCode.Failure, null);
            default:
                var test = ClassifierEvaluation.Of(network, data.Test, collection.Scale, training.EvaluationBatchSize, context.CancellationToken);
                return (ExitCode.Success, new MnistTableEntry(training.Batches.Seed, test, result.Elapsed));
        }
    }

    private static List<DepthSeries> Depths(CommandContext context, MnistTableRow[] rows, MnistData data, int batch)
    {
        MnistModelOptions residual = rows.First(static x => x.Model.Model == MnistModel.ResNet).Model, euler = rows.First(static x => x.Model.Solver is Euler).Model;
        return
        [
            Series("ResNet", "blocks", s_blocks, n => residual with { ResidualBlocks = n }),
            Series("Euler, direct gradient", "steps", s_eulerSteps, n => euler with { Steps = FixedSteps.PerInterval(n), Gradient = GradientMethod.Direct }),
            Series("Euler, adjoint", "steps", s_eulerSteps, n => euler with { Steps = FixedSteps.PerInterval(n), Gradient = GradientMethod.BacksolveAdjoint }),
        ];

        DepthSeries Series(string title, string unit, int[] counts, Func<int, MnistModelOptions> model) =>
            new(title, unit, [.. counts.Select(n => (n, Measure(context, model(n), data, batch, TimedStepsOfSeries)))]);
    }

    private static TrainingStepCost Measure(CommandContext context, MnistModelOptions model, MnistData data, int batch, int steps) => TrainingStepCost.Measure(
        () => MnistModels.Create(model, new RandomSource(0), data.Training.Rows, data.Training.Columns, data.Training.Classes),
        batch,
        data.Training.Rows,
        data.Training.Columns,
        data.Training.Classes,
        steps,
        context.CancellationToken);

    private static void Say(TextWriter writer, MnistTable table)
    {
        string[][] cells = [["", "test error", "runs", "parameters", "memory", "time per step"], .. table.Rows.Select(static x => MnistTableText.Row(x))];
        int[] widths = [.. Enumerable.Range(0, cells[0].Length).Select(i => cells.Max(row => row[i].Length))];
        foreach (string[] row in cells)
        {
            writer.WriteLine(string.Join("   ", row.Select((x, i) => i == 0 ? x.PadRight(widths[i]) : x.PadLeft(widths[i]))).TrimEnd());
        }

        foreach (DepthSeries series in table.Depths)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{series.Title}, {series.Costs[0].Count} to {series.Costs[^1].Count} {series.Unit}: {MnistTableText.Megabytes(series.Costs[0].Cost.PeakBytes)} to "
                    + $"{MnistTableText.Megabytes(series.Costs[^1].Cost.PeakBytes)} MB ({MnistTableText.Growth(series)})"));
        }
    }
}
