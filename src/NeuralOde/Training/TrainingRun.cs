using System.Diagnostics;
using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>
/// The training loop: steps of a task, each with clipping, the schedule and the optimizer; validation, the best model, what follows failed steps, early
/// stopping, checkpoints, progress and cancellation. One instance is one run.
/// </summary>
/// <remarks>A run that is stopped at any moment and resumed from its checkpoint ends with the same bits as one that was never stopped.</remarks>
/// <example>
/// <code>
/// var optimizer = new Adam(task.Model.Parameters, learningRate: 0.01);
/// TrainingResult result = new TrainingRun(task, optimizer, new TrainingOptions { Iterations = 2_000, Schedule = LearningRateSchedule.Cosine() }).Run();
/// </code>
/// </example>
public sealed partial class TrainingRun
{
    private readonly ITrainingTask _task;
    private readonly Optimizer _optimizer;
    private readonly TrainingOptions _options;
    private readonly double _rate;
    private readonly MicroBatchSteps? _microBatches;
    private readonly Stopwatch _clock = new();
    private readonly List<double> _losses = [];
    private readonly List<(int Iteration, double Error)> _validations = [];
    private TrainingFailure? _failure;
    private GradientWarnings? _gradients;
    private double _leastLoss = double.PositiveInfinity;
    private int _failures;
    private int _failuresInARow;
    private int _backOffs;
    private int _validationsSinceBest;
    private int _validatedAt = -1;
    private int _firstIteration;
    private TimeSpan _timeBefore;
    private TimeSpan _stepTime;
    private TimeSpan _nextReport;
    private bool _isSaved;
    private bool _hasRun;

    /// <summary>Prepares a run.</summary>
    /// <param name="task">What is trained, and by what.</param>
    /// <param name="optimizer">Moves the parameters of the task's model; its learning rate is the full one of the schedule.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the batches of this task cannot be divided as <see cref="TrainingOptions.DataParallel"/> asks.</exception>
    public TrainingRun(ITrainingTask task, Optimizer optimizer, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(optimizer);
        options ??= new TrainingOptions();
        options.Check();
        (_task, _optimizer, _options, _rate) = (task, optimizer, options, optimizer.LearningRate);
        if (options.DataParallel is { } parallel)
        {
            _microBatches = task is IMicroBatchTask divisible
                ? new MicroBatchSteps(divisible, parallel)
                : throw new ArgumentException($"Only an {nameof(IMicroBatchTask)} has batches that can be divided; this task is none.", nameof(options));
        }

        _checkpoint = new TrainingCheckpoint(task.Model, optimizer, options.AllSettings, task.RandomSources);
        Best = new BestModel(task.Model);
    }

    /// <summary>The best model so far.</summary>
    public BestModel Best { get; }

    private int Iteration => _losses.Count;

    private TrainingPosition Position => new(Iteration, _options.Iterations, _stepTime);

    private TimeSpan Elapsed => _timeBefore + _clock.Elapsed;

    private bool HasGivenUp => _backOffs > _options.Failures.BackOffs;

    private bool HasStalled => _options.EarlyStopping is { } stopping && _validationsSinceBest >= stopping.Patience;

    /// <summary>Trains. Afterwards the task's model is in training mode, and is the one that <see cref="TrainingOptions.Selection"/> selects.</summary>
    /// <param name="progress">Told where training stands, no more often than <see cref="TrainingOptions.ProgressInterval"/>, and at the end.</param>
    /// <param name="cancellationToken">Ends training early, after the step in hand; the checkpoint is then written.</param>
    /// <returns>The result, also where training was stopped or diverged.</returns>
    /// <exception cref="InvalidOperationException">This instance has run already.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        InvalidOperationException.ThrowIf(_hasRun, "A run runs once. Make a new one, and resume from the checkpoint to go on.");
        _hasRun = true;
        _task.Model.SwitchToTraining();
        _clock.Start();
        _firstIteration = Iteration;
        using var gradients = GradientWarnings.Start();
        using MicroBatchSteps? microBatches = _microBatches;
        _gradients = gradients;
        TrainingOutcome outcome;
        try
        {
            _microBatches?.CheckAgreement(Iteration);
            _microBatches?.AskToStop(cancellationToken.IsCancellationRequested);
            outcome = Train(progress, cancellationToken);
            _microBatches?.CheckAgreement(Iteration);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = TrainingOutcome.Canceled;
        }

        if (outcome != TrainingOutcome.Completed && _options.Validation.WhenStopped)
        {
            Validate(CancellationToken.None);
        }

        if (outcome != TrainingOutcome.Diverged)
        {
            // The checkpoint of a run that diverged stays where the model was still good.
            Save();
        }

        _clock.Stop();
        _task.End(outcome);
        if (Best.IsSelected)
        {
            Best.Restore();
        }

        return new TrainingResult
        {
            Outcome = outcome,
            StoppedEarly = outcome == TrainingOutcome.Completed && Iteration < _options.Iterations,
            Losses = _losses,
            Validations = _validations,
            BestIteration = Best.IsSelected ? Best.Iteration : Iteration,
            BestError = Best.Error,
            FailedSteps = _failures,
            Failure = outcome == TrainingOutcome.Diverged ? _failure : null,
            Elapsed = Elapsed,
            GradientWarnings = gradients.All,
            GradientError = gradients.MeasuredError,
        };
    }

    private TrainingOutcome Train(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        // Before the first step; or after the last one, where a run was stopped while it validated.
        if (_validatedAt != Iteration && _options.Validation.IsDue(Iteration, _options.Iterations))
        {
            Validate(cancellationToken);
            SaveAfter(hasValidated: true);
            if (Iteration > 0)
            {
                Report(progress, isForced: false);
            }
        }

        while (Iteration < _options.Iterations && !HasStalled)
        {
            // Several processes stop together, after the step before which all have heard of it.
            if (_microBatches is { IsShared: true } shared ? shared.IsStopping : cancellationToken.IsCancellationRequested)
            {
                return TrainingOutcome.Canceled;
            }

            Step(cancellationToken);
            if (HasGivenUp)
            {
                return TrainingOutcome.Diverged;
            }

            bool isLast = Iteration == _options.Iterations, validates = _options.Validation.IsDue(Iteration, _options.Iterations);
            if (validates)
            {
                Report(progress, isForced: false);
                Validate(cancellationToken);
            }

            SaveAfter(validates);
            Report(progress, isForced: isLast);
        }

        return TrainingOutcome.Completed;
    }

    private void Step(CancellationToken cancellationToken)
    {
        TimeSpan start = _clock.Elapsed;
        TrainingPosition position = Position;
        TrainingFailure? failure = null;
        double loss = double.NaN;
        try
        {
            loss = _microBatches?.Run(position, cancellationToken) ?? _task.Step(position);
        }
        catch (NeuralOdeException e) when (e is OdeSolveException or GradientException or RemoteStepException)
        {
            failure = new TrainingFailure(TrainingFailureReason.SolveFailed, Iteration + 1, Cause: e);
        }

        if (failure is null)
        {
            double norm = _options.GradientNormBound is { } bound ? _optimizer.ClipGradientNorm(bound) : _optimizer.GradientNorm();
            failure = !double.IsFinite(loss) ? new TrainingFailure(TrainingFailureReason.LossNotFinite, Iteration + 1, loss)
                : !double.IsFinite(norm) ? new TrainingFailure(TrainingFailureReason.GradientNotFinite, Iteration + 1, loss, norm)
                : null;
        }

        if (failure is null)
        {
            Move(position, loss);
        }
        else
        {
            Fail(failure);
        }

        _losses.Add(failure is null ? loss : double.NaN);
        _isSaved = false;
        _stepTime += _clock.Elapsed - start;
    }

    private void Move(TrainingPosition position, double loss)
    {
        _failuresInARow = 0;
        _leastLoss = Math.Min(_leastLoss, loss);

        // The loss is that of the parameters before they move.
        if (_options.Selection == ModelSelection.Loss && (position.Done < _options.LatestUntil || loss < Best.Error))
        {
            Best.Select(loss, Iteration);
        }

        _optimizer.LearningRate = _rate * _options.Schedule.Factor(position.Done) * Math.Pow(0.5, _backOffs);
        _optimizer.Step();
    }

    private void Fail(TrainingFailure failure)
    {
        _failure = failure;
        _failures++;
        _failuresInARow++;
        _task.Model.Parameters.ClearGradients();
        if (_failuresInARow < _options.Failures.InARow)
        {
            return;
        }

        _failuresInARow = 0;
        _backOffs++;
        if (_options.Failures.BackOffs > 0)
        {
            Best.Restore();
            if (_options.Failures.RestartsOptimizer)
            {
                _optimizer.Restart();
            }
        }
    }

    private void Validate(CancellationToken cancellationToken)
    {
        double? measured;
        using (_task.Model.BeginEvaluation())
        {
            try
            {
                // One process must not leave the others alone in the midst of a validation.
                measured = _task.Validate(Position, _microBatches is { IsShared: true } ? CancellationToken.None : cancellationToken);
            }
            catch (OdeSolveException)
            {
                measured = double.PositiveInfinity;
            }
        }

        measured = _microBatches is null ? measured : _microBatches.OfFirst(measured);

        _validatedAt = Iteration;
        _isSaved = false;
        if (measured is not { } error)
        {
            return;
        }

        _validations.Add((Iteration, error));
        _validationsSinceBest++;
        if (_options.Selection == ModelSelection.Validation && error < Best.Error)
        {
            Best.Select(error, Iteration);
            _validationsSinceBest = 0;
        }
    }

    private void Report(IProgress<TrainingProgress>? progress, bool isForced)
    {
        if (progress is not null && _microBatches is not { IsFirst: false } && (isForced || _clock.Elapsed >= _nextReport))
        {
            TimeSpan now = _clock.Elapsed;
            _nextReport = now + _options.ProgressInterval;
            double best = _options.Selection == ModelSelection.Last ? _leastLoss : Best.Error;
            double speed = (Iteration - _firstIteration) / now.TotalSeconds;
            progress.Report(new TrainingProgress(Iteration, _options.Iterations, _losses[^1], best, speed, Elapsed)
            {
                StepTime = _stepTime,
                GradientWarnings = _gradients is { All.Count: > 0 } gradients ? [.. gradients.All] : [],
            });
        }
    }
}
