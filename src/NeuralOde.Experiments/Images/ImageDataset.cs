using NeuralOde.Series.Evaluation;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Experiments.Images;

/// <summary>Gray images of one size with a class each. Immutable.</summary>
public sealed class ImageDataset
{
    // Streams of the generator, apart from those that shuffle (ImageBatches).
    private const ulong HoldOutStream = 3UL << 32;

    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    /// <summary>Takes over images and labels.</summary>
    /// <param name="pixels">All images one after the other, each row by row from the top, 0 black to 255 white; not to be changed afterwards.</param>
    /// <param name="labels">The class of each image, from 0; not to be changed afterwards.</param>
    /// <param name="rows">Height of an image in pixels, at least 1.</param>
    /// <param name="columns">Width of an image in pixels, at least 1.</param>
    /// <param name="classNames">What the classes are called.</param>
    /// <exception cref="ArgumentException">The numbers of pixels and labels do not fit, or a label has no class.</exception>
    public ImageDataset(byte[] pixels, byte[] labels, int rows, int columns, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentException.ThrowIf(
            pixels.LongLength != (long)labels.Length * rows * columns,
            $"{labels.Length} labels go with {(long)labels.Length * rows * columns} pixels of images of {rows} rows and {columns} columns, not with {pixels.Length}.",
            nameof(labels));
        ArgumentException.ThrowIf(classNames.Count == 0, "There is no class.", nameof(classNames));
        int strange = IndexOfUnknown(labels, classNames.Count);
        ArgumentException.ThrowIf(
            strange >= 0, $"Image {strange} has the label {labels[strange]}; with {classNames.Count} classes a label is from 0 to {classNames.Count - 1}.", nameof(labels));
        _pixels = pixels;
        _labels = labels;
        Rows = rows;
        Columns = columns;
        ClassNames = classNames;
    }

    /// <summary>The number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>Height of an image in pixels.</summary>
    public int Rows { get; }

    /// <summary>Width of an image in pixels.</summary>
    public int Columns { get; }

    /// <summary>The number of classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>What the classes are called.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of each image.</summary>
    public ReadOnlySpan<byte> Labels => _labels;

    /// <summary>All images one after the other, row by row.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Loads MNIST or another set of its form from a folder with its idx files, plain or gzip.</summary>
    /// <param name="directory">
    /// The folder. It holds <c>train-images-idx3-ubyte</c> and <c>train-labels-idx1-ubyte</c> (for the test images <c>t10k-…</c>), or the same
    /// with a dot before <c>idx</c>, each with or without <c>.gz</c>.
    /// </param>
    /// <param name="split">Which part.</param>
    /// <returns>The images, with classes called 0 to 9.</returns>
    /// <exception cref="ImageFileException">
    /// A file is missing (the message says which, and where to download it), a file is damaged, or images and labels do not fit together.
    /// </exception>
    public static ImageDataset Load(string directory, ImageSplit split) => ImageCollection.Mnist.LoadFrom(directory, split);

    /// <summary>Puts together a file of images and one of labels.</summary>
    /// <param name="images">An array of three axes: images, rows, columns.</param>
    /// <param name="labels">An array of one axis, as long as there are images.</param>
    /// <param name="classNames">What the classes are called.</param>
    /// <returns>The images.</returns>
    /// <exception cref="ImageFileException">The axes do not fit, or a label has no class.</exception>
    public static ImageDataset From(IdxFile images, IdxFile labels, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        ImageFileException.ThrowIf(
            images.Lengths.Count != 3 || images.Lengths[1] == 0 || images.Lengths[2] == 0,
            images.Name, ImageFileReason.WrongAxes, $"its array is {images}, and one of images has three axes: images, rows, columns.", "Is it the file of labels?");
        ImageFileException.ThrowIf(
            labels.Lengths.Count != 1, labels.Name, ImageFileReason.WrongAxes, $"its array is {labels}, and one of labels has one axis.", "Is it the file of images?");
        ImageFileException.ThrowIf(
            images.Lengths[0] != labels.Lengths[0],
            labels.Name, ImageFileReason.OtherCount, $"it holds {labels.Lengths[0]} labels, and '{images.Name}' {images.Lengths[0]} images.",
            "Use both files from the same part of the same data set.");
        int unknown = IndexOfUnknown(labels.Elements.Span, classNames.Count);
        ImageFileException.ThrowIf(
            unknown >= 0,
            labels.Name, ImageFileReason.UnknownClass,
            $"image {unknown} has the label {labels.Elements.Span[unknown]}; with {classNames.Count} classes a label is from 0 to {classNames.Count - 1}. "
                + $"The file belongs to another data set, or is damaged.");
        return new ImageDataset(images.Elements.ToArray(), labels.Elements.ToArray(), images.Lengths[1], images.Lengths[2], classNames);
    }

    /// <summary>One image.</summary>
    /// <param name="index">From 0.</param>
    /// <returns>Its pixels, row by row from the top.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIf((uint)index >= (uint)Count, nameof(index), index, $"There are {Count} images, counted from 0.");
        return _pixels.AsSpan(index * Rows * Columns, Rows * Columns);
    }

    /// <summary>The first images.</summary>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <returns>The images.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public ImageDataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count >= Count ? this : Choose(Enumerable.Range(0, count));
    }

    /// <summary>Parts the images at random, the same way for the same seed: for a choice that must not look at the test images.</summary>
    /// <param name="count">How many are held out, from 1 to one less than there are.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>Those to learn from, and those held out, each in the order that they had.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    public (ImageDataset Training, ImageDataset Validation) HoldOut(int count, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIf(count < 1 || count >= Count, nameof(count), count, $"Of {Count} images, 1 to {Count - 1} can be held out.");
        int[] order = Permutation(Count, seed, HoldOutStream);
        return (Choose(order[count..].Order()), Choose(order[..count].Order()));
    }

    /// <summary>The numbers from 0 in random order: a function of the seed and the stream alone.</summary>
    internal static int[] Permutation(int count, long seed, ulong stream)
    {
        // Fisher and Yates's shuffle, in Durstenfeld's form (1964).
        int[] order = [.. Enumerable.Range(0, count)];
        Span<int> drawn = stackalloc int[1];
        for (int i = count - 1; i > 0; i--)
        {
            Philox.FillBelow((ulong)seed, stream, (ulong)i, i + 1, drawn);
            (order[i], order[drawn[0]]) = (order[drawn[0]], order[i]);
        }

        return order;
    }

    /// <summary>The first label that is no class, or -1.</summary>
    private static int IndexOfUnknown(ReadOnlySpan<byte> labels, int classes) => labels.IndexOfAnyExceptInRange((byte)0, (byte)Math.Clamp(classes - 1, 0, 255));

    private ImageDataset Choose(IEnumerable<int> indices)
    {
        int[] chosen = [.. indices];
        int size = Rows * Columns;
        byte[] pixels = new byte[chosen.Length * size];
        byte[] labels = new byte[chosen.Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            Image(chosen[i]).CopyTo(pixels.AsSpan(i * size));
            labels[i] = _labels[chosen[i]];
        }

        return new ImageDataset(pixels, labels, Rows, Columns, ClassNames);
    }
}
