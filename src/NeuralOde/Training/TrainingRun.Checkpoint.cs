namespace NeuralOde.Training;

/// <content>Saving a run and resuming it.</content>
public sealed partial class TrainingRun
{
    private const string Prefix = "training.";
    private const string LossesName = Prefix + "losses";
    private const string ValidationsName = Prefix + "validations";
    private const string CountsName = Prefix + "counts";
    private const string NumbersName = Prefix + "numbers";
    private const string BestPrefix = Prefix + "best.";

    private readonly TrainingCheckpoint _checkpoint;

    /// <summary>Resumes a run from its checkpoint, before this one has begun.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">
    /// The checkpoint is of other settings or of another model, and the message says what differs; or its record of the run is damaged.
    /// </exception>
    /// <exception cref="ModelFileException">The file is not a checkpoint.</exception>
    /// <exception cref="SafeTensorsException">The file is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidOperationException">This run has begun.</exception>
    public void Resume(string path)
    {
        InvalidOperationException.ThrowIf(_hasRun || Iteration > 0, "This run has begun. Make a new one to resume another.");
        SafeTensorsFile run = _checkpoint.Restore(path);
        try
        {
            double[] losses = run[LossesName].ToArray<double>();
            double[] validations = run[ValidationsName].ToArray<double>();
            long[] counts = run[CountsName].ToArray<long>();
            double[] numbers = run[NumbersName].ToArray<double>();
            if (counts is not [var validatedAt, var failures, var inARow, var backOffs, var sinceBest, var isSelected, var bestIteration]
                || numbers is not [var bestError, var leastLoss, var seconds, var stepSeconds] || validations.Length % 2 != 0)
            {
                throw new CheckpointException(path, CheckpointReason.Damaged, "its record of the run is damaged.", "Start a new run.");
            }

            _task.LoadState(run, new TrainingPosition(losses.Length, _options.Iterations, TimeSpan.FromSeconds(stepSeconds)));
            Best.Load(run, BestPrefix, isSelected != 0, bestError, (int)bestIteration);
            _losses.AddRange(losses);
            _validations.AddRange(validations.Chunk(2).Select(static x => ((int)x[0], x[1])));
            (_validatedAt, _failures, _failuresInARow, _backOffs, _validationsSinceBest) = ((int)validatedAt, (int)failures, (int)inARow, (int)backOffs, (int)sinceBest);
            (_leastLoss, _timeBefore, _stepTime) = (leastLoss, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(stepSeconds));
            _isSaved = path == _options.Checkpointing?.Path;
        }
        catch (SafeTensorsException e)
        {
            throw new CheckpointException(path, e);
        }
    }

    /// <summary>Saves the run where a checkpoint is due after an iteration; the end has one of its own.</summary>
    private void SaveAfter(bool hasValidated)
    {
        if (_options.Checkpointing is { } plan
            && ((Iteration % plan.Interval == 0 && Iteration > 0 && Iteration < _options.Iterations) || (hasValidated && plan.AfterValidation)))
        {
            Save();
        }
    }

    private void Save()
    {
        if (_options.Checkpointing is not { } plan || _isSaved)
        {
            return;
        }

        _microBatches?.CheckAgreement(Iteration);
        _isSaved = true;
        if (_microBatches is { IsFirst: false })
        {
            return;
        }

        _checkpoint.Save(
            plan.Path,
            [
                SafeTensor.Create<double>(LossesName, [.. _losses], [_losses.Count]),
                SafeTensor.Create<double>(ValidationsName, [.. _validations.SelectMany(static x => (double[])[x.Iteration, x.Error])], [_validations.Count, 2]),
                SafeTensor.Create<long>(CountsName, [_validatedAt, _failures, _failuresInARow, _backOffs, _validationsSinceBest, Best.IsSelected ? 1 : 0, Best.Iteration], [7]),
                SafeTensor.Create<double>(NumbersName, [Best.Error, _leastLoss, Elapsed.TotalSeconds, _stepTime.TotalSeconds], [4]),
                .. Best.Save(BestPrefix),
                .. _task.SaveState(),
            ]);
    }
}
