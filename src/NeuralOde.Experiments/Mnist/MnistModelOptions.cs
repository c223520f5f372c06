using NeuralOde.Layers;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

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

    /// <summary>The model of a name.</summary>
    /// <param name="name">One of <see cref="ModelNames"/>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    public static MnistModel ParseModel(string name)
    {
        int index = ModelNames.ToList().IndexOf(name);
        return index >= 0 ? (MnistModel)index : throw new ArgumentException($"There is no model '{name}'. The models are {string.Join(", ", ModelNames)}.", nameof(name));
    }

    /// <summary>The settings that matter to this model, as text from which <see cref="FromSettings"/> makes the same again.</summary>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, string Value)> ToSettings()
    {
        List<(string, string)> settings = [("model", ModelNames[(int)Model])];
        if (Model == MnistModel.Mlp)
        {
            settings.Add(("hidden units", SettingsReader.Text(HiddenUnits)));
            return settings;
        }

        settings.Add(("normalization", Normalization.ToString().ToLowerInvariant()));
        settings.Add(("channels", SettingsReader.Text(Channels)));
        if (Model == MnistModel.ResNet)
        {
            settings.Add(("residual blocks", SettingsReader.Text(ResidualBlocks)));
            return settings;
        }

        settings.AddRange(SolverSettings.Write(Solver, Steps, Gradient));
        return settings;
    }

    /// <summary>Reads what <see cref="ToSettings"/> wrote.</summary>
    /// <param name="settings">Names and values; others among them are passed over.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="FormatException">A setting is missing or wrong; the message names it.</exception>
    public static MnistModelOptions FromSettings(IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var reader = new SettingsReader(settings);
        int model = ModelNames.ToList().IndexOf(reader.Value("model"));
        var options = new MnistModelOptions { Model = model >= 0 ? (MnistModel)model : throw reader.Wrong("model") };
        if (options.Model == MnistModel.Mlp)
        {
            return options with { HiddenUnits = reader.Whole("hidden units", 100_000) };
        }

        options = options with
        {
            Normalization = Enum.TryParse(reader.Value("normalization"), ignoreCase: true, out MnistNormalization normalization) && Enum.IsDefined(normalization) ? normalization : throw reader.Wrong("normalization"),
            Channels = reader.Whole("channels", 1_024),
        };
        if (options.Model == MnistModel.ResNet)
        {
            return options with { ResidualBlocks = reader.Whole("residual blocks", 1_000) };
        }

        (OdeSolver solver, StepSizeControl steps, GradientMethod gradient) = SolverSettings.Read(reader);
        return options with { Solver = solver, Steps = steps, Gradient = gradient };
    }

    /// <summary>Steps by tolerances that give up soon: a field that runs away in training needs no more patience.</summary>
    /// <param name="relative">Relative tolerance.</param>
    /// <param name="absolute">Absolute tolerance.</param>
    /// <returns>The steps.</returns>
    public static AdaptiveSteps Tolerances(double relative, double absolute) => SolverSettings.Tolerances(relative, absolute);

    internal void Check()
    {
        Require(Channels, 1_024, nameof(Channels));
        Require(ResidualBlocks, 1_000, nameof(ResidualBlocks));
        Require(HiddenUnits, 100_000, nameof(HiddenUnits));

        static void Require(int value, int most, string name)
        {
            if (value < 1 || value > most)
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} is from 1 to {most}.");
            }
        }
    }
}
