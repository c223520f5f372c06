using System.Diagnostics;

namespace NeuralOde.Experiments.Mnist;

/// <summary>How well a classifier does on images whose classes are known.</summary>
public sealed class ClassifierEvaluation
{
    private ClassifierEvaluation(int count, int classes)
    {
        Predicted = new byte[count];
        Losses = new double[count];
        Confusion = new int[classes, classes];
    }

    /// <summary>The class that is thought most likely, image by image.</summary>
    public byte[] Predicted { get; }

    /// <summary>Minus the logarithm of the probability given to the right class, image by image.</summary>
    public double[] Losses { get; }

    /// <summary>How many images of class <c>[row, …]</c> were taken for class <c>[…, column]</c>.</summary>
    public int[,] Confusion { get; }

    /// <summary>The number of images classified right.</summary>
    public int Correct { get; private set; }

    /// <summary>The share of images classified right, from 0 to 1.</summary>
    public double Accuracy => (double)Correct / Predicted.Length;

    /// <summary>The mean cross entropy.</summary>
    public double Loss { get; private set; }

    /// <summary>Mean evaluations of the field per batch; 0 without an ODE.</summary>
    public double Evaluations { get; private set; }

    /// <summary>The time that it took.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Classifies all images in evaluation mode; the model's mode is afterwards as it was.</summary>
    /// <param name="classifier">From images <c>[batch, rows, columns, 1]</c> to logits <c>[batch, classes]</c>.</param>
    /// <param name="images">The images, at least one.</param>
    /// <param name="scale">How pixels become inputs: as in training.</param>
    /// <param name="batchSize">Images at a time.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="Solvers.OdeSolveException">A solve failed.</exception>
    public static ClassifierEvaluation Of(Layer classifier, ImageDataset images, PixelScale scale, int batchSize = 100, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(images);
        var batches = new ImageBatches(images, new ImageBatchOptions { BatchSize = batchSize, IsShuffled = false, Scale = scale });
        var result = new ClassifierEvaluation(images.Count, images.Classes);
        var clock = Stopwatch.StartNew();
        using IDisposable evaluation = classifier.BeginEvaluation();
        using IDisposable noGradients = GradientMode.Disable();
        for (int i = 0; i < batches.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var meter = SolveMeter.Start();
            result.Add(classifier, batches.Get(0, i), i * batchSize);
            result.Evaluations += (double)meter.Forward.Evaluations / batches.Count;
        }

        result.Elapsed = clock.Elapsed;
        result.Loss = result.Losses.Average();
        return result;
    }

    private void Add(Layer classifier, ImageBatch batch, int first)
    {
        using var scope = TensorScope.Begin();
        Tensor logits = classifier.Forward(batch.ToTensor());
        ClassifierStep.CheckLogits(logits, batch.Count, Confusion.GetLength(0));
        ReadOnlySpan<float> values = logits.AsSpan<float>();
        int classes = logits.Shape[1];
        for (int i = 0; i < batch.Count; i++)
        {
            (int likeliest, double loss) = Score(values.Slice(i * classes, classes), batch.Labels[i]);
            Predicted[first + i] = (byte)likeliest;
            Losses[first + i] = loss;
            Confusion[batch.Labels[i], likeliest]++;
            Correct += likeliest == batch.Labels[i] ? 1 : 0;
        }
    }

    /// <summary>The class with the largest logit, and minus the logarithm of the right one's probability.</summary>
    private static (int Likeliest, double Loss) Score(ReadOnlySpan<float> logits, int label)
    {
        int likeliest = 0;
        for (int k = 1; k < logits.Length; k++)
        {
            likeliest = logits[k] > logits[likeliest] ? k : likeliest;
        }

        double sum = 0;
        foreach (float x in logits)
        {
            sum += Math.Exp((double)x - logits[likeliest]);
        }

        return (likeliest, Math.Log(sum) + logits[likeliest] - logits[label]);
    }
}
