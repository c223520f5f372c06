namespace NeuralOde.Experiments.Dynamics;

/// <summary>Learns a known system back from noisy observations of one trajectory. One instance is one run.</summary>
/// <remarks>
/// The best parameters are kept, by the error of the whole trajectory against the observations, as one would have to choose without
/// knowing the truth. A training step whose solve fails is skipped; after a few in a row training goes back to the best parameters
/// with half the learning rate, and ends where that does not help.
/// </remarks>
public sealed class DynamicsExperiment
{
    private readonly DynamicsExperimentOptions _options;
    private readonly ObservedTrajectory _data;
    private readonly OdeBlock _model;
    private readonly DynamicsTask _task;
    private readonly TrainingRun _run;

    /// <summary>Makes the data and the model, and compiles its field.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="Settings.SettingException">A setting is out of range, or the solver needs fixed steps.</exception>
    public DynamicsExperiment(DynamicsExperimentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        DynamicsExperimentOptions.Settings.Check(options);
        _options = options;
        var random = new RandomSource(options.Seed);
        RandomSource noise = random.Split();
        RandomSource weights = random.Split();
        _data = Observe(options, noise);
        var windows = new ObservationWindows(_data.Observations, _data.Initial.Length, _data.Times[1] - _data.Times[0], options.Windows, random.Split());
        _model = new OdeBlock(CreateField(options, weights)) { Solver = options.Solver, Steps = options.Steps, GradientMethod = options.Gradient };
        int[] snapshotAt = SnapshotIterations(options.Iterations, options.SnapshotCount);
        _task = new DynamicsTask(_model, _data, windows, options.Loss == LossMeasure.MeanAbsolute ? Losses.Loss.MeanAbsolute : Losses.Loss.MeanSquared, snapshotAt);
        _run = new TrainingRun(_task, CreateOptimizer(options, _model.Parameters), new TrainingOptions
        {
            Iterations = options.Iterations,
            Schedule = options.Schedule,
            GradientNormBound = options.GradientNormBound,
            Failures = FailurePolicy.BackOff(),
            Validation = new ValidationPlan { Interval = options.EvaluationInterval, Also = snapshotAt, AtStart = true, WhenStopped = true },
        });
    }

    /// <summary>Trains.</summary>
    /// <param name="progress">Reported about 20 times per second, and at the end.</param>
    /// <param name="cancellationToken">Ends training early; the result then holds the best model so far.</param>
    /// <returns>The result, also where training was stopped or diverged.</returns>
    public DynamicsExperimentResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingResult training = _run.Run(progress, cancellationToken);
        double error = _task.ExactError();
        return new DynamicsExperimentResult
        {
            Options = _options,
            Outcome = training.Outcome,
            Failure = training.Failure,
            Model = _model,
            Times = _data.Times,
            Exact = _data.Exact,
            Observations = _data.Observations,
            Learned = _task.States,
            Error = error,
            LastError = _task.LastError,
            ObservationError = training.BestError,
            BestIteration = training.BestIteration,
            Losses = training.Losses,
            Evaluations = training.Validations,
            Snapshots = _task.Snapshots,
            FailedSolves = training.FailedSteps,
            Evaluated = _task.Evaluated,
            Elapsed = training.Elapsed,
        };
    }

    /// <summary>Before training, and then evenly by logarithm: early changes are the large ones.</summary>
    internal static int[] SnapshotIterations(int iterations, int count)
    {
        double first = Math.Max(1, 0.01 * iterations);
        return [.. Enumerable.Range(0, count - 1)
            .Select(i => (int)Math.Round(count == 2 ? iterations : first * Math.Pow(iterations / first, (double)i / (count - 2))))
            .Distinct()];
    }

    private static ObservedTrajectory Observe(DynamicsExperimentOptions options, RandomSource noise)
    {
        KnownDynamics dynamics = options.Dynamics;
        double[] times = dynamics.Times();
        double[] exact = dynamics.Trajectory(times);
        double[] source = options.DataSolver is null ? exact : dynamics.Trajectory(times, options.DataSolver, options.DataSteps);
        return new ObservedTrajectory(times, exact, dynamics.Observe(source, noise), [.. dynamics.Initial.Select(static x => (float)x)]);
    }

    private static VectorField CreateField(DynamicsExperimentOptions options, RandomSource random)
    {
        int size = options.Dynamics.Initial.Count;
        VectorField field;
        if (options.Field == LearnedField.Linear)
        {
            field = new LinearField(size, random);
        }
        else
        {
            var network = new Mlp(size, options.Hidden, size, options.Activation, random: random);
            if (options.WeightDeviation is double deviation)
            {
                foreach (Linear layer in network.Layers)
                {
                    layer.Weight.SetValues<float>(random.Normal(layer.Weight.Shape, 0, deviation).AsSpan<float>());
                    layer.Bias!.SetValues<float>(new float[layer.Bias.ElementCount]);
                }
            }

            field = network.AsField();
        }

        return options.CubesState ? VectorField.Define((t, z) => field.Forward(t, z * z * z), field) : field;
    }

    private static Optimizer CreateOptimizer(DynamicsExperimentOptions options, ParameterList parameters) => options.Optimizer switch
    {
        OptimizerMethod.Adam => new Adam(parameters, options.LearningRate),
        OptimizerMethod.RmsProp => new RmsProp(parameters, options.LearningRate),
        OptimizerMethod.Sgd => new Sgd(parameters, options.LearningRate),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Optimizer, "There is no such optimizer."),
    };
}
