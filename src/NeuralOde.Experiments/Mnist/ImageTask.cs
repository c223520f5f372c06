using NeuralOde.MicroBatches;

namespace NeuralOde.Experiments.Mnist;

/// <summary>Cross entropy of images, epoch after epoch; each epoch ends with a measurement on images apart.</summary>
internal sealed class ImageTask(Layer classifier, ImageBatches batches, int classes, ImageDataset? measured, ImageTrainingOptions options) : IReplicableTask
{
    private ImageBatch? _batch;

    public Module Model => classifier;

    /// <summary>What was recorded so far.</summary>
    public ImageTrainingHistory History { get; private set; } = new();

    /// <summary>Steps an epoch.</summary>
    public int EpochSteps => batches.Count;

    /// <summary>Images classified right, and evaluations of the field forward and backward.</summary>
    public int MeasureCount => 3;

    public int Draw(TrainingPosition position) => (_batch = batches.Get(position.Iteration / batches.Count, position.Iteration % batches.Count)).Count;

    public MicroBatchResult Step(TrainingPosition position, MicroBatch samples, Module model)
    {
        ImageTrainingStep step = new ClassifierStep((Layer)model, classes).Run(_batch!, samples);
        return new(step.Loss, step.Correct, step.ForwardEvaluations, step.BackwardEvaluations);
    }

    public void Record(TrainingPosition position, double loss, IReadOnlyList<(MicroBatch Samples, MicroBatchResult Result)> parts)
    {
        int images = parts.Sum(static x => x.Samples.Count);

        // Evaluations of a batch's solve, as they are where it is not divided: the mean over its images.
        long Evaluations(int measure) => (long)Math.Round(parts.Sum(x => x.Result.Measures[measure] * x.Samples.Count) / images);
        History.Add(new ImageTrainingStep(loss, (int)parts.Sum(static x => x.Result.Measures[0]), images, Evaluations(1), Evaluations(2)));
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
