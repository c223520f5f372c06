using NeuralOde.MicroBatches;

namespace NeuralOde.Experiments.Mnist;

/// <summary>One training step of a classifier, up to the gradients: forward, cross entropy, backward.</summary>
internal sealed class ClassifierStep
{
    private readonly Layer _classifier;
    private readonly int _classes;

    public ClassifierStep(Layer classifier, int classes)
    {
        _classifier = classifier;
        _classes = classes;
    }

    /// <summary>Adds a batch's gradients to the parameters'.</summary>
    public ImageTrainingStep Run(ImageBatch batch) => Run(batch, new MicroBatch(0, batch.Count));

    /// <summary>Adds the gradients of the mean loss over a part of a batch to the parameters'.</summary>
    public ImageTrainingStep Run(ImageBatch batch, MicroBatch samples)
    {
        using var scope = TensorScope.Begin();
        using var meter = SolveMeter.Start();
        Tensor logits = _classifier.Forward(batch.ToTensor(samples));
        CheckLogits(logits, samples.Count, _classes);
        ReadOnlySpan<int> labels = batch.Labels.Slice(samples.Start, samples.Count);
        Tensor loss = Loss.CrossEntropy(logits, labels);
        loss.Backward();
        int[] predicted = Classification.Predict(logits);
        int correct = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            correct += predicted[i] == labels[i] ? 1 : 0;
        }

        return new ImageTrainingStep(loss.ToScalar(), correct, samples.Count, meter.Forward.Evaluations, meter.Backward.Evaluations + meter.Backward.VectorJacobianProducts);
    }

    public static void CheckLogits(Tensor logits, int count, int classes) => ArgumentException.ThrowIf(
        logits.Shape != new Shape([count, classes]) || logits.DType != DType.Float32,
        $"A classifier of {count} images into {classes} classes returns float32 logits of shape [{count}, {classes}]; "
            + $"this one returned {logits.DType.Name()} {logits.Shape}.");
}
