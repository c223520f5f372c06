using System.Diagnostics;
using System.Globalization;
using NeuralOde.Experiments.Images;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Mnist;

/// <summary>Trains a classifier of images with Adam on cross entropy, epoch after epoch. One instance is one run.</summary>
/// <remarks>
/// The run depends on its settings and seed alone: with the same ones it gives the same bits, for any number of threads, and also when it is stopped at any
/// moment and resumed from its checkpoint.
/// </remarks>
public sealed class ImageClassifierTrainer
{
    // What the progress and its speed are taken over.
    private const int RecentSteps = 100;

    private readonly Layer _classifier;
    private readonly ImageDataset? _measured;
    private readonly ImageTrainingOptions _options;
    private readonly ImageBatches _batches;
    private readonly Adam _optimizer;
    private readonly ClassifierStep _step;
    private readonly TrainingCheckpoint _checkpoint;
    private ImageTrainingHistory _history = new();
    private int _epoch;
    private int _batch;
    private double _secondsBefore;
    private double _epochSeconds;
    private bool _hasRun;

    /// <summary>Prepares a run.</summary>
    /// <param name="classifier">From images <c>[batch, rows, columns, 1]</c> to logits <c>[batch, classes]</c>, in single precision.</param>
    /// <param name="training">The images to learn from.</param>
    /// <param name="measured">Images to measure on after each epoch; null for none. Nothing is chosen by them.</param>
    /// <param name="options">The settings; the defaults where null.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public ImageClassifierTrainer(Layer classifier, ImageDataset training, ImageDataset? measured = null, ImageTrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(training);
        options ??= new ImageTrainingOptions();
        options.Check();
        _classifier = classifier;
        _measured = measured;
        _options = options;
        _batches = new ImageBatches(training, options.Batches);
        _optimizer = new Adam(classifier.Parameters, options.LearningRate);
        _step = new ClassifierStep(classifier, training.Classes);
        _checkpoint = new TrainingCheckpoint(classifier, _optimizer, [.. options.Settings, .. Fingerprint(options, training, measured)]);
    }

    private long Steps => (long)_options.Epochs * _batches.Count;

    private long StepsDone => ((long)_epoch * _batches.Count) + _batch;

    /// <summary>Takes up a run that was kept in a checkpoint, before this one has begun.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is no checkpoint, or one of other settings; the message names the setting.</exception>
    /// <exception cref="SafeTensorsException">The file is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidOperationException">This run has begun.</exception>
    public void Resume(string path)
    {
        if (_hasRun)
        {
            throw new InvalidOperationException("This run has begun. Make a new trainer to resume another.");
        }

        SafeTensorsFile run = _checkpoint.Restore(path);
        try
        {
            _history = ImageTrainingHistory.From(run);
            long[] position = run["position"].ToArray<long>();
            double[] seconds = run["seconds"].ToArray<double>();
            if (position is not [>= 0 and var epoch, >= 0 and var batch] || epoch > int.MaxValue || batch > _batches.Count || seconds is not [var all, var ofEpoch]
                || _history.Epochs.Count != epoch || _history.Steps.Count != (epoch * _batches.Count) + batch)
            {
                throw new CheckpointException(path, CheckpointReason.Damaged, "its position and its record do not fit together. The file is damaged.");
            }

            (_epoch, _batch, _secondsBefore, _epochSeconds) = ((int)epoch, (int)batch, all, ofEpoch);
        }
        catch (SafeTensorsException e)
        {
            throw new CheckpointException(path, e);
        }
    }

    /// <summary>Trains to the end of the last epoch. The classifier is in training mode afterwards.</summary>
    /// <param name="progress">Told after each step, and at the end of each epoch.</param>
    /// <param name="cancellationToken">Ends training early, after the step in hand; the checkpoint is then written.</param>
    /// <returns>The result, also where training was stopped or given up.</returns>
    /// <exception cref="InvalidOperationException">This instance has run already.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written.</exception>
    public ImageTrainingResult Run(IProgress<ImageTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (_hasRun)
        {
            throw new InvalidOperationException("A trainer runs once. Make a new one, and resume from the checkpoint to go on.");
        }

        _hasRun = true;
        _classifier.Train();
        var clock = Stopwatch.StartNew();
        string? failure = null;
        try
        {
            while (_epoch < _options.Epochs)
            {
                RunEpoch(clock, progress, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Keep(clock);
            return Result(TrainingOutcome.Cancelled);
        }
        catch (NeuralOdeException e) when (e is OdeSolveException or TrainingException)
        {
            // The checkpoint stays where the model was still good.
            failure = e.Problem;
        }

        return Result(failure is null ? TrainingOutcome.Completed : TrainingOutcome.Diverged);

        ImageTrainingResult Result(TrainingOutcome outcome) => new(outcome, _history, TimeSpan.FromSeconds(_secondsBefore + clock.Elapsed.TotalSeconds), failure);
    }

    private void RunEpoch(Stopwatch clock, IProgress<ImageTrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var recentTimes = new Queue<double>();
        while (_batch < _batches.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double before = clock.Elapsed.TotalSeconds;
            _history.Add(Step());
            _batch++;
            double took = clock.Elapsed.TotalSeconds - before;
            _epochSeconds += took;
            recentTimes.Enqueue(took);
            if (recentTimes.Count > RecentSteps)
            {
                recentTimes.Dequeue();
            }

            if (_batch < _batches.Count && StepsDone % _options.CheckpointInterval == 0)
            {
                Keep(clock);
            }

            progress?.Report(Progress(clock, recentTimes, isEpochEnd: false));
        }

        ClassifierEvaluation? measure = _measured is null ? null : ClassifierEvaluation.Of(_classifier, _measured, _options.Batches.Scale, _options.EvaluationBatchSize, cancellationToken);
        _history.Close(_epoch * _batches.Count, measure?.Loss ?? double.NaN, measure?.Accuracy ?? double.NaN, TimeSpan.FromSeconds(_epochSeconds));
        (_epoch, _batch, _epochSeconds) = (_epoch + 1, 0, 0);
        Keep(clock);
        progress?.Report(Progress(clock, recentTimes, isEpochEnd: true));
    }

    private ImageTrainingStep Step()
    {
        _optimizer.LearningRate = _options.LearningRate * _options.Schedule.Factor((double)StepsDone / Steps);
        ImageTrainingStep step = _step.Run(_batches.Get(_epoch, _batch));
        if (!double.IsFinite(step.Loss))
        {
            throw new TrainingException(TrainingReason.LossNotFinite, string.Create(CultureInfo.InvariantCulture, $"The loss of step {StepsDone + 1} is {step.Loss}."), "Try a smaller learning rate.");
        }

        if (_options.GradientNormBound is { } bound)
        {
            _optimizer.ClipGradientNorm(bound);
        }

        _optimizer.Step();
        return step;
    }

    private void Keep(Stopwatch clock)
    {
        if (_options.CheckpointPath is null)
        {
            return;
        }

        // A run that is stopped while it measures stands behind the epoch's last step; it is resumed by measuring.
        _checkpoint.Save(
            _options.CheckpointPath,
            [
                .. _history.ToTensors(),
                SafeTensor.Create<long>("position", [_epoch, _batch], [2]),
                SafeTensor.Create<double>("seconds", [_secondsBefore + clock.Elapsed.TotalSeconds, _epochSeconds], [2]),
            ]);
    }

    private ImageTrainingProgress Progress(Stopwatch clock, Queue<double> recentTimes, bool isEpochEnd)
    {
        IReadOnlyList<ImageTrainingStep> steps = _history.Steps;
        double loss = 0, correct = 0, images = 0;
        for (int i = Math.Max(0, steps.Count - RecentSteps); i < steps.Count; i++)
        {
            loss += steps[i].Loss * steps[i].Images;
            correct += steps[i].Correct;
            images += steps[i].Images;
        }

        ImageTrainingStep last = steps[^1];
        double perStep = recentTimes.Count == 0 ? 0 : recentTimes.Average();
        return new ImageTrainingProgress(
            isEpochEnd ? _epoch : _epoch + 1,
            _options.Epochs,
            StepsDone,
            Steps,
            loss / images,
            correct / images,
            perStep > 0 ? last.Images / perStep : 0,
            last.ForwardEvaluations,
            last.BackwardEvaluations,
            _history.Epochs.Count > 0 ? _history.Epochs[^1].MeasuredAccuracy : double.NaN,
            isEpochEnd,
            TimeSpan.FromSeconds(_secondsBefore + clock.Elapsed.TotalSeconds),
            TimeSpan.FromSeconds((Steps - StepsDone) * perStep));
    }

    private static IEnumerable<(string Name, string Value)> Fingerprint(ImageTrainingOptions options, ImageDataset training, ImageDataset? measured)
    {
        // With a constant rate the steps do not depend on how many will follow, so a run may be made longer.
        if (options.Schedule != LearningRateSchedule.Constant)
        {
            yield return ("epochs", Text(options.Epochs));
        }

        yield return ("learning rate", Text(options.LearningRate));
        yield return ("learning-rate schedule", string.Join(' ', Enumerable.Range(0, 9).Select(i => options.Schedule.Factor(i / 8.0).ToString("0.####", CultureInfo.InvariantCulture))));
        yield return ("gradient norm bound", options.GradientNormBound is { } bound ? Text(bound) : "none");
        yield return ("batch size", Text(options.Batches.BatchSize));
        yield return ("shuffled", options.Batches.IsShuffled ? "yes" : "no");
        yield return ("augmentation shift", Text(options.Batches.MaxShift));
        yield return ("pixel scale", $"{Text(options.Batches.Scale.Mean)}, {Text(options.Batches.Scale.Deviation)}");
        yield return ("seed", Text(options.Batches.Seed));
        yield return ("training images", Images(training));
        yield return ("measured images", measured is null ? "none" : Images(measured));

        static string Images(ImageDataset images) => $"{Text(images.Count)}, sum {Crc32.Of(images.Pixels, images.Labels):x8}";

        static string Text<T>(T value)
            where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
    }
}
