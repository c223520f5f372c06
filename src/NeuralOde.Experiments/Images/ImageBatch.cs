using NeuralOde.MicroBatches;

namespace NeuralOde.Experiments.Images;

/// <summary>Some images as a model takes them, in memory that the next batch uses again.</summary>
public sealed class ImageBatch
{
    private readonly float[] _pixels;
    private readonly int[] _labels;
    private readonly int _rows;
    private readonly int _columns;

    internal ImageBatch(int most, int rows, int columns)
    {
        _pixels = new float[most * rows * columns];
        _labels = new int[most];
        _rows = rows;
        _columns = columns;
    }

    /// <summary>The number of images.</summary>
    public int Count { get; private set; }

    /// <summary>The class of each image.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>The scaled pixels, image by image and row by row.</summary>
    public ReadOnlySpan<float> Pixels => _pixels.AsSpan(0, Count * _rows * _columns);

    /// <summary>The images as a tensor, a copy.</summary>
    /// <returns><c>[<see cref="Count"/>, rows, columns, 1]</c> of <see cref="float"/>.</returns>
    public Tensor ToTensor() => ToTensor(new MicroBatch(0, Count));

    /// <summary>Some of the images as a tensor, a copy.</summary>
    /// <param name="samples">Which.</param>
    /// <returns><c>[<see cref="MicroBatch.Count"/>, rows, columns, 1]</c> of <see cref="float"/>.</returns>
    public Tensor ToTensor(MicroBatch samples) =>
        Tensor.From(Pixels.Slice(samples.Start * _rows * _columns, samples.Count * _rows * _columns), [samples.Count, _rows, _columns, 1]);

    internal void Clear() => Count = 0;

    /// <summary>Adds an image, moved down and right; what comes into view is black.</summary>
    internal void Add(ReadOnlySpan<byte> image, int label, float[] scale, int down, int right)
    {
        Span<float> to = _pixels.AsSpan(Count * _rows * _columns, _rows * _columns);
        if (down == 0 && right == 0)
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = scale[image[i]];
            }
        }
        else
        {
            to.Fill(scale[0]);
            int firstColumn = Math.Max(0, right), lastColumn = Math.Min(_columns, _columns + right);
            for (int row = Math.Max(0, down); row < Math.Min(_rows, _rows + down); row++)
            {
                for (int column = firstColumn; column < lastColumn; column++)
                {
                    to[(row * _columns) + column] = scale[image[((row - down) * _columns) + column - right]];
                }
            }
        }

        _labels[Count++] = label;
    }
}
