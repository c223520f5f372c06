using NeuralOde.Layers;
using NeuralOde.MicroBatches;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.MicroBatches;

/// <summary>
/// Batches of random samples of a function, learned by a small network; where there are enough samples, with a normalization whose running statistics are
/// buffers.
/// </summary>
internal sealed class Regression : IMicroBatchTask
{
    private readonly RandomSource _random = new(3);
    private readonly Sequential _network;
    private readonly int _samples;
    private readonly DType _dtype;
    private Tensor? _x;

    public Regression(int samples, DType dtype = DType.Float32)
    {
        var random = new RandomSource(1);
        (_samples, _dtype) = (samples, dtype);

        // Batch normalization takes two samples of every micro-batch.
        Layer norm = samples >= 10 ? new BatchNorm(7, dtype: dtype) : new GroupNorm(1, 7, dtype: dtype);
        _network = new Sequential(
            new Linear(3, 7, random: random, dtype: dtype), norm, new ActivationLayer(Activation.Tanh), new Linear(7, 2, random: random, dtype: dtype));
    }

    public Func<int, MicroBatch, bool> Fails { get; set; } = static (_, _) => false;

    public List<(double Loss, int Parts)> Recorded { get; } = [];

    public int Steps { get; private set; }

    public Module Model => _network;

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("samples", _random)];

    public int MeasureCount => 1;

    /// <summary>All parameters and buffers, as numbers that tell bits apart.</summary>
    public double[] State => [.. Model.Parameters.Concat(Model.NamedBuffers().Select(static x => x.Buffer)).SelectMany(static x => x.ToDoubles())];

    public TrainingRun Make(TrainingOptions options) => new(this, new Adam(Model.Parameters, 0.02), options);

    public int Draw(TrainingPosition position)
    {
        _x = _random.Normal([_samples, 3], dtype: _dtype);
        return _samples;
    }

    public MicroBatchResult Step(TrainingPosition position, MicroBatch samples)
    {
        Steps++;
        if (Fails(position.Iteration, samples))
        {
            throw new OdeSolveException(default);
        }

        Tensor x = _x!.Slice(0, samples.Start, samples.Count);
        Tensor loss = (_network.Forward(x) - x.Slice(1, 1, 2).Square()).Square().Mean();
        loss.Backward();
        return new(loss.ToScalar(), samples.Start);
    }

    public void Record(TrainingPosition position, double loss, IReadOnlyList<(MicroBatch Samples, MicroBatchResult Result)> parts)
    {
        Assert.All(parts, static x => Assert.Equal(x.Samples.Start, x.Result.Measures[0]));
        Recorded.Add((loss, parts.Count));
    }

    public IReadOnlyList<SafeTensor> SaveState() => [];
}
