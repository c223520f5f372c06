using System.Globalization;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Solvers;

namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>What stands for the path of a spiral.</summary>
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
    /// <summary>What stands for the path.</summary>
    /// <value>Default <see cref="SpiralDecoder.Ode"/>.</value>
    public SpiralDecoder Decoder { get; init; }

    /// <summary>Spirals to learn from.</summary>
    /// <value>At least the batch size; default 1,000.</value>
    public int TrainingCount { get; init; } = 1_000;

    /// <summary>Spirals by which the best model is kept.</summary>
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
    public StepSizeControl Steps { get; init; } = new AdaptiveSteps { RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-4, MaxSteps = 2_000 };

    /// <summary>How gradients are taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>.</value>
    public GradientMethod Gradient { get; init; } = GradientMethod.Direct;

    /// <summary>The standard deviation of the observations in the likelihood: larger than that of their noise where the divergence should weigh more.</summary>
    /// <value>Above 0; default 0.2: with that of the noise, 0.02, the encoder learns the training spirals by heart.</value>
    public double LikelihoodDeviation { get; init; } = 0.2;

    /// <summary>Spirals a batch.</summary>
    /// <value>At least 1; default 50.</value>
    public int BatchSize { get; init; } = 50;

    /// <summary>The least consecutive points that a batch's observations are taken from; the most are 100.</summary>
    /// <value>From 2 to 100; default 50, so that a spiral is also known from a short piece of it; 100 in the write-up.</value>
    public int ShortestSpan { get; init; } = 50;

    /// <summary>How training goes. Its seed is where all random numbers come from: data, first weights, batches and noise each have a stream of their own.</summary>
    /// <value>Default 60,000 iterations, Adam at 0.006 with half a cosine down to 0, gradients bounded at a norm of 2.</value>
    public LatentTrainingOptions Training { get; init; } = new() { Iterations = 60_000, LearningRate = 0.006, GradientNormBound = 2, ValidationInterval = 1_000 };

    /// <summary>What converged fastest here at the same accuracy.</summary>
    /// <value>The options.</value>
    public static LatentSpiralsOptions Default { get; } = new();

    /// <summary>
    /// What the write-up that this experiment comes from used: Euler steps of at most 0.05, the adjoint gradient, Adam at a constant 0.001 and batches of 100. It trained for 20,000
    /// epochs of ten batches, a night on a GPU; so many iterations are set here, and any number can be.
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

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TrainingCount, BatchSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(ShortestSpan, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ShortestSpan, SpiralErrors.Window);
        ArgumentOutOfRangeException.ThrowIfLessThan(ValidationCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TestCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FieldHidden, 1);
    }

    internal IReadOnlyList<(string Name, string Value)> Settings() =>
    [
        ("decoder", Decoder.ToString()),
        ("training spirals", TrainingCount.ToString(CultureInfo.InvariantCulture)),
        ("validation spirals", ValidationCount.ToString(CultureInfo.InvariantCulture)),
        ("units", Hidden.ToString(CultureInfo.InvariantCulture)),
        ("latent components", Latent.ToString(CultureInfo.InvariantCulture)),
        ("units of the field", FieldHidden.ToString(CultureInfo.InvariantCulture)),
        ("solver", Solver.Name),
        ("steps", Steps.ToString() ?? ""),
        ("gradient", Gradient.Name),
        ("likelihood deviation", LikelihoodDeviation.ToString("R", CultureInfo.InvariantCulture)),
        ("batch size", BatchSize.ToString(CultureInfo.InvariantCulture)),
        ("shortest span", ShortestSpan.ToString(CultureInfo.InvariantCulture)),
    ];
}
