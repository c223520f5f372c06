using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;

namespace NeuralOde.Cli.Predict;

/// <summary>Images and what a classifier takes them for.</summary>
/// <param name="Classifier">The classifier.</param>
/// <param name="Path">Where the images come from.</param>
/// <param name="Pixels">The images as the classifier gets them, one after the other.</param>
/// <param name="Labels">Their classes, where they are known.</param>
/// <param name="Picture">The picture before it was brought into form; null for an idx file.</param>
/// <param name="Probabilities">For each image, the probability of each class.</param>
internal sealed record Prediction(ImageClassifier Classifier, string Path, byte[] Pixels, byte[]? Labels, GrayImage? Picture, double[][] Probabilities)
{
    public int Count => Probabilities.Length;

    /// <summary>How many are right; null where that is not known.</summary>
    public int? Correct => Labels is { } labels ? Enumerable.Range(0, Count).Count(i => Likeliest(i) == labels[i]) : null;

    public int Likeliest(int image) => Array.IndexOf(Probabilities[image], Probabilities[image].Max());

    /// <summary>The classes, the likeliest first.</summary>
    public IEnumerable<int> Order(int image) => Enumerable.Range(0, Probabilities[image].Length).OrderByDescending(k => Probabilities[image][k]);

    public ReadOnlySpan<byte> Image(int image) => Pixels.AsSpan(image * Classifier.Rows * Classifier.Columns, Classifier.Rows * Classifier.Columns);
}
