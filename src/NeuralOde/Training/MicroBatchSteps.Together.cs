using NeuralOde.MicroBatches;

namespace NeuralOde.Training;

/// <content>Micro-batches that wait for one another, so that statistics can be those of the whole batch.</content>
internal sealed partial class MicroBatchSteps
{
    private readonly IReplicableTask? _replicable;
    private readonly Dictionary<int, (float[]? Single, double[]? Double)> _computed = [];
    private ModelReplicas? _replicas;

    /// <summary>Ends the threads of micro-batches that wait for one another.</summary>
    public void Dispose() => _replicas?.Dispose();

    /// <summary>Computes the micro-batches of this process, each with a copy of the model.</summary>
    /// <exception cref="TrainingException">They did not compute the same operations.</exception>
    private void ComputeTogether(IReplicableTask task, TrainingPosition position, int samples)
    {
        _replicas ??= new ModelReplicas(task.Model, _microBatches, _communicator);
        _computed.Clear();
        LockStepOutcome outcome = _replicas.Run(samples, i =>
        {
            var part = MicroBatch.Of(i, _microBatches, samples);
            ModelReplicas.Replica replica = _replicas[i];

            // A check computes more than the gradient: all micro-batches of a step are checked, or none.
            if (!TryStep(position.Iteration, i, () => task.Step(position, part, replica.Model)))
            {
                return false;
            }

            for (int p = 0; p < _parameters.Length; p++)
            {
                _hasGradient[p] |= replica.Parameters[p].HasGradient;
            }

            double share = (double)part.Count / samples;
            _computed[i] = (_single?.Take(share, replica.Parameters, replica.Buffers), _double?.Take(share, replica.Parameters, replica.Buffers));
            return true;
        });

        if (outcome == LockStepOutcome.Apart)
        {
            throw new TrainingException(
                TrainingFailureReason.MicroBatchesApart,
                $"The statistics of the whole batch were asked for, but at iteration {position.Iteration} its micro-batches did not compute the same operations.",
                "Let what a model computes depend on the shape of a batch alone, or take statistics of each micro-batch.");
        }

        // One that failed in another process is told of when all share what they have.
        if (outcome == LockStepOutcome.Failed)
        {
            foreach (int i in Enumerable.Range(0, _microBatches).Where(x => !_computed.ContainsKey(x)))
            {
                _computed[i] = (_single?.Zeros(), _double?.Zeros());
            }
        }
    }
}
