using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.MicroBatches;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.MicroBatches;

/// <summary>Batches of random samples of a function, learned by a network that normalizes over the batch, also inside of the field that it solves.</summary>
internal sealed class NormalizedRegression : IReplicableTask
{
    private readonly RandomSource _random = new(3);
    private readonly Sequential _network;
    private readonly int _samples;
    private readonly DType _dtype;
    private Tensor? _x;

    public NormalizedRegression(int samples, DType dtype, GradientMethod? gradient = null, StepSizeControl? steps = null)
    {
        var random = new RandomSource(1);
        (_samples, _dtype) = (samples, dtype);
        Sequential field = new(
            new BatchNorm(5, dtype: dtype), new Linear(5, 5, random: random, dtype: dtype), new ActivationLayer(Activation.Tanh), new BatchNorm(5, dtype: dtype));
        var block = new OdeBlock(field.AsField())
        {
            Solver = steps is AdaptiveSteps ? new Dopri5() : new RungeKutta4(),
            Steps = steps ?? FixedSteps.PerInterval(2),
            GradientMethod = gradient ?? GradientMethod.Direct,
        };
        _network = new Sequential(
            new Linear(3, 5, random: random, dtype: dtype), new BatchNorm(5, dtype: dtype), new ActivationLayer(Activation.Tanh), new OdeLayer(block),
            new Linear(5, 2, random: random, dtype: dtype));
    }

    public Func<MicroBatch, bool> Fails { get; set; } = static _ => false;

    public Func<MicroBatch, bool> ComputesTwice { get; set; } = static _ => false;

    public Module Model => _network;

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("samples", _random)];

    /// <summary>All parameters and buffers, as numbers that tell bits apart.</summary>
    public double[] State => [.. Model.Parameters.Concat(Model.NamedBuffers().Select(static x => x.Buffer)).SelectMany(static x => x.ToDoubles())];

    public TrainingRun Make(TrainingOptions options) => new(this, new Adam(Model.Parameters, 0.02), options);

    public int Draw(TrainingPosition position)
    {
        _x = _random.Normal([_samples, 3], dtype: _dtype);
        return _samples;
    }

    public MicroBatchResult Step(TrainingPosition position, MicroBatch samples, Module model)
    {
        if (Fails(samples))
        {
            throw new OdeSolveException(default);
        }

        Tensor x = _x!.Slice(0, samples.Start, samples.Count);
        Tensor loss = (((Sequential)model).Forward(x) - x.Slice(1, 1, 2).Square()).Square().Mean();
        loss.Backward();
        if (ComputesTwice(samples))
        {
            loss = ((Sequential)model).Forward(x).Mean();
        }

        return new(loss.ToScalar());
    }
}
