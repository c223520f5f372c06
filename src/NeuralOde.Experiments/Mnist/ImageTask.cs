namespace NeuralOde.Experiments.Mnist;

/// <summary>Cross entropy of images, epoch after epoch; each epoch ends with a measurement on images apart.</summary>
internal sealed class ImageTask(Layer classifier, ImageBatches batches, int classes, ImageDataset? measured, ImageTrainingOptions options) : ITrainingTask
{
    private readonly ClassifierStep _step = new(classifier, classes);

    public Module Model => classifier;

    /// <summary>What was recorded so far.</summary>
    public ImageTrainingHistory History { get; private set; } = new();

    /// <summary>Steps an epoch.</summary>
    public int EpochSteps => batches.Count;

    public double Step(TrainingPosition position)
    {
        ImageTrainingStep step = _step.Run(batches.Get(position.Iteration / batches.Count, position.Iteration % batches.Count));
        if (double.IsFinite(step.Loss))
        {
            History.Add(step);
        }

        return step.Loss;
    }

    /// <summary>Measures, and closes the epoch.</summary>
    public double? Validate(TrainingPosition position, CancellationToken cancellationToken)
    {
        double loss = double.NaN, accuracy = double.NaN;
        try
        {
            if (measured is not null)
            {
                var measure = ClassifierEvaluation.Of(classifier, measured, options.Batches.Scale, options.EvaluationBatchSize, cancellationToken);
                (loss, accuracy) = (measure.Loss, measure.Accuracy);
            }
        }
        catch (OdeSolveException)
        {
            loss = double.PositiveInfinity;
        }

        // The time of this epoch's steps is what the earlier epochs did not take.
        History.Close(position.Iteration - batches.Count, loss, accuracy, position.StepTime - TimeSpan.FromTicks(History.Epochs.Sum(static x => x.TrainingTime.Ticks)));
        return measured is null ? null : loss;
    }

    public IReadOnlyList<SafeTensor> SaveState() => [.. History.ToTensors()];

    public void LoadState(SafeTensorsFile state, TrainingPosition position)
    {
        var history = ImageTrainingHistory.From(state);

        // At the end of an epoch, the measurement may be still to come.
        int epochs = position.Iteration / batches.Count;
        bool isMeasured = history.Epochs.Count == epochs, isToBeMeasured = history.Epochs.Count == epochs - 1 && position.Iteration % batches.Count == 0;
        if (history.Steps.Count != position.Iteration || !(isMeasured || isToBeMeasured))
        {
            throw new SafeTensorsException(state.Name, SafeTensorsReason.WrongValue, "its position and its record do not fit together. The file is damaged.");
        }

        History = history;
    }
}
