using System.Diagnostics;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>
/// Maximises the evidence lower bound of a <see cref="LatentSeriesModel"/> with Adam, keeps the model that validates best, and can be stopped at any moment and resumed
/// with the same bits. One instance is one run.
/// </summary>
/// <remarks>
/// The loss is the negative bound divided by the number of steps of the batch's longest series. A training step whose solve fails, or whose numbers are not
/// finite, is skipped; too many in a row end training.
/// </remarks>
public sealed class LatentTrainer
{
    private const int MostFailuresInARow = 20;
    private const string BestPrefix = "best.";
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromMilliseconds(50);

    private readonly LatentTask _task;
    private readonly LatentTrainingOptions _options;
    private readonly Adam _optimizer;
    private readonly RandomSource _noise;
    private readonly TrainingCheckpoint _checkpoint;
    private readonly List<double> _losses = [];
    private readonly List<(int Iteration, double Error)> _validations = [];
    private double[][] _best;
    private double _bestError = double.PositiveInfinity;
    private int _bestIteration;
    private int _failures;
    private int _failuresInARow;
    private string? _failure;
    private double _secondsBefore;
    private bool _hasRun;

    /// <summary>Prepares a run.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batches">Where batches come from.</param>
    /// <param name="validate">The error of a model on series that it is not trained on, by which the best is kept.</param>
    /// <param name="options">The settings; the defaults where null.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public LatentTrainer(LatentSeriesModel model, SeriesBatchSource batches, Func<LatentSeriesModel, double> validate, LatentTrainingOptions? options = null)
        : this(new EvidenceTask(model, batches, validate), options ?? new LatentTrainingOptions())
    {
    }

    /// <summary>Prepares a run of any task.</summary>
    internal LatentTrainer(LatentTask task, LatentTrainingOptions options)
    {
        options.Check();
        (_task, _options) = (task, options);
        _optimizer = new Adam(task.Model.Parameters, options.LearningRate);
        _noise = new RandomSource(options.Seed).Split();
        _checkpoint = new TrainingCheckpoint(task.Model, _optimizer, options.AllSettings(), ("batches", task.Random), ("noise", _noise));
        _best = Values();
    }

    private int Iteration => _losses.Count;

    /// <summary>Takes up a run that was kept in a checkpoint, before this one has begun.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is no checkpoint, or one of other settings; the message says what differs.</exception>
    /// <exception cref="SafeTensorsException">The file is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidOperationException">This run has begun.</exception>
    public void Resume(string path)
    {
        if (_hasRun || Iteration > 0)
        {
            throw new InvalidOperationException("This run has begun. Make a new trainer to resume another.");
        }

        SafeTensorsFile run = _checkpoint.Restore(path);
        try
        {
            double[] losses = run["losses"].ToArray<double>();
            double[] validations = run["validations"].ToArray<double>();
            long[] counts = run["counts"].ToArray<long>();
            double[] numbers = run["numbers"].ToArray<double>();
            double[][] best = [.. _best.Select((x, i) => run[BestName(i)].ToArray<double>() is var values && values.Length == x.Length ? values : throw new CheckpointException(path, CheckpointReason.OtherModel, $"'{BestName(i)}' holds {values.Length} numbers instead of {x.Length}."))];
            if (counts is not [var bestIteration, var failures, var failuresInARow] || numbers is not [var bestError, var seconds] || validations.Length % 2 != 0)
            {
                throw new CheckpointException(path, CheckpointReason.Damaged, "its record is damaged.");
            }

            _task.Position = run["position"].ToArray<long>();
            _losses.AddRange(losses);
            _validations.AddRange(validations.Chunk(2).Select(static x => ((int)x[0], x[1])));
            (_bestIteration, _failures, _failuresInARow) = ((int)bestIteration, (int)failures, (int)failuresInARow);
            (_bestError, _secondsBefore, _best) = (bestError, seconds, best);
        }
        catch (SafeTensorsException e)
        {
            throw new CheckpointException(path, e);
        }
    }

    /// <summary>Trains. The model holds the best parameters afterwards.</summary>
    /// <param name="progress">Told about 20 times a second, and at the end.</param>
    /// <param name="cancellationToken">Ends training early, after the step in hand; the checkpoint is then written.</param>
    /// <returns>The result, also where training was stopped or diverged.</returns>
    /// <exception cref="InvalidOperationException">This instance has run already.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written.</exception>
    public LatentTrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (_hasRun)
        {
            throw new InvalidOperationException("A trainer runs once. Make a new one, and resume from the checkpoint to go on.");
        }

        _hasRun = true;
        var clock = Stopwatch.StartNew();
        TimeSpan nextReport = TimeSpan.Zero;
        int first = Iteration;
        TrainingOutcome outcome = TrainingOutcome.Completed;
        while (Iteration < _options.Iterations && !HasStalled)
        {
            if (cancellationToken.IsCancellationRequested || _failuresInARow >= MostFailuresInARow)
            {
                outcome = cancellationToken.IsCancellationRequested ? TrainingOutcome.Cancelled : TrainingOutcome.Diverged;
                break;
            }

            _losses.Add(Step());
            if (Iteration % _options.ValidationInterval == 0 || Iteration == _options.Iterations)
            {
                Validate();
            }

            if (Iteration % _options.CheckpointInterval == 0 && Iteration < _options.Iterations)
            {
                Keep(clock);
            }

            if (clock.Elapsed >= nextReport || Iteration == _options.Iterations)
            {
                nextReport = clock.Elapsed + s_reportInterval;
                progress?.Report(new TrainingProgress(Iteration, _options.Iterations, _losses[^1], _bestError, (Iteration - first) / clock.Elapsed.TotalSeconds, Elapsed(clock)));
            }
        }

        if (outcome != TrainingOutcome.Diverged)
        {
            // What diverged stays as it was while it was good.
            Keep(clock);
        }

        Restore();
        return new LatentTrainingResult(
            outcome, outcome == TrainingOutcome.Completed && Iteration < _options.Iterations, _losses, _validations, _bestIteration, _bestError, _failures, outcome == TrainingOutcome.Diverged ? _failure : null, Elapsed(clock));
    }

    private bool HasStalled => _options.Patience is int patience && Iteration - _bestIteration >= (long)patience * _options.ValidationInterval && _validations.Count >= patience;

    /// <summary>One training step; NaN where it was skipped.</summary>
    private double Step()
    {
        double done = (double)Iteration / _options.Iterations;
        double weight = _options.DivergenceWeight * (done < _options.DivergenceWarmUp ? done / _options.DivergenceWarmUp : 1);
        using TensorScope scope = TensorScope.Begin();
        double value;
        try
        {
            Tensor loss = _task.Loss(_noise, weight);
            loss.Backward();
            value = loss.ToScalar();
        }
        catch (OdeSolveException e)
        {
            return Fail(e.Problem);
        }

        double norm = _options.GradientNormBound is double bound ? _optimizer.ClipGradientNorm(bound) : _optimizer.GradientNorm();
        if (!double.IsFinite(value) || !double.IsFinite(norm))
        {
            return Fail(FormattableString.Invariant($"The loss is {value} and its gradient's norm {norm}: the numbers left the range of their element type."));
        }

        _failuresInARow = 0;
        _optimizer.LearningRate = _options.LearningRate * _options.Schedule.Factor(done);
        _optimizer.Step();
        return value;
    }

    private double Fail(string reason)
    {
        _failures++;
        _failuresInARow++;
        _failure = reason;
        _task.Model.Parameters.ClearGradients();
        return double.NaN;
    }

    private void Validate()
    {
        double error;
        try
        {
            if (_task.Validate() is not { } measured)
            {
                return;
            }

            error = measured;
        }
        catch (OdeSolveException)
        {
            error = double.PositiveInfinity;
        }

        _validations.Add((Iteration, error));
        if (error < _bestError)
        {
            (_bestError, _bestIteration, _best) = (error, Iteration, Values());
        }
    }

    private void Restore()
    {
        if (double.IsPositiveInfinity(_bestError))
        {
            return;
        }

        foreach ((Parameter parameter, double[] values) in _task.Model.Parameters.Zip(_best))
        {
            if (parameter.DType == DType.Float32)
            {
                parameter.SetValues<float>(Array.ConvertAll(values, static x => (float)x));
            }
            else
            {
                parameter.SetValues<double>(values);
            }
        }
    }

    // Doubles hold either element type exactly.
    private double[][] Values() => [.. _task.Model.Parameters.Select(static x => x.ToDoubles())];

    private static string BestName(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{BestPrefix}{index}");

    private TimeSpan Elapsed(Stopwatch clock) => TimeSpan.FromSeconds(_secondsBefore) + clock.Elapsed;

    private void Keep(Stopwatch clock)
    {
        if (_options.CheckpointPath is null)
        {
            return;
        }

        _checkpoint.Save(
            _options.CheckpointPath,
            [
                SafeTensor.Create<double>("losses", [.. _losses], [_losses.Count]),
                SafeTensor.Create<double>("validations", [.. _validations.SelectMany(static x => (double[])[x.Iteration, x.Error])], [_validations.Count, 2]),
                SafeTensor.Create<long>("counts", [_bestIteration, _failures, _failuresInARow], [3]),
                SafeTensor.Create<double>("numbers", [_bestError, Elapsed(clock).TotalSeconds], [2]),
                SafeTensor.Create<long>("position", [.. _task.Position], [_task.Position.Count]),
                .. _best.Select(static (x, i) => SafeTensor.Create<double>(BestName(i), x, [x.Length])),
            ]);
    }
}
