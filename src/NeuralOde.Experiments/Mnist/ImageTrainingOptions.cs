using NeuralOde.MicroBatches;

namespace NeuralOde.Experiments.Mnist;

/// <summary>How a classifier of images is trained.</summary>
public sealed record ImageTrainingOptions
{
    /// <summary>How many times all images are seen.</summary>
    /// <value>At least 1; default 5.</value>
    public int Epochs { get; init; } = 5;

    /// <summary>Adam's learning rate, at the start of the schedule.</summary>
    /// <value>Above 0; default 0.001.</value>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>How the learning rate changes, step by step over the whole training.</summary>
    /// <value>Default constant.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>A bound on the gradient's norm: longer gradients are scaled down to it.</summary>
    /// <value>Above 0; default null, none.</value>
    public double? GradientNormBound { get; init; }

    /// <summary>How images are put into batches.</summary>
    /// <value>Default: batches of 32, shuffled.</value>
    public ImageBatchOptions Batches { get; init; } = new();

    /// <summary>How many micro-batches each batch is divided into; see <see cref="DataParallel"/>.</summary>
    /// <value>At least 1, and at least as many as there are processes; default 1.</value>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Whether batch normalization takes its statistics over the whole batch instead of each micro-batch; see <see cref="DataParallel.SynchronizesStatistics"/>.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool SynchronizesStatistics { get; init; }

    /// <summary>The processes that share the micro-batches.</summary>
    /// <value>Default null: this one alone.</value>
    public ICommunicator? Processes { get; init; }

    /// <summary>Images in a batch while accuracy is measured.</summary>
    /// <value>At least 1; default 100.</value>
    public int EvaluationBatchSize { get; init; } = 100;

    /// <summary>The file in which the run is kept, so that it can be resumed.</summary>
    /// <value>Default null, none.</value>
    public string? CheckpointPath { get; init; }

    /// <summary>Training steps between two checkpoints; the checkpoint is also written at the end of each epoch and when training is stopped.</summary>
    /// <value>At least 1; default 500.</value>
    public int CheckpointInterval { get; init; } = 500;

    /// <summary>
    /// What a checkpoint is resumed with only if it is the same, beside what the trainer adds itself (learning rate, schedule, bound, batches, numbers of
    /// images): the model and its settings.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyList<(string Name, string Value)> RunSettings { get; init => field = ValueList.From(value); } = ValueList.Of<(string Name, string Value)>();

    /// <summary>What works best here: the learning rate falls by half a cosine to 0.</summary>
    public static ImageTrainingOptions Default { get; } = new() { Schedule = LearningRateSchedule.Cosine() };

    /// <summary>The published settings: a constant learning rate.</summary>
    public static ImageTrainingOptions Published { get; } = new();

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<ImageTrainingOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "Data",
            Setting.Whole(
                "shift", 0, 8, "Moves each training image by up to N pixels in each direction, again in each epoch.",
                (ImageTrainingOptions x) => x.Batches.MaxShift, (x, v) => x with { Batches = x.Batches with { MaxShift = v } })),
        .. Setting.Group(
            "Training",
            Setting.Whole("epochs", 1, 100_000, "Passes over the training images.", (ImageTrainingOptions x) => x.Epochs, (x, v) => x with { Epochs = v }) with
            {
                // With a constant rate the steps do not depend on how many will follow, so a run may be made longer.
                MayDiffer = static x => x.Schedule == LearningRateSchedule.Constant,
            },
            Setting.Whole(
                "batch size", 1, 100_000, "Images in a training step.",
                (ImageTrainingOptions x) => x.Batches.BatchSize, (x, v) => x with { Batches = x.Batches with { BatchSize = v } }) with { Option = "batch" },
            Setting.MicroBatches((ImageTrainingOptions x) => x.MicroBatches, (x, v) => x with { MicroBatches = v }),
            Setting.Choice(
                "statistics", [("micro-batch", false), ("batch", true)],
                "What batch normalization takes mean and variance over: each micro-batch alone, or the whole batch. batch costs time, and takes fixed steps where the "
                    + "equation normalizes over the batch.",
                (ImageTrainingOptions x) => x.SynchronizesStatistics, (x, v) => x with { SynchronizesStatistics = v }) with { MayDiffer = static _ => true },
            Setting.LearningRate((ImageTrainingOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Schedule((ImageTrainingOptions x) => x.Schedule, (x, v) => x with { Schedule = v }),
            Setting.GradientNormBound((ImageTrainingOptions x) => x.GradientNormBound, (x, v) => x with { GradientNormBound = v }),
            Setting.Seed((ImageTrainingOptions x) => x.Batches.Seed, (x, v) => x with { Batches = x.Batches with { Seed = v } }),
            Setting.Whole(
                "steps between checkpoints", 1, 100_000_000, "Training steps between two checkpoints; the checkpoint is also written after each epoch.",
                (ImageTrainingOptions x) => x.CheckpointInterval, (x, v) => x with { CheckpointInterval = v }) with { Option = "checkpoint-every", MayDiffer = static _ => true }),
        Setting.Flag(
            "shuffled", "Whether each epoch has its own order.",
            (ImageTrainingOptions x) => x.Batches.IsShuffled, (x, v) => x with { Batches = x.Batches with { IsShuffled = v } }),
        Setting.Whole(
            "images in a measurement", 1, 1_000_000, "Images in a batch while accuracy is measured.",
            (ImageTrainingOptions x) => x.EvaluationBatchSize, (x, v) => x with { EvaluationBatchSize = v }) with { MayDiffer = static _ => true },
    ]);
}
