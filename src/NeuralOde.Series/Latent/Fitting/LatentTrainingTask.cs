namespace NeuralOde.Series.Latent.Fitting;

/// <summary>A <see cref="LatentTask"/> as a training run takes it: the tape's scope, the noise of the draws, and the divergence's weight over training.</summary>
internal sealed class LatentTrainingTask(LatentTask task, LatentTrainingOptions options) : ITrainingTask
{
    private const string PositionName = "position";

    private readonly RandomSource _noise = new RandomSource(options.Seed).Split();

    public Module Model => task.Model;

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("batches", task.Random), ("noise", _noise)];

    public double Step(TrainingPosition position)
    {
        double done = position.Done;
        double weight = options.DivergenceWeight * (done < options.DivergenceWarmUp ? done / options.DivergenceWarmUp : 1);
        using var scope = TensorScope.Begin();
        Tensor loss = task.Loss(_noise, weight);
        loss.Backward();
        return loss.ToScalar();
    }

    public double? Validate(TrainingPosition position, CancellationToken cancellationToken) => task.Validate();

    public IReadOnlyList<SafeTensor> SaveState()
    {
        IReadOnlyList<long> position = task.Position;
        return [SafeTensor.Create<long>(PositionName, [.. position], [position.Count])];
    }

    public void LoadState(SafeTensorsFile state, TrainingPosition position) => task.Position = state[PositionName].ToArray<long>();
}
