using NeuralOde.Experiments.Dynamics;

namespace NeuralOde.Experiments.PerSample;

/// <summary>How <see cref="PerSampleExperiment"/> learns a field from series that each have their own observation times.</summary>
public sealed record PerSampleOptions
{
    /// <summary>The true dynamics.</summary>
    /// <value>Default <see cref="KnownDynamics.Nonlinear"/>.</value>
    public KnownDynamics Dynamics { get; init; } = KnownDynamics.Nonlinear;

    /// <summary>Series to learn from, each from a state of its own.</summary>
    /// <value>At least 1; default 200.</value>
    public int SeriesCount { get; init; } = 200;

    /// <summary>Observations of each series, at times of its own.</summary>
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
    public IReadOnlyList<int> Hidden { get; init; } = [32, 32];

    /// <summary>Equal Runge-Kutta steps of order four over each gap between two observations.</summary>
    /// <value>At least 1; default 10.</value>
    public int StepCount { get; init; } = 10;

    /// <summary>How many gaps a training step goes ahead from an observation, at most.</summary>
    /// <value>At least 1; default 3.</value>
    public int Ahead { get; init; } = 3;

    /// <summary>Samples a batch.</summary>
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

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Dynamics);
        ArgumentOutOfRangeException.ThrowIfLessThan(SeriesCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Observations, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Ahead, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1);
        Above(Duration, nameof(Duration));
        Above(InitialRange, nameof(InitialRange));
        Above(LearningRate, nameof(LearningRate));
        if (!(Noise >= 0 && double.IsFinite(Noise)))
        {
            throw new ArgumentOutOfRangeException(nameof(Noise), Noise, "The noise's deviation is finite and at least 0.");
        }

        static void Above(double value, string name)
        {
            if (!(value > 0 && double.IsFinite(value)))
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} is finite and above 0.");
            }
        }
    }
}
