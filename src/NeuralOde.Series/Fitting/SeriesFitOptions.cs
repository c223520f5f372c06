namespace NeuralOde.Series.Fitting;

/// <summary>How <see cref="SeriesFitter"/> learns dynamics from series.</summary>
public sealed record SeriesFitOptions
{
    /// <summary>Whether the dynamics depend on time as well as on the state.</summary>
    /// <value>Default false: the same state always moves the same way.</value>
    public bool TimeDependent { get; init; }

    /// <summary>Components of the state that are never observed.</summary>
    /// <value>At least 0; default 0.</value>
    public int HiddenStates { get; init; }

    /// <summary>Widths of the network's hidden layers.</summary>
    /// <value>Default one layer of 16.</value>
    public IReadOnlyList<int> Widths { get; init => field = ValueList.From(value); } = ValueList.Of(16);

    /// <summary>Optimizer steps in all.</summary>
    /// <value>At least 1; default 3000.</value>
    public int Iterations { get; init; } = 3000;

    /// <summary>Adam's step size at the start of each stage; it falls by half a cosine.</summary>
    /// <value>Above 0; default 0.02.</value>
    public double LearningRate { get; init; } = 0.02;

    /// <summary>
    /// How strongly weights are drawn to zero: the variance of the noise over that of the weights, both for standardized components (the
    /// maximum a posteriori estimate under normal noise and normal weights).
    /// </summary>
    /// <value>At least 0; default 0.2.</value>
    public double Regularization { get; init; } = 0.2;

    /// <summary>Observations in each piece of the first stage; every further stage doubles them.</summary>
    /// <value>At least 2; default 4.</value>
    public int FirstPieceLength { get; init; } = 4;

    /// <summary>The seed of the first weights. The same seed and data give the same bits.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The method that integrates; it needs an error estimate.</summary>
    /// <value>Default <see cref="Tsit5"/>.</value>
    public OdeSolver Solver { get; init; } = new Tsit5();

    /// <summary>The relative tolerance of training's solves; the absolute one is a tenth of it.</summary>
    /// <value>Above 0; default 1e-4.</value>
    public double RelativeTolerance { get; init; } = 1e-4;

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<SeriesFitOptions> Settings { get; } = new(Setting.Group(
        "Model and training",
        Setting.Flag("time dependent", "Lets the dynamics depend on time too: dz/dt = f(t, z).", (SeriesFitOptions x) => x.TimeDependent, (x, v) => x with { TimeDependent = v }),
        Setting.Whole("hidden states", 0, 1_000, "Components of the state that are never observed.", (SeriesFitOptions x) => x.HiddenStates, (x, v) => x with { HiddenStates = v }),
        Setting.Widths("hidden", "The widths of the network's hidden layers.", (SeriesFitOptions x) => x.Widths, (x, v) => x with { Widths = v }),
        Setting.Number(
            "regularization", 0, double.PositiveInfinity,
            "How strongly weights are drawn to zero: the noise's variance over the weights', standardized. More for noisy data, less for clean.",
            (SeriesFitOptions x) => x.Regularization, (x, v) => x with { Regularization = v }),
        Setting.Iterations((SeriesFitOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
        Setting.LearningRate((SeriesFitOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
        Setting.Seed((SeriesFitOptions x) => x.Seed, (x, v) => x with { Seed = v }),
        Setting.Choice(
            "solver", [.. SolverChoice.AdaptiveNames.Select(static x => (x, x))], "The method that integrates.",
            (SeriesFitOptions x) => x.Solver.Name, (x, v) => x with { Solver = OdeSolver.Parse(v) }),
        Setting.Positive(
            "relative tolerance", "Relative tolerance of each step while learning.", (SeriesFitOptions x) => x.RelativeTolerance, (x, v) => x with { RelativeTolerance = v }) with
        {
            Option = "rtol",
        })
        .Append(Setting.Whole(
            "first piece", 2, int.MaxValue, "Observations in each piece of the first stage; every further stage doubles them.",
            (SeriesFitOptions x) => x.FirstPieceLength, (x, v) => x with { FirstPieceLength = v })));
}
