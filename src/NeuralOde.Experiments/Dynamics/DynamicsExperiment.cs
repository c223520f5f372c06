using System.Diagnostics;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Dynamics;

/// <summary>Learns a known system back from noisy observations of one trajectory. One instance is one run.</summary>
/// <remarks>
/// The best parameters are kept, by the error of the whole trajectory against the observations, as one would have to choose without
/// knowing the truth. A training step whose solve fails is skipped; after a few in a row training goes back to the best parameters
/// with half the learning rate, and ends where that does not help.
/// </remarks>
public sealed class DynamicsExperiment
{
    private const int FailuresBeforeBackingOff = 3;
    private const int MostBackOffs = 8;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(50);

    private readonly DynamicsExperimentOptions _options;
    private readonly double[] _times;
    private readonly double[] _exact;
    private readonly float[] _observations;
    private readonly float[] _initial;
    private readonly OdeBlock _model;
    private readonly ObservationWindows _windows;
    private readonly TrajectoryTrainer<float> _trainer;
    private readonly Optimizer _optimizer;
    private readonly Sensitivity<float> _whole;
    private readonly SolveMemory<float> _wholeMemory;
    private readonly List<double> _losses;
    private readonly List<(int Iteration, double Error)> _evaluations = [];
    private readonly List<TrajectorySnapshot> _snapshots = [];
    private ParameterSnapshot _best;
    private double _bestError = double.PositiveInfinity;
    private int _bestIteration;
    private int _failures;
    private int _failuresInARow;
    private int _backOffs;
    private string? _failure;
    private long _evaluated;

    /// <summary>Makes the data and the model, and compiles its field.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or the solver needs fixed steps.</exception>
    public DynamicsExperiment(DynamicsExperimentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EvaluationInterval, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SnapshotCount, 2);
        _options = options;
        var random = new RandomSource(options.Seed);
        RandomSource noise = random.Split();
        RandomSource weights = random.Split();
        RandomSource windows = random.Split();
        KnownDynamics dynamics = options.Dynamics;
        _times = dynamics.Times();
        _exact = dynamics.Trajectory(_times);
        double[] source = options.DataSolver is null ? _exact : dynamics.Trajectory(_times, options.DataSolver, options.DataSteps);
        _observations = dynamics.Observe(source, noise);
        _initial = [.. dynamics.Initial.Select(static x => (float)x)];
        _windows = new ObservationWindows(_observations, _initial.Length, _times[1] - _times[0], options.Windows, windows);
        _model = new OdeBlock(CreateField(options, weights)) { Solver = options.Solver, Steps = options.Steps, Gradient = options.Gradient };
        _optimizer = CreateOptimizer(options, _model.Parameters);
        _trainer = new TrajectoryTrainer<float>(
            _model, [options.Windows.Count, _initial.Length], options.Loss == LossMeasure.MeanAbsolute ? Losses.Loss.MeanAbsolute : Losses.Loss.MeanSquared);
        _whole = _model.Compile<float>([1, _initial.Length]);
        _wholeMemory = _whole.Rent();
        _losses = new List<double>(Math.Min(options.Iterations, 100_000));
        _best = new ParameterSnapshot(_model);
    }

    /// <summary>Trains.</summary>
    /// <param name="progress">Told about 20 times a second, and at the end.</param>
    /// <param name="cancellationToken">Ends training early; the result then holds the best model so far.</param>
    /// <returns>The result, also where training was stopped or diverged.</returns>
    public DynamicsExperimentResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan nextReport = TimeSpan.Zero;
        int[] snapshotAt = SnapshotIterations(_options.Iterations, _options.SnapshotCount);
        TrainingOutcome outcome = TrainingOutcome.Completed;
        Evaluate(snapshot: true);
        for (int iteration = 1; iteration <= _options.Iterations; iteration++)
        {
            if (cancellationToken.IsCancellationRequested || _backOffs > MostBackOffs)
            {
                outcome = _backOffs > MostBackOffs ? TrainingOutcome.Diverged : TrainingOutcome.Cancelled;
                break;
            }

            double loss = Step();
            _losses.Add(loss);
            bool snapshot = snapshotAt.AsSpan().Contains(iteration);
            if (snapshot || iteration % _options.EvaluationInterval == 0)
            {
                Evaluate(snapshot);
            }

            if (clock.Elapsed >= nextReport || iteration == _options.Iterations)
            {
                nextReport = clock.Elapsed + ReportInterval;
                progress?.Report(new TrainingProgress(iteration, _options.Iterations, loss, _bestError, iteration / clock.Elapsed.TotalSeconds, clock.Elapsed));
            }
        }

        if (outcome != TrainingOutcome.Completed)
        {
            Evaluate(snapshot: true);
        }

        return Result(outcome, clock.Elapsed);
    }

    /// <summary>Before training, and then evenly by logarithm: early changes are the large ones.</summary>
    internal static int[] SnapshotIterations(int iterations, int count)
    {
        double first = Math.Max(1, 0.01 * iterations);
        return [.. Enumerable.Range(0, count - 1)
            .Select(i => (int)Math.Round(count == 2 ? iterations : first * Math.Pow(iterations / first, (double)i / (count - 2))))
            .Distinct()];
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

            field = network;
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

    /// <summary>One training step; NaN where it was skipped.</summary>
    private double Step()
    {
        _windows.Draw();
        double loss;
        try
        {
            loss = _trainer.Step(_windows.Initial, _windows.Times, _windows.Observed);
            _evaluated += _trainer.ForwardStatistics.Evaluations;
        }
        catch (OdeSolveException e)
        {
            Fail(e.Problem);
            return double.NaN;
        }

        double norm = _options.GradientNormBound is double bound ? _optimizer.ClipGradientNorm(bound) : _optimizer.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            Fail(FormattableString.Invariant($"The loss is {loss} and its gradient's norm {norm}: the numbers left the range of single precision."));
            return double.NaN;
        }

        _failuresInARow = 0;
        _optimizer.LearningRate = _options.LearningRate * _options.Schedule.Factor((double)_losses.Count / _options.Iterations) * Math.Pow(0.5, _backOffs);
        _optimizer.Step();
        return loss;
    }

    private void Fail(string reason)
    {
        _failures++;
        _failuresInARow++;
        _failure = reason;
        _model.Parameters.ClearGradients();
        if (_failuresInARow >= FailuresBeforeBackingOff)
        {
            _failuresInARow = 0;
            _backOffs++;
            _best.Restore();
        }
    }

    /// <summary>Solves the whole trajectory from the known initial state, and keeps the parameters where they are the best so far.</summary>
    private void Evaluate(bool snapshot)
    {
        double error = Solve() ? Rms(_wholeMemory.States, _observations) : double.PositiveInfinity;
        _evaluations.Add((_losses.Count, error));
        if (error < _bestError)
        {
            _bestError = error;
            _bestIteration = _losses.Count;
            _best = new ParameterSnapshot(_model);
        }

        if (snapshot)
        {
            _snapshots.Add(new TrajectorySnapshot(_losses.Count, Doubles(_wholeMemory.States), error));
        }
    }

    private bool Solve() => _whole.Forward(_wholeMemory, _initial, _times, forGradient: false).IsSuccess;

    private DynamicsExperimentResult Result(TrainingOutcome outcome, TimeSpan elapsed)
    {
        double lastError = Solve() ? Rms(Doubles(_wholeMemory.States), _exact) : double.PositiveInfinity;
        _best.Restore();
        double error = Solve() ? Rms(Doubles(_wholeMemory.States), _exact) : double.PositiveInfinity;
        return new DynamicsExperimentResult
        {
            Options = _options,
            Outcome = outcome,
            Failure = outcome == TrainingOutcome.Diverged ? _failure : null,
            Model = _model,
            Times = _times,
            Exact = _exact,
            Observations = _observations,
            Learned = Doubles(_wholeMemory.States),
            Error = error,
            LastError = lastError,
            ObservationError = _bestError,
            BestIteration = _bestIteration,
            Losses = _losses,
            Evaluations = _evaluations,
            Snapshots = _snapshots,
            FailedSolves = _failures,
            Evaluated = _evaluated,
            Elapsed = elapsed,
        };
    }

    private static double Rms(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum / a.Length);
    }

    private static double Rms(double[] a, double[] b) => Math.Sqrt(a.Zip(b, static (x, y) => (x - y) * (x - y)).Average());

    private static double[] Doubles(ReadOnlySpan<float> values)
    {
        var doubles = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            doubles[i] = values[i];
        }

        return doubles;
    }
}
