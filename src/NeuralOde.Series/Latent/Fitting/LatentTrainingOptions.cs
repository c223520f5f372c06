using System.Globalization;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Training;

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
    public IReadOnlyList<(string Name, string Value)> Settings { get; init => field = ValueList.From(value); } = ValueList.Of<(string Name, string Value)>();

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ValidationInterval, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointInterval, 1);
        if (Patience < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Patience), Patience, "Training waits for at least one validation without a better model.");
        }

        if (!(DivergenceWeight >= 0 && double.IsFinite(DivergenceWeight)) || DivergenceWarmUp is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(DivergenceWeight), (DivergenceWeight, DivergenceWarmUp), "The divergence's weight is at least 0, and its warm-up a part of training from 0 to 1.");
        }
    }

    internal TrainingOptions ForRun() => new()
    {
        Iterations = Iterations,
        Schedule = Schedule,
        GradientNormBound = GradientNormBound,
        Validation = new ValidationPlan { Interval = ValidationInterval },
        EarlyStopping = Patience is { } patience ? new EarlyStopping(patience) : null,
        Checkpointing = CheckpointPath is null ? null : new Checkpointing(CheckpointPath, CheckpointInterval),
        Settings = AllSettings(),
    };

    /// <summary>What decides about every bit of a run.</summary>
    private IReadOnlyList<(string Name, string Value)> AllSettings() =>
    [
        .. Settings,
        ("iterations", Iterations.ToString(CultureInfo.InvariantCulture)),
        ("learning rate", LearningRate.ToString("R", CultureInfo.InvariantCulture)),
        ("schedule", Schedule.ToString() ?? ""),
        ("bound on the gradient's norm", GradientNormBound?.ToString("R", CultureInfo.InvariantCulture) ?? "none"),
        ("divergence weight", DivergenceWeight.ToString("R", CultureInfo.InvariantCulture)),
        ("divergence warm-up", DivergenceWarmUp.ToString("R", CultureInfo.InvariantCulture)),
        ("seed", Seed.ToString(CultureInfo.InvariantCulture)),
        ("iterations between validations", ValidationInterval.ToString(CultureInfo.InvariantCulture)),
        ("patience", Patience?.ToString(CultureInfo.InvariantCulture) ?? "none"),
    ];
}
