namespace NeuralOde.Experiments.Dynamics;

/// <summary>How a known system is learned back from observations. <see cref="Default"/> and <see cref="Published"/> fill it in.</summary>
public sealed record DynamicsExperimentOptions
{
    /// <summary>The system.</summary>
    public required KnownDynamics Dynamics { get; init; }

    /// <summary>What stands for its right-hand side.</summary>
    /// <value>Default <see cref="LearnedField.Network"/>.</value>
    public LearnedField Field { get; init; }

    /// <summary>The widths of the network's hidden layers.</summary>
    /// <value>Default 16, 16.</value>
    public IReadOnlyList<int> Hidden { get; init => field = ValueList.From(value); } = ValueList.Of(16, 16);

    /// <summary>What stands between the network's layers.</summary>
    /// <value>Default <see cref="Activation.Elu"/>.</value>
    public Activation Activation { get; init; } = Activation.Elu;

    /// <summary>The standard deviation of the network's first weights, its first biases being 0; null for PyTorch's first values (see <see cref="Linear"/>).</summary>
    /// <value>Default null.</value>
    public double? WeightDeviation { get; init; }

    /// <summary>Whether the field sees the cubes of the state's components instead of the components.</summary>
    /// <value>Default false.</value>
    public bool CubesState { get; init; }

    /// <summary>The method that integrates, in training and for the final trajectory.</summary>
    /// <value>Default <see cref="Tsit5"/>.</value>
    public OdeSolver Solver { get; init; } = new Tsit5();

    /// <summary>Its steps.</summary>
    /// <value>Default adaptive, relative tolerance 1e-4, absolute tolerance 1e-5, at most 2,000 steps.</value>
    public StepSizeControl Steps { get; init; } = SolverChoice.Tolerances(1e-4, 1e-5);

    /// <summary>How gradients are taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>.</value>
    public GradientMethod Gradient { get; init; } = GradientMethod.Direct;

    /// <summary>The stretches of the trajectory that a step sees.</summary>
    public WindowOptions Windows { get; init; } = new();

    /// <summary>What is minimized.</summary>
    /// <value>Default <see cref="LossMeasure.MeanSquared"/>.</value>
    public LossMeasure Loss { get; init; }

    /// <summary>What moves the parameters.</summary>
    /// <value>Default <see cref="OptimizerMethod.Adam"/>.</value>
    public OptimizerMethod Optimizer { get; init; }

    /// <summary>Training steps.</summary>
    /// <value>At least 1; default 1,200.</value>
    public int Iterations { get; init; } = 1_200;

    /// <summary>The optimizer's step at the schedule's start.</summary>
    /// <value>Default 0.01.</value>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>How it changes.</summary>
    /// <value>Default half a cosine down to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine();

    /// <summary>A bound on the gradient's norm; null for none.</summary>
    /// <value>Default null.</value>
    public double? GradientNormBound { get; init; }

    /// <summary>Where all random numbers come from: noise, first weights and windows each have their own stream.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The method that makes the observed trajectory; null for a solve at tolerances of 1e-10.</summary>
    /// <value>Default null.</value>
    public OdeSolver? DataSolver { get; init; }

    /// <summary>The steps of <see cref="DataSolver"/>.</summary>
    /// <value>Default null.</value>
    public StepSizeControl? DataSteps { get; init; }

    /// <summary>How many iterations pass between two solves of the whole trajectory, by whose error against the observations the best model is chosen.</summary>
    /// <value>At least 1; default 10.</value>
    public int EvaluationInterval { get; init; } = 10;

    /// <summary>How many trajectories are kept to show how training went; the first is from before training, the last from its end.</summary>
    /// <value>At least 2; default 12.</value>
    public int SnapshotCount { get; init; } = 12;

    /// <summary>The settings: what each is called, its range and its help.</summary>
    public static SettingList<DynamicsExperimentOptions> Settings { get; } = new(
    [
        Setting.Choice("system", KnownDynamics.Choices, "The system.", (DynamicsExperimentOptions x) => x.Dynamics, (x, v) => x with { Dynamics = v }, isOpen: true),
        .. Setting.Group(
            "Model and training",
            Setting.Choice(
                "field", [("network", LearnedField.Network), ("linear", LearnedField.Linear)], "The model of the unknown field. linear is a single matrix.",
                (DynamicsExperimentOptions x) => x.Field, (x, v) => x with { Field = v }),
            Setting.Widths("hidden", "The widths of the network's hidden layers.", (DynamicsExperimentOptions x) => x.Hidden, (x, v) => x with { Hidden = v }),
            Setting.Iterations((DynamicsExperimentOptions x) => x.Iterations, (x, v) => x with { Iterations = v }),
            Setting.LearningRate((DynamicsExperimentOptions x) => x.LearningRate, (x, v) => x with { LearningRate = v }),
            Setting.Schedule((DynamicsExperimentOptions x) => x.Schedule, (x, v) => x with { Schedule = v }),
            Setting.Choice(
                "optimizer", [("adam", OptimizerMethod.Adam), ("rmsprop", OptimizerMethod.RmsProp), ("sgd", OptimizerMethod.Sgd)],
                "The method that updates the parameters.",
                (DynamicsExperimentOptions x) => x.Optimizer, (x, v) => x with { Optimizer = v }),
            Setting.GradientNormBound((DynamicsExperimentOptions x) => x.GradientNormBound, (x, v) => x with { GradientNormBound = v }),
            Setting.Choice(
                "loss", [("squared", LossMeasure.MeanSquared), ("absolute", LossMeasure.MeanAbsolute)],
                "The loss to minimize: the mean of the squared or absolute differences.",
                (DynamicsExperimentOptions x) => x.Loss, (x, v) => x with { Loss = v }),
            Setting.Seed((DynamicsExperimentOptions x) => x.Seed, (x, v) => x with { Seed = v })),
        .. WindowOptions.Settings.In((DynamicsExperimentOptions x) => x.Windows, (x, v) => x with { Windows = v }),
        new SolverSetting<DynamicsExperimentOptions>(x => new(x.Solver, x.Steps, x.Gradient), (x, v) => x with { Solver = v.Solver, Steps = v.Steps, Gradient = v.Gradient }),
        Setting.Whole(
            "iterations between evaluations", 1, int.MaxValue, "Iterations between two solves of the whole trajectory.",
            (DynamicsExperimentOptions x) => x.EvaluationInterval, (x, v) => x with { EvaluationInterval = v }),
        Setting.Whole(
            "snapshots", 2, 10_000, "Trajectories that are kept to show how training went.",
            (DynamicsExperimentOptions x) => x.SnapshotCount, (x, v) => x with { SnapshotCount = v }),
    ]);

    /// <summary>
    /// What works best here: for each system the fewest iterations, and the plainest settings, that learn it for every seed that was tried.
    /// </summary>
    /// <param name="dynamics">The system.</param>
    /// <param name="field">What stands for it.</param>
    /// <returns>The options.</returns>
    public static DynamicsExperimentOptions Default(KnownDynamics dynamics, LearnedField field = LearnedField.Network)
    {
        ArgumentNullException.ThrowIfNull(dynamics);
        var options = new DynamicsExperimentOptions { Dynamics = dynamics, Field = field };
        if (dynamics.Name == "cubic")
        {
            options = Cubic(options);
            options = options with { Windows = options.Windows with { Count = 50 }, LearningRate = 0.02, Iterations = 5_000 };
        }

        return (dynamics.Name, field) switch
        {
            // A matrix that grows the state makes gradients a thousand times longer than all others; one of them fills Adam's running
            // mean of squares for hundreds of iterations, in which it hardly moves. Bounded, they do no harm.
            (_, LearnedField.Linear) => options with { LearningRate = 0.05, Iterations = 500, GradientNormBound = 0.1 },
            ("nonlinear", _) => options with { Windows = options.Windows with { Count = 8 }, Iterations = 3_000, GradientNormBound = 0.1 },
            _ => options,
        };
    }

    /// <summary>
    /// What the write-ups that this experiment comes from used: Euler with steps of at most 0.05 for data and learning, the adjoint gradient, a
    /// constant learning rate; for the cubic system torchdiffeq's demonstration.
    /// </summary>
    /// <param name="dynamics">The system.</param>
    /// <param name="field">What stands for it.</param>
    /// <returns>The options.</returns>
    public static DynamicsExperimentOptions Published(KnownDynamics dynamics, LearnedField field = LearnedField.Network)
    {
        ArgumentNullException.ThrowIfNull(dynamics);
        var options = new DynamicsExperimentOptions
        {
            Dynamics = dynamics,
            Field = field,
            Gradient = GradientMethod.BacksolveAdjoint,
            Schedule = LearningRateSchedule.Constant,
        };
        if (dynamics.Name == "cubic")
        {
            return Cubic(options) with
            {
                Gradient = GradientMethod.Direct,
                Solver = new Dopri5(),
                Steps = SolverChoice.Tolerances(1e-7, 1e-9),
                Iterations = 2_000,
                LearningRate = 0.001,
                Optimizer = OptimizerMethod.RmsProp,
                Loss = LossMeasure.MeanAbsolute,
            };
        }

        (int iterations, double rate) = (dynamics.Name, field) switch
        {
            ("nonlinear", _) => (3_000, 0.01),
            (_, LearnedField.Linear) => (500, 0.01),
            _ => (1_200, 0.0005),
        };
        return options with
        {
            Solver = new Euler(),
            Steps = FixedSteps.OfLength(0.05),
            DataSolver = new Euler(),
            DataSteps = FixedSteps.OfLength(0.05),
            Iterations = iterations,
            LearningRate = rate,
        };
    }

    private static DynamicsExperimentOptions Cubic(DynamicsExperimentOptions options)
    {
        double[] times = options.Dynamics.Times();
        return options with
        {
            CubesState = true,
            Hidden = [50],
            Activation = Activation.Tanh,
            WeightDeviation = 0.1,
            Windows = WindowOptions.OfPoints(20, 10, times[1] - times[0]),
            Iterations = 2_000,
        };
    }
}
