namespace NeuralOde.Experiments.Dynamics;

/// <summary>What stretches of the observed trajectory one training step sees.</summary>
public sealed record WindowOptions
{
    /// <summary>The number of windows that are solved together; they start at different points and have the same length.</summary>
    /// <value>At least 1, the default.</value>
    public int Count { get; init; } = 1;

    /// <summary>The shortest window, in units of time.</summary>
    /// <value>Above 0; default 1.</value>
    public double MinDuration { get; init; } = 1;

    /// <summary>The longest window, in units of time.</summary>
    /// <value>At least <see cref="MinDuration"/>; default 5.</value>
    public double MaxDuration { get; init; } = 5;

    /// <summary>The most points of a window; where it has more, this many are chosen at random, in order.</summary>
    /// <value>At least 2; default 32.</value>
    public int MaxPoints { get; init; } = 32;

    /// <summary>Windows of a fixed number of points.</summary>
    /// <param name="count">How many windows.</param>
    /// <param name="points">Points of each, at least 2.</param>
    /// <param name="interval">The time between two observations.</param>
    /// <returns>The options.</returns>
    public static WindowOptions OfPoints(int count, int points, double interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        double duration = (points - 1) * interval;
        return new WindowOptions { Count = count, MinDuration = duration, MaxDuration = duration, MaxPoints = points };
    }

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<WindowOptions> Settings { get; } = new(Setting.Group(
        "What a training step sees",
        Setting.Whole("windows", 1, 100_000, "Stretches of the trajectory in one training step.", (WindowOptions x) => x.Count, (x, v) => x with { Count = v }),
        Setting.Positive(
            "shortest window", "The shortest stretch, in units of time.",
            (WindowOptions x) => x.MinDuration, (x, v) => x with { MinDuration = v }) with
        { Option = "window-min", ValueName = "T" },
        Setting.Positive(
            "longest window", "The longest stretch, in units of time.",
            (WindowOptions x) => x.MaxDuration, (x, v) => x with { MaxDuration = v }) with
        { Option = "window-max", ValueName = "T" },
        Setting.Whole(
            "window points", 2, 100_000, "The most observations of a stretch, chosen at random where it has more.",
            (WindowOptions x) => x.MaxPoints, (x, v) => x with { MaxPoints = v })));

    /// <param name="end">The trajectory's duration.</param>
    /// <param name="interval">The time between two observations.</param>
    internal void Validate(double end, double interval)
    {
        const double RoundOff = 1e-9;
        Settings.Check(this);
        if (!(MinDuration > 0 && MaxDuration >= MinDuration && MaxDuration <= end * (1 + RoundOff)))
        {
            throw new WindowException(
                WindowReason.Duration,
                FormattableString.Invariant(
                    $"Windows last from above 0 to at most {end:0.######} units of time, the shortest no longer than the longest; got {MinDuration} to {MaxDuration}."),
                "Choose shorter windows.");
        }

        if (MaxDuration < interval * (1 - RoundOff))
        {
            throw new WindowException(
                WindowReason.TooShort,
                FormattableString.Invariant($"The longest window is {MaxDuration} units of time, and two observations are {interval:0.######} apart; a window must hold two."),
                "Choose longer windows.");
        }
    }
}
