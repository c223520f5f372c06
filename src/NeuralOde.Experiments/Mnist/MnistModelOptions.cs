namespace NeuralOde.Experiments.Mnist;

/// <summary>A classifier of images, ready to be made: what it is and how its equation is solved.</summary>
public sealed record MnistModelOptions
{
    /// <summary>The names of the models on a command line, in the order of <see cref="MnistModel"/>.</summary>
    public static IReadOnlyList<string> ModelNames { get; } = ["odenet", "rknet", "resnet", "mlp"];

    /// <summary>Which model.</summary>
    public MnistModel Model { get; init; }

    /// <summary>How it normalizes between convolutions; the perceptron does not.</summary>
    /// <value>Default <see cref="MnistNormalization.Batch"/>.</value>
    public MnistNormalization Normalization { get; init; }

    /// <summary>Channels after the first convolution.</summary>
    /// <value>From 1 to 1,024; default 64.</value>
    public int Channels { get; init; } = 64;

    /// <summary>Residual blocks of <see cref="MnistModel.ResNet"/>.</summary>
    /// <value>From 1 to 1,000; default 6.</value>
    public int ResidualBlocks { get; init; } = 6;

    /// <summary>Units of the hidden layer of <see cref="MnistModel.Mlp"/>.</summary>
    /// <value>From 1 to 100,000; default 300.</value>
    public int HiddenUnits { get; init; } = 300;

    /// <summary>The method that solves the equation.</summary>
    /// <value>Default <see cref="RungeKutta4"/>.</value>
    public OdeSolver Solver { get; init; } = new RungeKutta4();

    /// <summary>Its steps on [0, 1].</summary>
    /// <value>Default steps of 0.5.</value>
    public StepSizeControl Steps { get; init; } = FixedSteps.OfLength(0.5);

    /// <summary>How the gradient is taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>.</value>
    public GradientMethod Gradient { get; init; } = GradientMethod.Direct;

    /// <summary>Whether the model solves an equation.</summary>
    public bool HasEquation => Model is MnistModel.OdeNet or MnistModel.RkNet;

    /// <summary>
    /// What works best here: for the ODE networks two steps of the classical Runge-Kutta method (8 evaluations of the field), and the direct gradient.
    /// </summary>
    /// <param name="model">Which model.</param>
    /// <returns>The settings.</returns>
    public static MnistModelOptions Default(MnistModel model) => new() { Model = model };

    /// <summary>
    /// The published settings: ODE-Net with Euler steps of 0.05 and the adjoint, RK-Net with the classical Runge-Kutta method in steps of 0.25 and the direct
    /// gradient, both with normalization over the batch.
    /// </summary>
    /// <param name="model">Which model.</param>
    /// <returns>The settings.</returns>
    public static MnistModelOptions Published(MnistModel model) => model switch
    {
        MnistModel.OdeNet => new() { Model = model, Solver = new Euler(), Steps = FixedSteps.OfLength(0.05), Gradient = GradientMethod.BacksolveAdjoint },
        MnistModel.RkNet => new() { Model = model, Steps = FixedSteps.OfLength(0.25) },
        _ => new() { Model = model },
    };

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<MnistModelOptions> Settings { get; } = new(
    [
        .. Setting.Group(
            "Model",
            Setting.Choice(
                "model", [.. Enum.GetValues<MnistModel>().Select(static x => (ModelNames[(int)x], x))], "Which model (see below).",
                (MnistModelOptions x) => x.Model, (x, v) => x with { Model = v }),
            Setting.Choice(
                "normalization",
                [("batch", MnistNormalization.Batch), ("group", MnistNormalization.Group), ("mixed", MnistNormalization.Mixed)],
                "The normalization between convolutions. With group the images of a batch do not depend on one another; "
                    + "mixed is group inside the equation and batch outside of it.",
                (MnistModelOptions x) => x.Normalization,
                (x, v) => x with { Normalization = v }) with { Option = "norm", Unless = NoConvolutions },
            Setting.Whole(
                "channels", 1, 1_024, "Channels after the first convolution.",
                (MnistModelOptions x) => x.Channels, (x, v) => x with { Channels = v }) with { Unless = NoConvolutions },
            Setting.Whole("residual blocks", 1, 1_000, "Residual blocks of resnet.", (MnistModelOptions x) => x.ResidualBlocks, (x, v) => x with { ResidualBlocks = v }) with
            {
                Option = "blocks",
                Unless = static x => x.Model == MnistModel.ResNet ? null : "has no residual blocks",
            },
            Setting.Whole("hidden units", 1, 100_000, "Units of the hidden layer of mlp.", (MnistModelOptions x) => x.HiddenUnits, (x, v) => x with { HiddenUnits = v }) with
            {
                Option = "hidden",
                Unless = static x => x.Model == MnistModel.Mlp ? null : "has no hidden layer",
            }),
        Solving(hasGradient: true),
    ])
    {
        Subject = static x => ModelNames[(int)x.Model],
        Rule = static x => x switch
        {
            { Model: MnistModel.ResNet, Normalization: MnistNormalization.Mixed } => new SettingException(
                SettingReason.Conflict, "normalization", "mixed", "resnet has no equation that could be normalized otherwise than the rest.", "Take batch or group normalization."),
            { Model: MnistModel.RkNet } when x.Gradient != GradientMethod.Direct => new SettingException(
                SettingReason.Conflict,
                "gradient",
                x.Gradient.Name,
                $"rknet takes its gradient directly; the {x.Gradient.Name} gradient makes it an odenet.",
                "Use the model odenet."),
            _ => null,
        },
    };

    /// <summary>How a trained classifier's equation is solved: the same parameters work with any solver.</summary>
    internal static SettingList<MnistModelOptions> Inference { get; } = new([Solving(hasGradient: false)]) { Subject = static x => $"This model, {ClassifierText.Model(x)}," };

    private static SolverSetting<MnistModelOptions> Solving(bool hasGradient) =>
        new(x => new(x.Solver, x.Steps, x.Gradient), (x, v) => x with { Solver = v.Solver, Steps = v.Steps, Gradient = v.Gradient })
        {
            HasGradient = hasGradient,
            Unless = static x => x.HasEquation ? null : "solves no equation",

            // Another solver takes its own steps, not those that suit the default one.
            KeepsSteps = false,
            Tolerances = SolverChoice.Tolerances(1e-3, 1e-3),
        };

    private static string? NoConvolutions(MnistModelOptions options) => options.Model == MnistModel.Mlp ? "has no convolutions" : null;
}
