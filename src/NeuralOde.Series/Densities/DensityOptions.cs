using NeuralOde.Flows.Matching;
using NeuralOde.MicroBatches;
using NeuralOde.Optimizers;

namespace NeuralOde.Series.Densities;

/// <summary>How the density of points is learned.</summary>
public enum DensityMethod
{
    /// <summary>A continuous flow, by flow matching: no equation is solved in training. The default.</summary>
    Matching,

    /// <summary>A continuous flow, by maximum likelihood: each training step solves points and log-density together.</summary>
    Likelihood,

    /// <summary>A discrete flow of affine coupling layers (RealNVP), by maximum likelihood.</summary>
    Coupling,

    /// <summary>A discrete flow of planar layers, by maximum likelihood.</summary>
    Planar,
}

/// <summary>How a <see cref="DensityModel"/> is learned.</summary>
public sealed record DensityOptions
{
    /// <summary>The model and its training.</summary>
    /// <value>Default <see cref="DensityMethod.Matching"/>.</value>
    public DensityMethod Method { get; init; }

    /// <summary>The widths of the hidden layers: of the field, or of each coupling layer's network.</summary>
    /// <value>At least one; default 64, 64, 64.</value>
    public IReadOnlyList<int> Hidden { get; init => field = ValueList.From(value); } = ValueList.Of(64, 64, 64);

    /// <summary>The layers of a discrete flow.</summary>
    /// <value>At least 1; default 8.</value>
    public int Layers { get; init; } = 8;

    /// <summary>Points in a training step.</summary>
    /// <value>At least 1; default 256.</value>
    public int BatchSize { get; init; } = 256;

    /// <summary>Training steps.</summary>
    /// <value>At least 1; default 20,000.</value>
    public int Iterations { get; init; } = 20_000;

    /// <summary>Adam's step at the schedule's start.</summary>
    /// <value>Default 0.005.</value>
    public double LearningRate { get; init; } = 0.005;

    /// <summary>How it changes.</summary>
    /// <value>Default half a cosine down to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine();

    /// <summary>Which points flow matching pairs.</summary>
    /// <value>Default <see cref="Pairing.Independent"/>: iterations cost a ninth, and as many more of them make the better density; optimal transport makes the straighter
    /// flow.</value>
    public Pairing Pairing { get; init; } = Pairing.Independent;

    /// <summary>The deviation of flow matching's paths, in standard deviations of the data: what is learned is blurred by it.</summary>
    /// <value>At least 0; default 0.</value>
    public double Sigma { get; init; }

    /// <summary>
    /// The exponent of flow matching's times (<see cref="FlowMatchingOptions.TimeExponent"/>): above 1 training dwells near the data, where densities are
    /// decided.
    /// </summary>
    /// <value>Above 0; default 2.</value>
    public double TimeExponent { get; init; } = 2;

    /// <summary>The weight of the kinetic energy in a continuous flow's likelihood (RNODE).</summary>
    /// <value>At least 0; default 0.</value>
    public double KineticEnergy { get; init; }

    /// <summary>The weight of the Jacobian's squared norm there.</summary>
    /// <value>At least 0; default 0.</value>
    public double JacobianNorm { get; init; }

    /// <summary>Whether training by likelihood estimates the divergence (Hutchinson); scores are exact all the same.</summary>
    /// <value>Default false: exact, one product for each column.</value>
    public bool EstimatesDivergence { get; init; }

    /// <summary>The relative tolerance of solves in training by likelihood; the absolute one is a tenth. Scores are solved at 1e-5.</summary>
    /// <value>Above 0; default 1e-3.</value>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>The share of rows that are held out: half of them choose the best model, and half measure it.</summary>
    /// <value>Above 0 and at most 0.9; default 0.2.</value>
    public double HoldOut { get; init; } = 0.2;

    /// <summary>How many times the model is validated, evenly over training, by at most 1,000 of the rows held out for that; the best one is kept.</summary>
    /// <value>At least 1; default 10.</value>
    public int Validations { get; init; } = 10;

    /// <summary>Where all random numbers come from.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>Where the run is kept, to be resumed; null for nowhere.</summary>
    /// <value>Default null.</value>
    public string? CheckpointPath { get; init; }

    /// <summary>How many iterations pass between two checkpoints.</summary>
    /// <value>At least 1; default 1,000.</value>
    public int CheckpointInterval { get; init; } = 1_000;

    /// <summary>How many micro-batches each batch of training by likelihood is divided into; see <see cref="DataParallel"/>.</summary>
    /// <value>At least 1, and at least as many as there are processes; default 1.</value>
    public int MicroBatches { get; init; } = 1;

    /// <summary>The processes that share the micro-batches; steps of the other methods are too short to be shared.</summary>
    /// <value>Default null: this one alone.</value>
    public ICommunicator? Processes { get; init; }

    /// <summary>What suits a method.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The options.</returns>
    public static DensityOptions For(DensityMethod method) => method switch
    {
        DensityMethod.Likelihood => new DensityOptions { Method = method, Hidden = [64, 64], BatchSize = 512, Iterations = 1_500 },
        DensityMethod.Coupling => new DensityOptions { Method = method, Hidden = [36, 36], LearningRate = 0.002 },
        DensityMethod.Planar => new DensityOptions { Method = method, Layers = 32 },
        _ => new DensityOptions { Method = method },
    };

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<DensityOptions> Settings { get; } = new(
    [
        Setting.Choice("method", DensityWords.Methods, "The model and its training.", (DensityOptions x) => x.Method, (x, v) => x with { Method = v }),
        .. Setting.Group(
            "Model",
            Setting.Widths("hidden", "The widths of the hidden layers: of the field, or of each coupling layer's "
                + "network.", (DensityOptions x) => x.Hidden, (x, v) => x with { Hidden = v })
                with { Unless = static x => x.Method == DensityMethod.Planar ? "has no hidden layers" : null },
            Setting.Whole("layers", 1, 1_000, "The layers of a discrete flow.", (DensityOptions x) => x.Layers, (x, v) => x with { Layers = v })
                with { Unless = static x => IsContinuous(x) ? "is one flow without layers" : null }),
        .. Setting.Group(
            "Training",
            Setting.Whole("batch size", 1, 1_000_000, "Points in a training step.", (DensityOptions x) => x.BatchSize, (x, v) =>
                x with { BatchSize = v }) with { Option = "batch" },
            Setting.MicroBatches((DensityOptions x) => x.MicroBatches, (x, v) => x with { MicroBatches = v }) with { Unless = NoLikelihood },
            Setting.Iterations((DensityOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
            Setting.LearningRate((DensityOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Schedule((DensityOptions x) => x.Schedule, (x, v) => x with { Schedule = v }),
            Setting.Choice(
                "pairing", [("independent", Pairing.Independent), ("transport", Pairing.OptimalTransport)],
                "How flow matching pairs noise and data: at random, or by the optimal transport between batches, which makes straighter flows.",
                (DensityOptions x) => x.Pairing, (x, v) => x with { Pairing = v }) with { Unless = NoMatching },
            Setting.Number(
                "sigma", 0, 10, "The deviation of flow matching's paths, in standard deviations of the data. It blurs what is learned.",
                (DensityOptions x) => x.Sigma, (x, v) => x with { Sigma = v }) with { Unless = NoMatching },
            Setting.Positive(
                "time exponent", "The exponent k of flow matching's times 1 - u^k: above 1 training dwells near the data, where densities are decided.",
                (DensityOptions x) => x.TimeExponent, (x, v) => x with { TimeExponent = v }) with { Unless = NoMatching },
            Setting.Number(
                "kinetic energy", 0, 1e6, "The weight of the kinetic energy in the loss (RNODE); more of it makes straighter flows.",
                (DensityOptions x) => x.KineticEnergy, (x, v) => x with { KineticEnergy = v }) with { Option = "kinetic", Unless = NoLikelihood },
            Setting.Number(
                "jacobian norm", 0, 1e6, "The weight of the Jacobian's squared norm in the loss (RNODE).",
                (DensityOptions x) => x.JacobianNorm, (x, v) => x with { JacobianNorm = v }) with { Option = "jacobian", Unless = NoLikelihood },
            Setting.Choice(
                "divergence", [("exact", false), ("hutchinson", true)],
                "How training by likelihood computes the divergence: exactly, or by Hutchinson's estimate, for many columns.",
                (DensityOptions x) => x.EstimatesDivergence, (x, v) => x with { EstimatesDivergence = v }) with { Unless = NoLikelihood },
            Setting.Positive(
                "tolerance", "The relative tolerance of solves in training by likelihood.",
                (DensityOptions x) => x.Tolerance, (x, v) => x with { Tolerance = v }) with { Option = "rtol", Unless = NoLikelihood },
            Setting.Number(
                "hold-out", 0.001, 0.9, "The share of rows that are held out: half to choose the best model, half to measure it.",
                (DensityOptions x) => x.HoldOut, (x, v) => x with { HoldOut = v }),
            Setting.Whole(
                "validations", 1, 100_000, "How many times the model is validated during training; the best one is kept.",
                (DensityOptions x) => x.Validations, (x, v) => x with { Validations = v }),
            Setting.Seed((DensityOptions x) => x.Seed, (x, v) => x with { Seed = v }),
            Setting.Whole(
                "iterations between checkpoints", 1, 100_000_000, "Iterations between two writings of the checkpoint; it is also written at the end.",
                (DensityOptions x) => x.CheckpointInterval, (x, v) => x with { CheckpointInterval = v }) with { Option = "checkpoint-every", MayDiffer = static _ => true }),
    ])
    {
        Subject = static x => DensityWords.Name(x.Method),
    };

    internal static bool IsContinuous(DensityOptions x) => x.Method is DensityMethod.Matching or DensityMethod.Likelihood;

    internal TrainingOptions ForRun() => new()
    {
        Iterations = Iterations,
        Schedule = Schedule,

        // Single steps with an exploding gradient would undo a long training.
        GradientNormBound = 10,
        Validation = new ValidationPlan { Interval = Math.Max(1, Iterations / Validations), AtStart = true, WhenStopped = true },
        Checkpointing = CheckpointPath is null ? null : new Checkpointing(CheckpointPath, CheckpointInterval),
        Settings = Settings.ToResume(this),
        DataParallel = Method == DensityMethod.Likelihood ? DataParallel.Of(MicroBatches, Processes) : null,
    };

    private static string? NoMatching(DensityOptions x) => x.Method == DensityMethod.Matching ? null : "pairs no points";

    private static string? NoLikelihood(DensityOptions x) => x.Method == DensityMethod.Likelihood ? null : "solves no equation in training";
}
