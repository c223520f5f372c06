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

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<LatentForecastOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "With --model latent only",
            Setting.Whole("samples", 1, 100_000, "Latent states drawn for a forecast.", (LatentForecastOptions x) => x.Draws, (x, v) => x with { Draws = v })),
        Setting.Number("level", 0, 1, "The probability that a band claims to hold.", (LatentForecastOptions x) => x.Level, (x, v) => x with { Level = v }),
        Setting.Seed((LatentForecastOptions x) => x.Seed, (x, v) => x with { Seed = v }),
    ])
    {
        Rule = static x => x.Level is > 0 and < 1
            ? null
            : new SettingException(
                SettingReason.WrongValue, "level", FormattableString.Invariant($"{x.Level}"), "The probability that a band claims to hold is above 0 and below 1."),
    };
}
