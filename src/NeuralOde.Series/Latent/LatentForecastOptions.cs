namespace NeuralOde.Series.Latent;

/// <summary>How a <see cref="LatentForecaster"/> forecasts.</summary>
public sealed record LatentForecastOptions
{
    /// <summary>How many latent states are drawn from what is believed of a series'.</summary>
    /// <value>From 1 to 100,000; default 200.</value>
    public int Draws { get; init; } = 200;

    /// <summary>The probability that a band claims to hold.</summary>
    /// <value>Above 0 and below 1; default 0.9.</value>
    public double Level { get; init; } = 0.9;

    /// <summary>The seed of the draws. The same seed, model and data give the same bits.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Draws, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Draws, 100_000);
        if (Level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Level), Level, "The probability of a band is above 0 and below 1.");
        }
    }
}
