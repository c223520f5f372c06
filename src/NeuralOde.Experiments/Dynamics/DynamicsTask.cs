namespace NeuralOde.Experiments.Dynamics;

/// <summary>
/// Learns from windows of one trajectory. The error is that of the whole trajectory against the observations, as one would have to choose without
/// knowing the truth.
/// </summary>
internal sealed class DynamicsTask : ITrainingTask
{
    private readonly OdeBlock _model;
    private readonly ObservedTrajectory _data;
    private readonly ObservationWindows _windows;
    private readonly int[] _snapshotAt;
    private readonly TrajectoryTrainer<float> _trainer;
    private readonly Sensitivity<float> _whole;
    private readonly SolveMemory<float> _memory;
    private readonly List<TrajectorySnapshot> _snapshots = [];
    private int _iteration;
    private double _error;

    public DynamicsTask(OdeBlock model, ObservedTrajectory data, ObservationWindows windows, Func<Tensor, Tensor, Tensor> loss, int[] snapshotAt)
    {
        (_model, _data, _windows, _snapshotAt) = (model, data, windows, snapshotAt);
        _trainer = new TrajectoryTrainer<float>(model, [windows.Starts.Length, data.Initial.Length], loss);
        _whole = model.Compile<float>([1, data.Initial.Length]);
        _memory = _whole.Rent();
    }

    public Module Model => _model;

    /// <summary>The trajectory at some moments of training.</summary>
    public IReadOnlyList<TrajectorySnapshot> Snapshots => _snapshots;

    /// <summary>Evaluations of the field in all training steps, forward.</summary>
    public long Evaluated { get; private set; }

    /// <summary>The error of the last model against the exact trajectory.</summary>
    public double LastError { get; private set; }

    /// <summary>The states of the whole trajectory by the last solve.</summary>
    public double[] States => Array.ConvertAll(_memory.States.ToArray(), static x => (double)x);

    public double Step(TrainingPosition position)
    {
        _windows.Draw();
        double loss = _trainer.Step(_windows.Initial, _windows.Times, _windows.Observed);
        Evaluated += _trainer.ForwardStatistics.Evaluations;
        return loss;
    }

    public double? Validate(TrainingPosition position, CancellationToken cancellationToken)
    {
        _iteration = position.Iteration;
        _error = Solve() ? ObservedTrajectory.Rms(_memory.States, _data.Observations) : double.PositiveInfinity;
        if (_iteration == 0 || _snapshotAt.AsSpan().Contains(_iteration))
        {
            TakeSnapshot();
        }

        return _error;
    }

    public void End(TrainingOutcome outcome)
    {
        if (outcome != TrainingOutcome.Completed)
        {
            // The validation of a stopped run has just solved it.
            TakeSnapshot();
        }

        LastError = ExactError();
    }

    /// <summary>Solves the whole trajectory with the model as it is, and compares it with the exact one.</summary>
    public double ExactError() => Solve() ? ObservedTrajectory.Rms(States, _data.Exact) : double.PositiveInfinity;

    private void TakeSnapshot()
    {
        if (_snapshots.Count == 0 || _snapshots[^1].Iteration != _iteration)
        {
            _snapshots.Add(new TrajectorySnapshot(_iteration, States, _error));
        }
    }

    private bool Solve() => _whole.Forward(_memory, _data.Initial, _data.Times, forGradient: false).IsSuccess;
}
