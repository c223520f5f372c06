namespace NeuralOde.Experiments.Mnist;

/// <summary>Trains a classifier of images with Adam on cross entropy, epoch after epoch. One instance is one run.</summary>
/// <remarks>
/// The run depends on its settings and seed alone: with the same ones it gives the same bits, for any number of threads, and also when it is stopped at any
/// moment and resumed from its checkpoint.
/// </remarks>
public sealed class ImageClassifierTrainer
{
    private readonly ImageTask _task;
    private readonly TrainingRun _run;

    /// <summary>Prepares a run.</summary>
    /// <param name="classifier">From images <c>[batch, rows, columns, 1]</c> to logits <c>[batch, classes]</c>, in single precision.</param>
    /// <param name="training">The images to learn from.</param>
    /// <param name="measured">Images to measure on after each epoch; null for none. Nothing is chosen by them.</param>
    /// <param name="options">The settings; the defaults where null.</param>
    /// <exception cref="SettingException">A setting is out of range.</exception>
    public ImageClassifierTrainer(Layer classifier, ImageDataset training, ImageDataset? measured = null, ImageTrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(training);
        options ??= new ImageTrainingOptions();
        ImageTrainingOptions.Settings.Check(options);
        var batches = new ImageBatches(training, options.Batches);
        if ((long)options.Epochs * batches.Count > int.MaxValue)
        {
            throw new SettingException(
                SettingReason.Conflict,
                "epochs",
                FormattableString.Invariant($"{options.Epochs}"),
                $"{options.Epochs} epochs of {batches.Count} steps are more than {int.MaxValue} steps.",
                "Take fewer epochs, or larger batches.");
        }

        _task = new ImageTask(classifier, batches, training.Classes, measured, options);
        _run = new TrainingRun(_task, new Adam(classifier.Parameters, options.LearningRate), new TrainingOptions
        {
            Iterations = options.Epochs * batches.Count,
            Schedule = options.Schedule,
            GradientNormBound = options.GradientNormBound,
            Selection = ModelSelection.Last,
            Validation = new ValidationPlan { Interval = batches.Count },
            Failures = FailurePolicy.GiveUp,
            Checkpointing = options.CheckpointPath is null ? null : new Checkpointing(options.CheckpointPath, options.CheckpointInterval, afterValidation: true),
            Settings = [.. options.RunSettings, .. Fingerprint(options, training, measured)],
            ProgressInterval = TimeSpan.Zero,
            DataParallel = DataParallel.Of(options.MicroBatches, options.Processes, options.SynchronizesStatistics),
        });
    }

    /// <summary>Resumes a run from its checkpoint, before this one has begun.</summary>
    /// <inheritdoc cref="TrainingRun.Resume"/>
    public void Resume(string path) => _run.Resume(path);

    /// <summary>Trains to the end of the last epoch. The classifier is in training mode afterwards.</summary>
    /// <param name="progress">Reported after each step, and at the end of each epoch.</param>
    /// <param name="cancellationToken">Ends training early, after the current step; the checkpoint is then written.</param>
    /// <returns>The result, also where training was stopped or given up.</returns>
    /// <exception cref="InvalidOperationException">This instance has run already.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written.</exception>
    public ImageTrainingResult Run(IProgress<ImageTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingResult result = _run.Run(progress is null ? null : new ImageProgress(_task, progress), cancellationToken);
        return new ImageTrainingResult(result.Outcome, _task.History, result.Elapsed, result.Failure);
    }

    private static IEnumerable<(string Name, string Value)> Fingerprint(ImageTrainingOptions options, ImageDataset training, ImageDataset? measured)
    {
        foreach ((string, string) setting in ImageTrainingOptions.Settings.ToResume(options))
        {
            yield return setting;
        }

        yield return ("pixel scale", $"{Text(options.Batches.Scale.Mean)}, {Text(options.Batches.Scale.Deviation)}");
        yield return ("training images", Images(training));
        yield return ("measured images", measured is null ? "none" : Images(measured));

        static string Images(ImageDataset images) => $"{Text(images.Count)}, sum {Crc32.Of(images.Pixels, images.Labels):x8}";

        static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
    }
}
