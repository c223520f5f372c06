using NeuralOde.Experiments.Dynamics;

namespace NeuralOde.Experiments.PerSample;

/// <summary>How <see cref="PerSampleExperiment"/> learns a field from series that each have their own observation times.</summary>
public sealed record PerSampleOptions
{
    /// <summary>The true dynamics.</summary>
    /// <value>Default <see cref="KnownDynamics.Nonlinear"/>.</value>
    public KnownDynamics Dynamics { get; init; } = KnownDynamics.Nonlinear;

    /// <summary>Series to learn from, each from its own initial state.</summary>
    /// <value>At least 1; default 200.</value>
    public int SeriesCount { get; init; } = 200;

    /// <summary>Observations of each series, at its own times.</summary>
    /// <value>At least 2; default 8.</value>
    public int Observations { get; init; } = 8;

    /// <summary>Each series' times are drawn evenly from 0 to this.</summary>
    /// <value>Above 0; default 5.</value>
    public double Duration { get; init; } = 5;

    /// <summary>Components of first states are drawn evenly from minus this to this.</summary>
    /// <value>Above 0; default 1.</value>
    public double InitialRange { get; init; } = 1;

    /// <summary>The standard deviation of the observations' noise.</summary>
    /// <value>At least 0; default 0.01.</value>
    public double Noise { get; init; } = 0.01;

    /// <summary>Widths of the network's hidden layers.</summary>
    /// <value>Default 32, 32.</value>
    public IReadOnlyList<int> Hidden { get; init => field = ValueList.From(value); } = ValueList.Of(32, 32);

    /// <summary>Equal Runge-Kutta steps of order four over each gap between two observations.</summary>
    /// <value>At least 1; default 10.</value>
    public int StepCount { get; init; } = 10;

    /// <summary>How many gaps a training step goes ahead from an observation, at most.</summary>
    /// <value>At least 1; default 3.</value>
    public int Ahead { get; init; } = 3;

    /// <summary>Samples per batch.</summary>
    /// <value>At least 1; default 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Training steps.</summary>
    /// <value>At least 1; default 3000.</value>
    public int Iterations { get; init; } = 3000;

    /// <summary>Adam's step at the start; it falls by half a cosine to 0.</summary>
    /// <value>Above 0; default 0.01.</value>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Where all random numbers come from.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<PerSampleOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "Data",
            Setting.Choice("system", KnownDynamics.Choices, "The true dynamics.", (PerSampleOptions x) => x.Dynamics, (x, v) => x with { Dynamics = v }, isOpen: true),
            Setting.Whole("series", 1, 1_000_000, "Series to learn from.", (PerSampleOptions x) => x.SeriesCount, (x, v) => x with { SeriesCount = v }),
            Setting.Whole("observations", 2, 10_000, "Observations of each series.", (PerSampleOptions x) => x.Observations, (x, v) => x with { Observations = v }),
            Setting.Positive("duration", "The times of each series are drawn evenly from 0 to this.", (PerSampleOptions x) => x.Duration, (x, v) => x with { Duration = v }),
            Setting.Positive(
                "initial range", "The components of first states are drawn evenly from minus this to this.",
                (PerSampleOptions x) => x.InitialRange, (x, v) => x with { InitialRange = v }),
            Setting.Number(
                "noise", 0, double.PositiveInfinity, "The standard deviation of the observations' noise.",
                (PerSampleOptions x) => x.Noise, (x, v) => x with { Noise = v })),
        .. Setting.Group(
            "Model and training",
            Setting.Widths("hidden", "The widths of the network's hidden layers.", (PerSampleOptions x) => x.Hidden, (x, v) => x with { Hidden = v }),
            Setting.Whole("steps", 1, 10_000, "Runge-Kutta steps over each gap between two observations.", (PerSampleOptions x) => x.StepCount, (x, v) => x with { StepCount = v }),
            Setting.Whole(
                "ahead", 1, 10_000, "The most gaps that a training step integrates from an observation.",
                (PerSampleOptions x) => x.Ahead, (x, v) => x with { Ahead = v }),
            Setting.Whole("batch", 1, 1_000_000, "Samples in a training step.", (PerSampleOptions x) => x.BatchSize, (x, v) => x with { BatchSize = v }),
            Setting.Iterations((PerSampleOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
            Setting.LearningRate((PerSampleOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Seed((PerSampleOptions x) => x.Seed, (x, v) => x with { Seed = v })),
    ]);
}
