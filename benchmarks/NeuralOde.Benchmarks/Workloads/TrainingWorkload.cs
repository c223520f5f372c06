using NeuralOde.Benchmarks.Timing;
using NeuralOde.Blocks;
using NeuralOde.Experiments.Dynamics;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>
/// Training runs from scratch with published settings: the spiral with a 2-16-16-2 ELU network, Euler steps of at most 0.05 and Adam on
/// one random window; the cubic system with Dopri5 at 1e-7 and 1e-9 and RMSprop on 20 windows of 10 points. Every run draws the same windows.
/// </summary>
internal sealed class TrainingWorkload
{
    private readonly DynamicsExperimentOptions _options;
    private readonly double _interval;
    private readonly float[] _observations;
    private readonly OdeBlock _ode;
    private readonly ParameterSnapshot _start;
    private readonly Func<Tensor, Tensor, Tensor> _loss;
    private readonly TrajectoryTrainer<float> _trainer;
    private readonly Shape _stateShape;

    private TrainingWorkload(KnownDynamics dynamics, GradientMethod gradient, int iterations)
    {
        Iterations = iterations;
        _options = DynamicsExperimentOptions.Published(dynamics);
        double[] times = dynamics.Times();
        _interval = times[1] - times[0];
        _observations = dynamics.Observe(dynamics.Trajectory(times, _options.DataSolver, _options.DataSteps), new RandomSource(5));
        VectorField field = dynamics.Name == "cubic"
            ? FieldWorkload.CubicField(new RandomSource(6))
            : new Mlp(2, _options.Hidden, 2, _options.Activation, random: new RandomSource(6)).AsField();
        _ode = new OdeBlock(field) { Solver = _options.Solver, Steps = _options.Steps, GradientMethod = gradient };
        _start = new ParameterSnapshot(_ode);
        _loss = _options.Loss == LossMeasure.MeanAbsolute ? Loss.MeanAbsolute : Loss.MeanSquared;
        _stateShape = [_options.Windows.Count, 2];
        _trainer = new TrajectoryTrainer<float>(_ode, _stateShape, _loss);
    }

    public int Iterations { get; }

    /// <summary>Evaluations of f an iteration, in the forward solve of the last run.</summary>
    public double ForwardEvaluations { get; private set; }

    /// <summary>Evaluations of the adjoint system, or vector-Jacobian products, an iteration.</summary>
    public double BackwardEvaluations { get; private set; }

    /// <summary>
    /// Managed bytes that the last run allocated an iteration, the optimizer's own memory aside. The compiled step allocates only where the field, or the loss of so many times, is
    /// traced again to see whether what it captured has changed: whenever its number of uses has doubled.
    /// </summary>
    public double AllocatedBytes { get; private set; }

    public double FinalLoss { get; private set; }

    public static TrainingWorkload Spiral(GradientMethod gradient) => new(KnownDynamics.Spiral, gradient, 1000);

    public static TrainingWorkload Cubic(GradientMethod gradient) => new(KnownDynamics.Cubic, gradient, 200);

    /// <summary>Trains through the compiled step, and writes each iteration's time.</summary>
    public void Train(Clock clock, double[] nanoseconds)
    {
        ObservationWindows windows = Begin(out Optimizer optimizer);
        double forward = 0, backward = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Iterations; i++)
        {
            double begun = clock.Now();
            windows.Draw();
            FinalLoss = _trainer.Step(windows.Initial, windows.Times, windows.Observed);
            optimizer.Step();
            nanoseconds[i] = clock.Now() - begun;
            forward += _trainer.ForwardStatistics.Evaluations;
            backward += _trainer.BackwardStatistics.VectorJacobianProducts;
        }

        End(allocated, forward, backward);
    }

    /// <summary>The same through eager tensors and their tape, as a user's own loop has it.</summary>
    public void TrainOnTape(Clock clock, double[] nanoseconds)
    {
        ObservationWindows windows = Begin(out Optimizer optimizer);
        double forward = 0, backward = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Iterations; i++)
        {
            double begun = clock.Now();
            windows.Draw();
            var observed = Tensor.From(windows.Observed, new Shape([windows.PointCount, .. _stateShape]));
            OdeBlockSolution predicted = _ode.Solve(Tensor.From(windows.Initial, _stateShape), windows.Times);
            Tensor loss = _loss(predicted.States, observed);
            loss.Backward();
            optimizer.Step();
            nanoseconds[i] = clock.Now() - begun;
            FinalLoss = loss.ToScalar();
            forward += predicted.Forward.Evaluations;
            backward += predicted.Backward!.Value.VectorJacobianProducts;
        }

        End(allocated, forward, backward);
    }

    private ObservationWindows Begin(out Optimizer optimizer)
    {
        _start.Restore();
        _ode.Parameters.ClearGradients();
        optimizer = _options.Optimizer == OptimizerMethod.RmsProp ? new RmsProp(_ode.Parameters, _options.LearningRate) : new Adam(_ode.Parameters, _options.LearningRate);

        // A step of length 0 lets the optimizer allocate what it remembers; gradients of zero let it take the step.
        foreach (Parameter parameter in _ode.Parameters)
        {
            parameter.MutableGradient<float>().Clear();
        }

        optimizer.LearningRate = 0;
        optimizer.Step();
        optimizer.LearningRate = _options.LearningRate;
        return new ObservationWindows(_observations, 2, _interval, _options.Windows, new RandomSource(7));
    }

    private void End(long allocatedBefore, double forward, double backward)
    {
        AllocatedBytes = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / (double)Iterations;
        ForwardEvaluations = forward / Iterations;
        BackwardEvaluations = backward / Iterations;
    }
}
