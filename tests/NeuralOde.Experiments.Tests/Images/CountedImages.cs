using NeuralOde.Experiments.Images;

namespace NeuralOde.Experiments.Tests.Images;

/// <summary>Images that can be told apart by their first pixel.</summary>
internal static class CountedImages
{
    /// <summary>Image i has the pixels i, i + 1, … and the label i mod 10, as in the files of <see cref="TestSupport.IdxBytes.WriteSet"/>.</summary>
    public static ImageDataset Of(int count, int rows = 2, int columns = 3) => new(
        [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(i, rows * columns)).Select(x => (byte)x)],
        [.. Enumerable.Range(0, count).Select(x => (byte)(x % 10))],
        rows,
        columns,
        ImageCollection.Mnist.ClassNames);
}
