using NeuralOde.MicroBatches;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>A <see cref="LatentTask"/> as a training run takes it: the tape's scope, the noise of the draws, and the divergence's weight over training.</summary>
internal sealed class LatentTrainingTask(LatentTask task, LatentTrainingOptions options) : IMicroBatchTask
{
    private const string PositionName = "position";

    private readonly RandomSource _noise = new RandomSource(options.Seed).Split();
    private Tensor? _drawn;

    public Module Model => task.Model;

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("batches", task.Random), ("noise", _noise)];

    public int Draw(TrainingPosition position)
    {
        int count = task.Draw();
        _drawn = _noise.Normal([count, task.LatentCount], dtype: task.Model.Parameters[0].DType);
        return count;
    }

    public MicroBatchResult Step(TrainingPosition position, MicroBatch samples)
    {
        double done = position.Done;
        double weight = options.DivergenceWeight * (done < options.DivergenceWarmUp ? done / options.DivergenceWarmUp : 1);
        using var scope = TensorScope.Begin();
        Tensor loss = task.Loss(samples, _drawn!.Slice(0, samples.Start, samples.Count), weight);
        loss.Backward();
        return new(loss.ToScalar());
    }

    public double? Validate(TrainingPosition position, CancellationToken cancellationToken) => task.Validate();

    public IReadOnlyList<SafeTensor> SaveState()
    {
        IReadOnlyList<long> position = task.Position;
        return [SafeTensor.Create<long>(PositionName, [.. position], [position.Count])];
    }

    public void LoadState(SafeTensorsFile state, TrainingPosition position) => task.Position = state[PositionName].ToArray<long>();
}
