using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>The trend of exponential smoothing.</summary>
internal enum SmoothingTrend
{
    None,
    Additive,
    Damped,
}

/// <summary>The season of exponential smoothing.</summary>
internal enum SmoothingSeason
{
    None,
    Additive,
    Multiplicative,
}

/// <summary>
/// A model of exponential smoothing in its form with one source of error (Hyndman, Koehler, Ord and Snyder 2008, Forecasting with Exponential Smoothing, tables 2.2 and 2.3).
/// </summary>
/// <param name="IsRelative">Whether errors are relative to the expected value.</param>
/// <param name="Trend">The trend.</param>
/// <param name="Season">The season.</param>
/// <param name="Period">The length of the season in steps; 1 where there is none.</param>
internal sealed record SmoothingStructure(bool IsRelative, SmoothingTrend Trend, SmoothingSeason Season, int Period)
{
    /// <summary>What is searched: the smoothing of level, trend and season, the damping, and the initial level and slope.</summary>
    public int Parameters => 2 + (Trend == SmoothingTrend.None ? 0 : 2) + (Trend == SmoothingTrend.Damped ? 1 : 0) + (Season == SmoothingSeason.None ? 0 : 1);

    /// <summary>All that is estimated: with the initial season and the variance.</summary>
    public int Freedom => Parameters + (Season == SmoothingSeason.None ? 0 : Period - 1) + 1;

    /// <summary>The structures that suit a series.</summary>
    public static IEnumerable<SmoothingStructure> For(int? period, bool isPositive)
    {
        foreach (SmoothingTrend trend in Enum.GetValues<SmoothingTrend>())
        {
            foreach (SmoothingSeason season in period is null ? [SmoothingSeason.None] : Enum.GetValues<SmoothingSeason>())
            {
                // Additive errors with a multiplicative season are unstable.
                if (season != SmoothingSeason.Multiplicative)
                {
                    yield return new SmoothingStructure(false, trend, season, period ?? 1);
                }

                if (isPositive)
                {
                    yield return new SmoothingStructure(true, trend, season, period ?? 1);
                }
            }
        }
    }

    /// <summary>The structure as it is kept in a file.</summary>
    public ComponentState Save() => new ComponentState().With("structure", IsRelative ? 1 : 0, (int)Trend, (int)Season, Period);

    /// <summary>Reads what <see cref="Save"/> made.</summary>
    /// <exception cref="FormatException">It is no structure of so many values.</exception>
    public static SmoothingStructure Restore(ComponentState state, int values)
    {
        int[] x = state.Wholes("structure", 4, values);
        return x[0] <= 1 && x[1] <= (int)SmoothingTrend.Damped && x[2] <= (int)SmoothingSeason.Multiplicative && x[3] >= 1 && (x[2] == 0 || 2 * x[3] <= values)
            ? new SmoothingStructure(x[0] == 1, (SmoothingTrend)x[1], (SmoothingSeason)x[2], x[3]) : throw ComponentState.Wrong("structure");
    }

    public override string ToString() =>
        $"{(IsRelative ? "relative" : "absolute")} errors"
        + Trend switch { SmoothingTrend.None => "", SmoothingTrend.Additive => ", trend", _ => ", damped trend" }
        + Season switch { SmoothingSeason.None => "", SmoothingSeason.Additive => ", additive season", _ => ", multiplicative season" };
}
