using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Settings;
using NeuralOde.Solvers;

namespace NeuralOde.Tests.Settings;

internal enum SampleKind
{
    Network,
    Matrix,
}

internal sealed record SamplePart
{
    public int Count { get; init; } = 3;

    public static SettingList<SamplePart> Settings { get; } = new(
        [Setting.Whole("count", 1, 9, "Things.", (SamplePart x) => x.Count, (x, v) => x with { Count = v }) with { Group = "Part" }]);
}

/// <summary>A record with a setting of every kind.</summary>
internal sealed record SampleOptions
{
    public SampleKind Kind { get; init; }

    public int Series { get; init; } = 200;

    public double Rate { get; init; } = 0.01;

    public double Noise { get; init; }

    public double? Bound { get; init; }

    public int? Patience { get; init; }

    public bool IsShuffled { get; init; }

    public IReadOnlyList<int> Hidden { get; init; } = [16, 16];

    public string? Column { get; init; }

    public IReadOnlyList<string>? Names { get; init; }

    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    public long Seed { get; init; }

    public SamplePart Part { get; init; } = new();

    public SolverChoice Solver { get; init; } = new(new Tsit5(), SolverChoice.Tolerances(1e-3, 1e-4), GradientMethod.Direct);

    public static SettingList<SampleOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "All",
            Setting.Choice(
                "kind",
                [("network", SampleKind.Network), ("matrix", SampleKind.Matrix)],
                "What it is. A matrix is linear.",
                (SampleOptions x) => x.Kind,
                (x, v) => x with { Kind = v }),
            Setting.Whole("series", 1, 1_000, "Series to learn from.", (SampleOptions x) => x.Series, (x, v) => x with { Series = v }),
            Setting.LearningRate((SampleOptions x) => x.Rate, (x, v) => x with { Rate = v }),
            Setting.Number("noise", 0, 1, "Noise.", (SampleOptions x) => x.Noise, (x, v) => x with { Noise = v }),
            Setting.GradientNormBound((SampleOptions x) => x.Bound, (x, v) => x with { Bound = v }),
            Setting.OptionalWhole("patience", 1, 50, "Patience.", (SampleOptions x) => x.Patience, (x, v) => x with { Patience = v }) with { MayDiffer = static _ => true },
            Setting.Flag("shuffled", "Shuffles.", (SampleOptions x) => x.IsShuffled, (x, v) => x with { IsShuffled = v }),
            Setting.Widths(
                "hidden",
                "Widths.",
                (SampleOptions x) => x.Hidden,
                (x, v) => x with { Hidden = v }) with { Unless = static x => x.Kind == SampleKind.Matrix ? "has no layers" : null },
            Setting.OptionalText("column", "COLUMN", "A column.", (SampleOptions x) => x.Column, (x, v) => x with { Column = v }),
            Setting.OptionalNames("names", "Names.", (SampleOptions x) => x.Names, (x, v) => x with { Names = v }),
            Setting.Schedule((SampleOptions x) => x.Schedule, (x, v) => x with { Schedule = v }),
            Setting.Seed((SampleOptions x) => x.Seed, (x, v) => x with { Seed = v })),
        .. SamplePart.Settings.In((SampleOptions x) => x.Part, (x, v) => x with { Part = v }),
        new SolverSetting<SampleOptions>(x => x.Solver, (x, v) => x with { Solver = v }),
    ])
    {
        Subject = static x => x.Kind.ToString(),
        Rule = static x => x.Noise > 0 && x.Series == 1 ? new SettingException(
            SettingReason.Conflict,
            "series",
            "1",
            "One series with noise tells nothing.",
            "Take more series.") : null,
    };
}
