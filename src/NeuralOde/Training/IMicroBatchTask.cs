using NeuralOde.MicroBatches;

namespace NeuralOde.Training;

/// <summary>
/// A task whose loss is a mean over the samples of a batch, so that parts of the batch can be computed apart and by several processes: what a run with
/// <see cref="TrainingOptions.DataParallel"/> takes.
/// </summary>
/// <remarks>
/// Every process draws the whole batch, so that random sources stand alike in all of them, and computes some of its micro-batches. What a micro-batch gives may depend on the
/// model, the batch and the position alone: not on which micro-batches this process computed before.
/// </remarks>
public interface IMicroBatchTask : ITrainingTask
{
    /// <summary>How many numbers <see cref="MicroBatchResult.Measures"/> has.</summary>
    /// <value>Default 0.</value>
    int MeasureCount => 0;

    /// <summary>Draws the next batch.</summary>
    /// <param name="position">The position before this step.</param>
    /// <returns>The number of samples, at least 1.</returns>
    int Draw(TrainingPosition position);

    /// <summary>Computes the mean loss over some samples of the batch that was drawn, and adds its gradients to those of the parameters.</summary>
    /// <param name="position">The position before this step.</param>
    /// <param name="samples">Which samples; the whole batch where it is not divided.</param>
    /// <returns>
    /// The loss, such that the batch's loss is the mean of those of its micro-batches, weighted by their numbers of samples; and further measures to be recorded.
    /// </returns>
    /// <exception cref="OdeSolveException">The solve failed: a failed step.</exception>
    /// <exception cref="Sensitivities.GradientException">The gradient is worthless: a failed step too.</exception>
    MicroBatchResult Step(TrainingPosition position, MicroBatch samples);

    /// <summary>Records a step whose loss is finite, in every process alike.</summary>
    /// <param name="position">The position before this step.</param>
    /// <param name="loss">The batch's loss.</param>
    /// <param name="parts">The micro-batches and what they gave, in order, without empty ones.</param>
    void Record(TrainingPosition position, double loss, IReadOnlyList<(MicroBatch Samples, MicroBatchResult Result)> parts)
    {
    }

    /// <inheritdoc/>
    double ITrainingTask.Step(TrainingPosition position)
    {
        var all = new MicroBatch(0, Draw(position));
        MicroBatchResult result = Step(position, all);
        if (double.IsFinite(result.Loss))
        {
            Record(position, result.Loss, [(all, result)]);
        }

        return result.Loss;
    }
}

/// <summary>A task whose micro-batches can be computed with copies of its model: what <see cref="DataParallel.SynchronizesStatistics"/> takes.</summary>
/// <remarks>The model can be cloned (<see cref="ModuleCloning.Clone"/>).</remarks>
public interface IReplicableTask : IMicroBatchTask
{
    /// <summary>Computes the mean loss over some samples of the batch that was drawn, and adds its gradients to those of the parameters of a model.</summary>
    /// <param name="position">The position before this step.</param>
    /// <param name="samples">Which samples.</param>
    /// <param name="model">The task's model, or a copy of it. A copy has a thread of its own.</param>
    /// <returns>As <see cref="IMicroBatchTask.Step(TrainingPosition, MicroBatch)"/>.</returns>
    MicroBatchResult Step(TrainingPosition position, MicroBatch samples, Module model);

    /// <inheritdoc/>
    MicroBatchResult IMicroBatchTask.Step(TrainingPosition position, MicroBatch samples) => Step(position, samples, Model);
}

/// <summary>What a micro-batch gave.</summary>
/// <param name="Loss">The mean loss over its samples.</param>
/// <param name="Measures">Further numbers to be recorded, such as how many samples were classified right; as many as <see cref="IMicroBatchTask.MeasureCount"/>.</param>
public readonly record struct MicroBatchResult(double Loss, params double[] Measures);
