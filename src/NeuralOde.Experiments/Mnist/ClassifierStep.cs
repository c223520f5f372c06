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
    public ImageTrainingStep Run(ImageBatch batch)
    {
        using var scope = TensorScope.Begin();
        using var meter = SolveMeter.Start();
        Tensor logits = _classifier.Forward(batch.ToTensor());
        CheckLogits(logits, batch.Count, _classes);
        Tensor loss = Loss.CrossEntropy(logits, batch.Labels);
        loss.Backward();
        int[] predicted = Classification.Predict(logits);
        int correct = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            correct += predicted[i] == batch.Labels[i] ? 1 : 0;
        }

        return new ImageTrainingStep(loss.ToScalar(), correct, batch.Count, meter.Forward.Evaluations, meter.Backward.Evaluations + meter.Backward.VectorJacobianProducts);
    }

    public static void CheckLogits(Tensor logits, int count, int classes) => ArgumentException.ThrowIf(
        logits.Shape != new Shape([count, classes]) || logits.DType != DType.Float32,
        $"A classifier of {count} images into {classes} classes returns float32 logits of shape [{count}, {classes}]; "
            + $"this one returned {logits.DType.Name()} {logits.Shape}.");
}
