namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>How <see cref="HamiltonianExperiment"/> learns a system by a Hamiltonian and by a baseline network. <see cref="Default"/> fills it in.</summary>
public sealed record HamiltonianOptions
{
    /// <summary>The system.</summary>
    public required ConservativeSystem System { get; init; }

    /// <summary>Widths of the networks' hidden layers.</summary>
    /// <value>Default 200, 200.</value>
    public IReadOnlyList<int> Hidden { get; init => field = ValueList.From(value); } = ValueList.Of(200, 200);

    /// <summary>Training steps for each network.</summary>
    /// <value>At least 1; default 2,000, and 10,000 for two bodies.</value>
    public int Iterations { get; init; } = 2_000;

    /// <summary>States in a training step; null for all of them.</summary>
    /// <value>At least 1; default all, and 200 for two bodies.</value>
    public int? BatchSize { get; init; }

    /// <summary>Adam's step at the start of its schedule.</summary>
    /// <value>Above 0; default 0.001.</value>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>How it changes.</summary>
    /// <value>Default half a cosine down to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine();

    /// <summary>The factor of the parameters in their gradient, which draws them to 0.</summary>
    /// <value>At least 0; default 1e-4, and 0 for two bodies.</value>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Trajectories from new states, along which the energy is compared.</summary>
    /// <value>At least 1; default 15.</value>
    public int TestCount { get; init; } = 15;

    /// <summary>Where all random numbers come from.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<HamiltonianOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "Model and training",
            Setting.Widths("hidden", "The widths of the networks' hidden layers.", (HamiltonianOptions x) => x.Hidden, (x, v) => x with { Hidden = v }),
            Setting.Iterations((HamiltonianOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
            Setting.OptionalWhole("batch", 1, 1_000_000, "States in a training step; all if not given.", (HamiltonianOptions x) => x.BatchSize, (x, v) => x with { BatchSize = v }),
            Setting.LearningRate((HamiltonianOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Schedule((HamiltonianOptions x) => x.Schedule, (x, v) => x with { Schedule = v }),
            Setting.Number(
                "weight decay", 0, double.PositiveInfinity, "The factor of the parameters in their gradient, which draws them to 0.",
                (HamiltonianOptions x) => x.WeightDecay, (x, v) => x with { WeightDecay = v }),
            Setting.Whole("tests", 1, 10_000, "Trajectories along which the energy is compared.", (HamiltonianOptions x) => x.TestCount, (x, v) => x with { TestCount = v }),
            Setting.Seed((HamiltonianOptions x) => x.Seed, (x, v) => x with { Seed = v })),
    ]);

    /// <summary>The published settings for a system, but for a learning rate that falls to 0 along a cosine.</summary>
    /// <param name="system">The system.</param>
    /// <returns>The options.</returns>
    public static HamiltonianOptions Default(ConservativeSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system == ConservativeSystem.TwoBody
            ? new HamiltonianOptions { System = system, Iterations = 10_000, BatchSize = 200, WeightDecay = 0 }
            : new HamiltonianOptions { System = system };
    }
}
