using NeuralOde.Blocks;
using NeuralOde.Sensitivities;
using NeuralOde.Settings;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.CheckGradient;

/// <summary>The options of <c>check-gradient</c>.</summary>
internal sealed record CheckGradientOptions
{
    public OdeSolver Solver { get; init; } = SolverDefaults.Solver;

    public StepSizeControl Steps { get; init; } = SolverDefaults.Steps;

    public GradientCheckOptions Check { get; init; } = new();

    public static SettingList<CheckGradientOptions> Settings { get; } = new(
    [
        new SolverSetting<CheckGradientOptions>(x => new SolverChoice(x.Solver, x.Steps, GradientMethod.For(x.Solver)),
            (x, value) => x with { Solver = value.Solver, Steps = value.Steps })
        {
            HasGradient = false,
            Tolerances = SolverDefaults.Steps,
        },
        .. Setting.Group<CheckGradientOptions>(
            "Check",
            Setting.Whole<CheckGradientOptions>(
                "directions", 1, 1_000, "Random directions of the initial state, and of the weights, along which differences are taken.",
                static x => x.Check.Directions, static (x, value) => x with { Check = x.Check with { Directions = value } }),
            Setting.Positive<CheckGradientOptions>(
                "tolerance", "The relative error up to which a gradient is called right.",
                static x => x.Check.Tolerance, static (x, value) => x with { Check = x.Check with { Tolerance = value } }),
            Setting.Seed<CheckGradientOptions>(static x => x.Check.Seed, static (x, value) => x with { Check = x.Check with { Seed = value } })),
    ]);
}
