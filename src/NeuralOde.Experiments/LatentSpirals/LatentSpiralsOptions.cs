namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The model of the path of a spiral.</summary>
public enum SpiralDecoder
{
    /// <summary>A latent ordinary differential equation.</summary>
    Ode,

    /// <summary>A recurrent network, to compare with.</summary>
    Rnn,
}

/// <summary>How spirals are learned from irregular observations. <see cref="Default"/> and <see cref="Published"/> fill it in.</summary>
public sealed record LatentSpiralsOptions
{
    /// <summary>The model of the path.</summary>
    /// <value>Default <see cref="SpiralDecoder.Ode"/>.</value>
    public SpiralDecoder Decoder { get; init; }

    /// <summary>Spirals to learn from.</summary>
    /// <value>At least the batch size; default 1,000.</value>
    public int TrainingCount { get; init; } = 1_000;

    /// <summary>Spirals that select the best model.</summary>
    /// <value>At least 1; default 100.</value>
    public int ValidationCount { get; init; } = 100;

    /// <summary>Spirals on which the result is measured.</summary>
    /// <value>At least 1; default 300.</value>
    public int TestCount { get; init; } = 300;

    /// <summary>Units of the encoder, and of a recurrent decoder.</summary>
    /// <value>Default 64.</value>
    public int Hidden { get; init; } = 64;

    /// <summary>Components of the latent state.</summary>
    /// <value>Default 6.</value>
    public int Latent { get; init; } = 6;

    /// <summary>Units of each of the two hidden layers of the latent field, and of the layer between latent state and data.</summary>
    /// <value>Default 64.</value>
    public int FieldHidden { get; init; } = 64;

    /// <summary>The method that integrates.</summary>
    /// <value>Default <see cref="Tsit5"/>.</value>
    public OdeSolver Solver { get; init; } = new Tsit5();

    /// <summary>Its steps.</summary>
    /// <value>Default adaptive, relative tolerance 1e-3, absolute tolerance 1e-4, at most 2,000 steps.</value>
    public StepSizeControl Steps { get; init; } = SolverChoice.Tolerances(1e-3, 1e-4);

    /// <summary>How gradients are taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>.</value>
    public GradientMethod Gradient { get; init; } = GradientMethod.Direct;

    /// <summary>The standard deviation of the observations in the likelihood: larger than that of their noise where the divergence should weigh more.</summary>
    /// <value>Above 0; default 0.2: with that of the noise, 0.02, the encoder learns the training spirals by heart.</value>
    public double LikelihoodDeviation { get; init; } = 0.2;

    /// <summary>Spirals per batch.</summary>
    /// <value>At least 1; default 50.</value>
    public int BatchSize { get; init; } = 50;

    /// <summary>The least consecutive points that a batch's observations are taken from; the most are 100.</summary>
    /// <value>From 2 to 100; default 50, so that a spiral is also known from a short piece of it; 100 in the write-up.</value>
    public int ShortestSpan { get; init; } = 50;

    /// <summary>How training goes. Its seed is where all random numbers come from: data, first weights, batches and noise each have their own stream.</summary>
    /// <value>Default 60,000 iterations, Adam at 0.006 with half a cosine down to 0, gradients bounded at a norm of 2.</value>
    public LatentTrainingOptions Training { get; init; } = new() { Iterations = 60_000, LearningRate = 0.006, GradientNormBound = 2, ValidationInterval = 1_000 };

    /// <summary>What converged fastest here at the same accuracy.</summary>
    /// <value>The options.</value>
    public static LatentSpiralsOptions Default { get; } = new();

    /// <summary>
    /// What the write-up that this experiment comes from used: Euler steps of at most 0.05, the adjoint gradient, Adam at a constant 0.001 and
    /// batches of 100. It trained for 20,000
    /// epochs of ten batches, a night on a GPU; the number of iterations can be changed.
    /// </summary>
    /// <value>The options.</value>
    public static LatentSpiralsOptions Published { get; } = new()
    {
        Solver = new Euler(),
        Steps = FixedSteps.OfLength(0.05),
        Gradient = GradientMethod.BacksolveAdjoint,
        LikelihoodDeviation = SpiralSet.NoiseDeviation,
        BatchSize = 100,
        ShortestSpan = SpiralErrors.Window,
        Training = new LatentTrainingOptions { Iterations = 200_000, LearningRate = 0.001, Schedule = Optimizers.LearningRateSchedule.Constant },
    };

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<LatentSpiralsOptions> Settings { get; } = new(
    [
        Setting.Choice(
            "model", [.. Enum.GetValues<SpiralDecoder>().Select(static x => (SpiralModel.Names[(int)x], x))], "The model of the path.",
            (LatentSpiralsOptions x) => x.Decoder, (x, v) => x with { Decoder = v }),
        .. Setting.Group(
            "Model",
            Setting.Whole(
                "units", 1, 10_000, "Units of the encoder, and of the recurrent decoder.",
                (LatentSpiralsOptions x) => x.Hidden, (x, v) => x with { Hidden = v }) with { Option = "hidden" },
            Setting.Whole(
                "latent components", 1, 1_000, "Components of the latent state.",
                (LatentSpiralsOptions x) => x.Latent, (x, v) => x with { Latent = v }) with { Option = "latent" },
            Setting.Whole(
                "units of the field", 1, 10_000, "Units of the layers of the latent field and of its view.",
                (LatentSpiralsOptions x) => x.FieldHidden, (x, v) => x with { FieldHidden = v }) with { Option = "width", Unless = NoEquation }),
        .. Setting.Group(
            "Training",
            Setting.Whole(
                "batch size", 1, 100_000, "Spirals in a training step.",
                (LatentSpiralsOptions x) => x.BatchSize, (x, v) => x with { BatchSize = v }) with { Option = "batch" },
            Setting.Positive(
                "likelihood deviation",
                "The observations' standard deviation in the bound. If it is larger than their noise, it gives more weight to the prior of the latent states.",
                (LatentSpiralsOptions x) => x.LikelihoodDeviation, (x, v) => x with { LikelihoodDeviation = v })),
        .. LatentTrainingOptions.Settings.In((LatentSpiralsOptions x) => x.Training, (x, v) => x with { Training = v }),
        .. Setting.Group(
            "Data",
            Setting.Whole(
                "training spirals", 1, 1_000_000, "Spirals to learn from.",
                (LatentSpiralsOptions x) => x.TrainingCount, (x, v) => x with { TrainingCount = v }) with { Option = "spirals" },
            Setting.Whole(
                "validation spirals", 1, 1_000_000, "Spirals that select the best model.",
                (LatentSpiralsOptions x) => x.ValidationCount, (x, v) => x with { ValidationCount = v }),
            Setting.Whole(
                "test spirals", 1, 1_000_000, "Spirals on which the result is measured.",
                (LatentSpiralsOptions x) => x.TestCount, (x, v) => x with { TestCount = v }) with { MayDiffer = static _ => true },
            Setting.Whole(
                "shortest span", 2, SpiralErrors.Window,
                "The smallest number of consecutive points from which a training step draws its observations; the largest is 100.",
                (LatentSpiralsOptions x) => x.ShortestSpan, (x, v) => x with { ShortestSpan = v })),
        Solving,
    ])
    {
        Subject = static x => SpiralModel.Names[(int)x.Decoder],
        Rule = static x => x.BatchSize <= x.TrainingCount ? null : new SettingException(
            SettingReason.Conflict,
            "batch size",
            FormattableString.Invariant($"{x.BatchSize}"),
            FormattableString.Invariant($"A batch of {x.BatchSize} is more than there are spirals to learn from, {x.TrainingCount}."),
            "Use a smaller batch, or more spirals."),
    };

    /// <summary>How a trained model's equation is solved: the same parameters work with any solver.</summary>
    internal static SettingList<LatentSpiralsOptions> Inference { get; } = new([Solving with { Unless = null }]);

    private static SolverSetting<LatentSpiralsOptions> Solving =>
        new(x => new(x.Solver, x.Steps, x.Gradient), (x, v) => x with { Solver = v.Solver, Steps = v.Steps, Gradient = v.Gradient }) { Unless = NoEquation };

    private static string? NoEquation(LatentSpiralsOptions options) => options.Decoder == SpiralDecoder.Ode ? null : "solves no equation";
}
