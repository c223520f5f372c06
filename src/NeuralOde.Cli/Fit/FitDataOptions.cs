using NeuralOde.Series.Evaluation;
using NeuralOde.Settings;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>fit</c> does with the data once they are read.</summary>
internal sealed record FitDataOptions
{
    /// <summary>What is held out; null for nothing.</summary>
    public HoldOut? HoldOut { get; init; } = HoldOut.Fraction(0.2);

    public static SettingList<FitDataOptions> Settings { get; } = new(Setting.Group(
        "Data",
        Setting.Parsed(
            "hold out", "N", "a number of observations such as 5, a fraction such as 0.2, or none (0)",
            "What to hold out for the test at the end of each series: a number of observations, a fraction, or none (also 0).",
            static text => (HoldOut.TryParse(text, out HoldOut? rule), rule), static rule => rule?.ToString() ?? "none",
            static (FitDataOptions x) => x.HoldOut, static (x, value) => x with { HoldOut = value })));
}
