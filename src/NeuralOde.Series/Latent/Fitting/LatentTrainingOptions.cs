using NeuralOde.MicroBatches;
using NeuralOde.Optimizers;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>How a <see cref="LatentTrainer"/> trains.</summary>
public sealed record LatentTrainingOptions
{
    /// <summary>Training steps.</summary>
    /// <value>At least 1; default 20,000.</value>
    public int Iterations { get; init; } = 20_000;

    /// <summary>Adam's step at the schedule's start.</summary>
    /// <value>Default 0.003.</value>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>How it changes.</summary>
    /// <value>Default half a cosine down to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine();

    /// <summary>A bound on the gradient's norm; null for none.</summary>
    /// <value>Default null.</value>
    public double? GradientNormBound { get; init; }

    /// <summary>How many micro-batches each batch is divided into; see <see cref="DataParallel"/>.</summary>
    /// <value>At least 1, and at least as many as there are processes; default 1.</value>
    public int MicroBatches { get; init; } = 1;

    /// <summary>The processes that share the micro-batches.</summary>
    /// <value>Default null: this one alone.</value>
    public ICommunicator? Processes { get; init; }

    /// <summary>The weight of the Kullback-Leibler divergence in the bound.</summary>
    /// <value>At least 0; default 1.</value>
    public double DivergenceWeight { get; init; } = 1;

    /// <summary>The part of training over which that weight grows evenly from 0.</summary>
    /// <value>From 0 to 1; default 0.</value>
    public double DivergenceWarmUp { get; init; }

    /// <summary>Where the noise of the latent states' draws comes from.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>How many iterations pass between two validations, by which the best model is kept.</summary>
    /// <value>At least 1; default 500.</value>
    public int ValidationInterval { get; init; } = 500;

    /// <summary>After how many validations without a better model training ends; null for never.</summary>
    /// <value>At least 1, or null, the default.</value>
    public int? Patience { get; init; }

    /// <summary>Where the run is kept, to be resumed; null for nowhere.</summary>
    /// <value>Default null.</value>
    public string? CheckpointPath { get; init; }

    /// <summary>How many iterations pass between two checkpoints; one is written at the end, too, and where training is stopped.</summary>
    /// <value>At least 1; default 1,000.</value>
    public int CheckpointInterval { get; init; } = 1_000;

    /// <summary>What must be the same when a run is resumed, as words that a user knows; the trainer adds its own.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<(string Name, string Value)> RunSettings { get; init => field = ValueList.From(value); } = ValueList.Of<(string Name, string Value)>();

    internal TrainingOptions ForRun() => new()
    {
        Iterations = Iterations,
        Schedule = Schedule,
        GradientNormBound = GradientNormBound,
        Validation = new ValidationPlan { Interval = ValidationInterval },
        EarlyStopping = Patience is { } patience ? new EarlyStopping(patience) : null,
        Checkpointing = CheckpointPath is null ? null : new Checkpointing(CheckpointPath, CheckpointInterval),
        DataParallel = DataParallel.Of(MicroBatches, Processes),
        Settings = [.. RunSettings, .. LatentTrainingOptions.Settings.ToResume(this)],
    };

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<LatentTrainingOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "Training",
            Setting.Iterations((LatentTrainingOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
            Setting.MicroBatches((LatentTrainingOptions x) => x.MicroBatches, (x, v) => x with { MicroBatches = v }),
            Setting.LearningRate((LatentTrainingOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Schedule((LatentTrainingOptions x) => x.Schedule, (x, v) => x with { Schedule = v }),
            Setting.GradientNormBound((LatentTrainingOptions x) => x.GradientNormBound, (x, v) => x with { GradientNormBound = v }),
            Setting.Whole(
                "iterations between validations", 1, 100_000_000, "Iterations between two validations.",
                (LatentTrainingOptions x) => x.ValidationInterval, (x, v) => x with { ValidationInterval = v }) with { Option = "validate-every" },
            Setting.OptionalWhole(
                "patience", 1, 1_000_000, "Stops early: after N validations in a row without a better model.",
                (LatentTrainingOptions x) => x.Patience, (x, v) => x with { Patience = v }),
            Setting.Seed((LatentTrainingOptions x) => x.Seed, (x, v) => x with { Seed = v }),
            Setting.Whole(
                "iterations between checkpoints", 1, 100_000_000, "Iterations between two writings of the checkpoint; it is also written at the end.",
                (LatentTrainingOptions x) => x.CheckpointInterval, (x, v) => x with { CheckpointInterval = v }) with { Option = "checkpoint-every", MayDiffer = static _ => true }),
        Setting.Number(
            "divergence weight", 0, double.PositiveInfinity, "The weight of the Kullback-Leibler divergence in the bound.",
            (LatentTrainingOptions x) => x.DivergenceWeight, (x, v) => x with { DivergenceWeight = v }),
        Setting.Number(
            "divergence warm-up", 0, 1, "The part of training over which that weight grows evenly from 0.",
            (LatentTrainingOptions x) => x.DivergenceWarmUp, (x, v) => x with { DivergenceWarmUp = v }),
    ]);
}
