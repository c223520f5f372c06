using NeuralOde.Layers.Recurrent;

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

    /// <summary>Series a batch; all of them where there are fewer.</summary>
    /// <value>At least 1; default 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// The share of series of which only a first part, of random length, is encoded in a training step, while the whole training part is decoded: it teaches the model to look
    /// ahead. For classifiers, 0 is meant.
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

    /// <summary>For a classifier, the weight of the evidence lower bound, a nat a value, beside the cross entropy.</summary>
    /// <value>At least 0; default 1.</value>
    public double EvidenceWeight { get; init; } = 1;

    /// <summary>The relative tolerance of the solves; the absolute one is a tenth of it.</summary>
    /// <value>Above 0; default 1e-3.</value>
    public double RelativeTolerance { get; init; } = 1e-3;

    /// <summary>The seed of the first weights, batches and noise. The same seed and data give the same bits.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Widths);
        ArgumentOutOfRangeException.ThrowIfLessThan(LatentStates ?? 1, 1, nameof(LatentStates));
        ArgumentOutOfRangeException.ThrowIfLessThan(EncoderUnits ?? 1, 1, nameof(EncoderUnits));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        foreach (int width in Widths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(Widths));
        }

        Within(PartialShare, 1, nameof(PartialShare));
        Within(ValidationShare, 0.5, nameof(ValidationShare));
        Within(EvidenceWeight, double.MaxValue, nameof(EvidenceWeight));
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations ?? 1, 1, nameof(Iterations));
        Above(LearningRate ?? 1, nameof(LearningRate));
        Above(RelativeTolerance, nameof(RelativeTolerance));

        static void Within(double value, double most, string name)
        {
            if (!(value >= 0 && value <= most))
            {
                throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} is from 0 to {most}."));
            }
        }

        static void Above(double value, string name)
        {
            if (!(value > 0 && double.IsFinite(value)))
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} is finite and above 0.");
            }
        }
    }

    /// <summary>How many of so many series are kept for validation: where they are few, each is worth more for learning.</summary>
    internal int ValidationCount(int series) => series < 20 || ValidationShare == 0 ? 0 : Math.Max(2, (int)Math.Round(ValidationShare * series));

    internal LatentModelShape Shape(int components, int covariates, int latent, int units) => new()
    {
        Components = components,
        Covariates = covariates,
        Latent = LatentStates ?? latent,
        Units = EncoderUnits ?? units,
        Widths = [.. Widths],
        Encoder = Encoder,
        RelativeTolerance = RelativeTolerance,
    };

    internal LatentTrainingOptions Training(int iterations, double learningRate) => new()
    {
        Iterations = Iterations ?? iterations,
        LearningRate = LearningRate ?? learningRate,
        DivergenceWeight = DivergenceWeight,

        // A divergence at full weight from the start can silence the latent state before the decoder has any use for it.
        DivergenceWarmUp = 0.2,
        GradientNormBound = 10,
        Seed = Seed,
        ValidationInterval = Math.Max(1, (Iterations ?? iterations) / 40),
        Patience = Patience,
    };
}
