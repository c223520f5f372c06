using NeuralOde.Experiments.Images;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;

namespace NeuralOde.Experiments.Mnist;

/// <summary>How a classifier of images is trained.</summary>
public sealed record ImageTrainingOptions
{
    /// <summary>How many times all images are seen.</summary>
    /// <value>At least 1; default 5.</value>
    public int Epochs { get; init; } = 5;

    /// <summary>Adam's learning rate, at the start of the schedule.</summary>
    /// <value>Above 0; default 0.001.</value>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>How the learning rate changes, step by step over the whole training.</summary>
    /// <value>Default constant.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>A bound on the gradient's norm: longer gradients are scaled down to it.</summary>
    /// <value>Above 0; default null, none.</value>
    public double? GradientNormBound { get; init; }

    /// <summary>How images are put into batches.</summary>
    /// <value>Default: batches of 32, shuffled.</value>
    public ImageBatchOptions Batches { get; init; } = new();

    /// <summary>Images in a batch while accuracy is measured.</summary>
    /// <value>At least 1; default 100.</value>
    public int EvaluationBatchSize { get; init; } = 100;

    /// <summary>The file in which the run is kept, so that it can be resumed.</summary>
    /// <value>Default null, none.</value>
    public string? CheckpointPath { get; init; }

    /// <summary>Training steps between two writings of the checkpoint; it is also written at the end of each epoch and when training is stopped.</summary>
    /// <value>At least 1; default 500.</value>
    public int CheckpointInterval { get; init; } = 500;

    /// <summary>
    /// What a checkpoint is resumed with only if it is the same, beside what the trainer adds itself (learning rate, schedule, bound, batches, numbers of
    /// images): the model and its settings.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EvaluationBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointInterval, 1);
        Require(LearningRate, "A learning rate is a finite number above 0.");
        if (GradientNormBound is { } bound)
        {
            Require(bound, "The bound on the gradient's norm is a finite number above 0.");
        }

        static void Require(double value, string rule)
        {
            if (!(value > 0) || !double.IsFinite(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, rule);
            }
        }
    }
}
