namespace NeuralOde.Training;

/// <summary>Which model a <see cref="TrainingRun"/> returns.</summary>
public enum ModelSelection
{
    /// <summary>The one with the least validation error; the last one where there is no validation.</summary>
    Validation,

    /// <summary>The one with the least training loss.</summary>
    Loss,

    /// <summary>The last one.</summary>
    Last,
}

/// <summary>How a <see cref="TrainingRun"/> trains.</summary>
public sealed record TrainingOptions
{
    /// <summary>Training steps.</summary>
    /// <value>At least 1; default 1,000.</value>
    public int Iterations { get; init; } = 1_000;

    /// <summary>How the learning rate changes. The full rate is the one that the optimizer has when the run is made.</summary>
    /// <value>Default constant.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>A bound on the gradient's norm: longer gradients are scaled down to it.</summary>
    /// <value>Above 0; default null, none.</value>
    public double? GradientNormBound { get; init; }

    /// <summary>Which model is returned.</summary>
    /// <value>Default <see cref="ModelSelection.Validation"/>.</value>
    public ModelSelection Selection { get; init; }

    /// <summary>
    /// For <see cref="ModelSelection.Loss"/>, the part of training during which the latest model counts as the best, for losses that change their meaning during training.
    /// </summary>
    /// <value>From 0 to 1; default 0.</value>
    public double LatestUntil { get; init; }

    /// <summary>When the model is validated.</summary>
    /// <value>Default every 100 iterations and at the end.</value>
    public ValidationPlan Validation { get; init; } = new();

    /// <summary>What follows a failed step.</summary>
    /// <value>Default <see cref="FailurePolicy.Skip"/>, up to 20 in a row.</value>
    public FailurePolicy Failures { get; init; } = FailurePolicy.Skip();

    /// <summary>When training stops early; null for never.</summary>
    /// <value>Default null.</value>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Where and how often the run is saved; null for nowhere.</summary>
    /// <value>Default null.</value>
    public Checkpointing? Checkpointing { get; init; }

    /// <summary>
    /// How batches are divided into micro-batches, and which processes share them; null for undivided batches in this process. The task must be an
    /// <see cref="IMicroBatchTask"/>.
    /// </summary>
    /// <value>Default null.</value>
    public DataParallel? DataParallel { get; init; }

    /// <summary>What must be the same when a run is resumed, by names that a user knows. A checkpoint holds it and is refused where it differs.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init => field = ValueList.From(value); } = ValueList.Of<(string Name, string Value)>();

    /// <summary>The least time between two reports of progress. The end is always reported.</summary>
    /// <value>At least 0; default 50 ms.</value>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The settings, and the micro-batches, on which the bits of a run depend. The number of processes is free.</summary>
    internal IReadOnlyList<(string Name, string Value)> AllSettings => DataParallel is null or { MicroBatches: 1 }
        ? Settings
        :
        [
            .. Settings,
            ("micro-batches", FormattableString.Invariant($"{DataParallel.MicroBatches}")),
            .. DataParallel.SynchronizesStatistics ? [("statistics", "batch")] : Array.Empty<(string, string)>(),
        ];

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1);
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(Validation);
        ArgumentNullException.ThrowIfNull(Failures);
        ArgumentNullException.ThrowIfNull(Settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(ProgressInterval, TimeSpan.Zero);
        if (GradientNormBound is { } bound && !(bound > 0 && double.IsFinite(bound)))
        {
            throw new ArgumentOutOfRangeException(nameof(GradientNormBound), bound, "The bound on the gradient's norm is a finite number above 0.");
        }

        ArgumentOutOfRangeException.ThrowIf(
            LatestUntil is not (>= 0 and <= 1), nameof(LatestUntil), LatestUntil, "The part of training in which the latest model counts as the best is from 0 to 1.");
        ArgumentException.ThrowIf(
            EarlyStopping is not null && Selection != ModelSelection.Validation,
            $"Early stopping waits for a better validation, so it takes {nameof(Selection)} = {nameof(ModelSelection.Validation)}.", nameof(EarlyStopping));
    }
}
