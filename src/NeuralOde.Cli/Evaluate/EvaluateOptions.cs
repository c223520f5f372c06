using NeuralOde.Series.Evaluation;
using NeuralOde.Settings;

namespace NeuralOde.Cli.Evaluate;

/// <summary>From where and how far <c>evaluate</c> forecasts.</summary>
internal sealed record EvaluateOptions
{
    /// <summary>What is forecast from the last origin.</summary>
    public HoldOut Horizon { get; init; } = HoldOut.Fraction(0.2);

    public int Origins { get; init; } = 3;

    /// <summary>Observations between two origins; 0 for half of the horizon.</summary>
    public int Spacing { get; init; }

    public static SettingList<EvaluateOptions> Settings { get; } = new(Setting.Group(
        "Evaluation",
        Setting.Parsed(
            "horizon", "N", "a number of observations such as 12, or a fraction such as 0.2",
            "How far to forecast from each origin: a number of observations, or a fraction of each series.",
            static text => (HoldOut.TryParse(text, out HoldOut? rule) && rule is not null, rule!), static rule => rule.ToString(),
            static (EvaluateOptions x) => x.Horizon, static (x, value) => x with { Horizon = value }),
        Setting.Whole(
            "origins", 1, 1_000, "How many origins to forecast from; short series have fewer.", static (EvaluateOptions x) => x.Origins, static (x, v) => x with { Origins = v }),
        Setting.Whole(
            "spacing", 0, 1_000_000, "Observations between two origins; 0 for half of the horizon.", static (EvaluateOptions x) => x.Spacing,
            static (x, v) => x with { Spacing = v })));
}
