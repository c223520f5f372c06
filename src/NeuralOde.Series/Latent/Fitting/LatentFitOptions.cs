using NeuralOde.MicroBatches;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>How <see cref="LatentSeriesFitter"/> and <see cref="SeriesClassifierFitter"/> learn.</summary>
public sealed record LatentFitOptions
{
    /// <summary>What reads the series.</summary>
    /// <value>Default <see cref="SeriesEncoderKind.Gru"/>.</value>
    public SeriesEncoderKind Encoder { get; init; }

    /// <summary>Components of the latent state.</summary>
    /// <value>At least 1; default 4, and 16 for a classifier.</value>
    public int? LatentStates { get; init; }

    /// <summary>Units of the encoder.</summary>
    /// <value>At least 1; default 32, and 100 for a classifier.</value>
    public int? EncoderUnits { get; init; }

    /// <summary>Widths of the latent field's hidden layers.</summary>
    /// <value>Default one layer of 32.</value>
    public IReadOnlyList<int> Widths { get; init => field = ValueList.From(value); } = ValueList.Of(32);

    /// <summary>Optimizer steps, at most.</summary>
    /// <value>At least 1; default 1500, and 600 for a classifier.</value>
    public int? Iterations { get; init; }

    /// <summary>Adam's step size at the start; it falls by half a cosine.</summary>
    /// <value>Above 0; default 0.01, and 0.005 for a classifier.</value>
    public double? LearningRate { get; init; }

    /// <summary>Series per batch; all of them where there are fewer.</summary>
    /// <value>At least 1; default 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>How many micro-batches each batch is divided into; see <see cref="DataParallel"/>.</summary>
    /// <value>At least 1, and at least as many as there are processes; default 1.</value>
    public int MicroBatches { get; init; } = 1;

    /// <summary>The processes that share the micro-batches.</summary>
    /// <value>Default null: this one alone.</value>
    public ICommunicator? Processes { get; init; }

    /// <summary>
    /// The share of series of which only a first part, of random length, is encoded in a training step, while the whole training part is decoded: it teaches the model to look
    /// ahead. Use 0 for classifiers.
    /// </summary>
    /// <value>From 0 to 1; default 0.5.</value>
    public double PartialShare { get; init; } = 0.5;

    /// <summary>The share of series by which the best model is kept, and training stopped early; not learned from.</summary>
    /// <value>From 0, for none, to 0.5; default 0.15. Where there are fewer than 20 series, none.</value>
    public double ValidationShare { get; init; } = 0.15;

    /// <summary>After how many validations without a better model training ends; there are 40 of them in all. Null for never.</summary>
    /// <value>At least 1, or null; default 12.</value>
    public int? Patience { get; init; } = 12;

    /// <summary>The weight of the Kullback-Leibler divergence in the bound.</summary>
    /// <value>At least 0; default 1.</value>
    public double DivergenceWeight { get; init; } = 1;

    /// <summary>For a classifier, the weight of the evidence lower bound, in nats per value, relative to the cross entropy.</summary>
    /// <value>At least 0; default 1.</value>
    public double EvidenceWeight { get; init; } = 1;

    /// <summary>The relative tolerance of the solves; the absolute one is a tenth of it.</summary>
    /// <value>Above 0; default 1e-3.</value>
    public double RelativeTolerance { get; init; } = 1e-3;

    /// <summary>The seed of the first weights, batches and noise. The same seed and data give the same bits.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<LatentFitOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "Model and training",
            Setting.Widths("hidden", "The widths of the network's hidden layers.", (LatentFitOptions x) => x.Widths, (x, v) => x with { Widths = v }),
            Setting.OptionalWhole("iterations", 1, 100_000_000, "Training iterations.", (LatentFitOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
            Setting.OptionalPositive(
                "learning rate", "The optimizer's step, at the start of its schedule.",
                (LatentFitOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Seed((LatentFitOptions x) => x.Seed, (x, v) => x with { Seed = v }),
            Setting.Positive(
                "relative tolerance", "Relative tolerance of each step while learning.",
                (LatentFitOptions x) => x.RelativeTolerance, (x, v) => x with { RelativeTolerance = v }) with { Option = "rtol" }),
        .. Setting.Group(
            "With --model latent only",
            Setting.OptionalWhole("latent", 1, 1_000, "Components of the latent state.", (LatentFitOptions x) => x.LatentStates, (x, v) => x with { LatentStates = v }),
            Setting.OptionalWhole("units", 1, 10_000, "Units of the encoder.", (LatentFitOptions x) => x.EncoderUnits, (x, v) => x with { EncoderUnits = v }),
            Setting.MicroBatches((LatentFitOptions x) => x.MicroBatches, (x, v) => x with { MicroBatches = v }),
            Setting.Choice(
                "encoder", [("gru", SeriesEncoderKind.Gru), ("ode-rnn", SeriesEncoderKind.OdeRnn)],
                "What reads the series. The state of ode-rnn moves between observations.",
                (LatentFitOptions x) => x.Encoder, (x, v) => x with { Encoder = v })),
        Setting.Whole("batch size", 1, 1_000_000, "Series in a training step.", (LatentFitOptions x) => x.BatchSize, (x, v) => x with { BatchSize = v }),
        Setting.Number(
            "partial share", 0, 1, "The share of series of which only a first part is encoded in a training step.",
            (LatentFitOptions x) => x.PartialShare, (x, v) => x with { PartialShare = v }),
        Setting.Number(
            "validation share", 0, 0.5, "The share of series by which the best model is kept.",
            (LatentFitOptions x) => x.ValidationShare, (x, v) => x with { ValidationShare = v }),
        Setting.OptionalWhole(
            "patience", 1, 1_000_000, "Validations without a better model after which training ends.",
            (LatentFitOptions x) => x.Patience, (x, v) => x with { Patience = v }),
        Setting.Number(
            "divergence weight", 0, double.PositiveInfinity, "The weight of the Kullback-Leibler divergence in the bound.",
            (LatentFitOptions x) => x.DivergenceWeight, (x, v) => x with { DivergenceWeight = v }),
        Setting.Number(
            "evidence weight", 0, double.PositiveInfinity, "For a classifier, the weight of the bound relative to the cross entropy.",
            (LatentFitOptions x) => x.EvidenceWeight, (x, v) => x with { EvidenceWeight = v }),
    ]);

    /// <summary>The defaults of values that are not given, for a model of series.</summary>
    public static LatentFitOptions ForSeries { get; } = new() { LatentStates = 4, EncoderUnits = 32, Iterations = 1500, LearningRate = 0.01 };

    /// <summary>The defaults of values that are not given, for a classifier.</summary>
    public static LatentFitOptions ForClasses { get; } = new() { LatentStates = 16, EncoderUnits = 100, Iterations = 600, LearningRate = 0.005 };

    /// <summary>These options, with values in place of those that are not given.</summary>
    internal LatentFitOptions Or(LatentFitOptions others) => this with
    {
        LatentStates = LatentStates ?? others.LatentStates,
        EncoderUnits = EncoderUnits ?? others.EncoderUnits,
        Iterations = Iterations ?? others.Iterations,
        LearningRate = LearningRate ?? others.LearningRate,
    };

    /// <summary>How many of so many series are kept for validation: where they are few, each is worth more for learning.</summary>
    internal int ValidationCount(int series) => series < 20 || ValidationShare == 0 ? 0 : Math.Max(2, (int)Math.Round(ValidationShare * series));

    internal LatentModelShape Shape(int components, int covariates) => new()
    {
        Components = components,
        Covariates = covariates,
        Latent = LatentStates!.Value,
        Units = EncoderUnits!.Value,
        Widths = [.. Widths],
        Encoder = Encoder,
        RelativeTolerance = RelativeTolerance,
    };

    internal LatentTrainingOptions Training() => new()
    {
        Iterations = Iterations!.Value,
        LearningRate = LearningRate!.Value,
        DivergenceWeight = DivergenceWeight,

        // A divergence at full weight from the start can silence the latent state before the decoder has any use for it.
        DivergenceWarmUp = 0.2,
        GradientNormBound = 10,
        Seed = Seed,
        MicroBatches = MicroBatches,
        Processes = Processes,
        ValidationInterval = Math.Max(1, Iterations!.Value / 40),
        Patience = Patience,
    };
}
