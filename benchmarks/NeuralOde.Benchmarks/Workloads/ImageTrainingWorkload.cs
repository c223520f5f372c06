using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A training step, or an evaluation, of a classifier on 32 random images of 28x28 pixels, on which the time does not depend. The published settings.</summary>
internal sealed class ImageTrainingWorkload
{
    public const int Images = 32;
    private readonly ImageBatches _batches;
    private readonly Layer _network;
    private readonly ClassifierStep _step;
    private readonly Adam _optimizer;
    private ImageTrainingStep _last;

    public ImageTrainingWorkload(MnistModelOptions options)
    {
        IReadOnlyList<string> classes = ImageCollection.Mnist.ClassNames;
        float[] uniform = new RandomSource(8).Uniform([Images * 28 * 28], 0, 255).ToArray<float>();
        _batches = new ImageBatches(
            new ImageDataset(Array.ConvertAll(uniform, static x => (byte)x), [.. Enumerable.Range(0, Images).Select(i => (byte)(i % classes.Count))], 28, 28, classes));
        _network = MnistModels.Create(options, new RandomSource(9));
        _step = new ClassifierStep(_network, classes.Count);
        _optimizer = new Adam(_network.Parameters);
    }

    /// <summary>Evaluations of the field in the last step's solve.</summary>
    public long ForwardEvaluations => _last.ForwardEvaluations;

    /// <summary>The same for the gradient, vector-Jacobian products included.</summary>
    public long BackwardEvaluations => _last.BackwardEvaluations;

    public void Train(int repetitions)
    {
        _network.SwitchToTraining();
        for (int i = 0; i < repetitions; i++)
        {
            _last = _step.Run(_batches.Get(0, 0));
            _optimizer.Step();
        }
    }

    public void Evaluate(int repetitions)
    {
        _network.SwitchToEvaluation();
        using IDisposable mode = GradientMode.Disable();
        for (int i = 0; i < repetitions; i++)
        {
            using var scope = TensorScope.Begin();
            _network.Forward(_batches.Get(0, 0).ToTensor());
        }
    }
}
