namespace NeuralOde.Experiments.Mnist;

/// <summary>Reports the training of a classifier in epochs and images.</summary>
internal sealed class ImageProgress(ImageTask task, IProgress<ImageTrainingProgress> progress) : IProgress<TrainingProgress>
{
    // What the loss, the accuracy and the speed are taken over.
    private const int RecentSteps = 100;

    private readonly Queue<(int Step, TimeSpan Time)> _recent = new();
    private int _epochs = task.History.Epochs.Count;

    public void Report(TrainingProgress value)
    {
        IReadOnlyList<ImageTrainingStep> steps = task.History.Steps;
        if (steps.Count < value.Iteration)
        {
            // The step failed.
            return;
        }

        bool isEpochEnd = task.History.Epochs.Count > _epochs;
        _epochs = task.History.Epochs.Count;
        if (!isEpochEnd)
        {
            _recent.Enqueue((value.Iteration, value.StepTime));
            if (_recent.Count > RecentSteps)
            {
                _recent.Dequeue();
            }
        }

        double loss = 0, correct = 0, images = 0;
        for (int i = Math.Max(0, steps.Count - RecentSteps); i < steps.Count; i++)
        {
            loss += steps[i].Loss * steps[i].Images;
            correct += steps[i].Correct;
            images += steps[i].Images;
        }

        ImageTrainingStep last = steps[^1];
        (int first, TimeSpan since) = _recent.Count > 1 ? _recent.Peek() : (0, TimeSpan.Zero);
        double perStep = (value.StepTime - since).TotalSeconds / Math.Max(1, value.Iteration - first);
        progress.Report(new ImageTrainingProgress(
            isEpochEnd ? _epochs : _epochs + 1,
            value.Iterations / task.EpochSteps,
            value.Iteration,
            value.Iterations,
            loss / images,
            correct / images,
            perStep > 0 ? last.Images / perStep : 0,
            last.ForwardEvaluations,
            last.BackwardEvaluations,
            _epochs > 0 ? task.History.Epochs[^1].MeasuredAccuracy : double.NaN,
            isEpochEnd,
            value.Elapsed,
            TimeSpan.FromSeconds((value.Iterations - value.Iteration) * perStep)));
    }
}
