using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Experiments.Images;

/// <summary>
/// The images of a data set in batches. A batch is a function of the seed, the epoch and the batch's number: there is no other state, so
/// training that is resumed sees what it would have seen.
/// </summary>
/// <remarks>Not for use on two threads at once: there is one batch, filled again and again.</remarks>
public sealed class ImageBatches
{
    // Streams of the generator: the order of an epoch, and its shifts.
    private const ulong OrderStream = 1UL << 32;
    private const ulong ShiftStream = 2UL << 32;

    private readonly ImageDataset _images;
    private readonly ImageBatchOptions _options;
    private readonly float[] _scale;
    private readonly ImageBatch _batch;
    private int[] _order = [];
    private int _orderEpoch = -1;

    /// <summary>Prepares batches.</summary>
    /// <param name="images">The images, at least one.</param>
    /// <param name="options">How they are put into batches; the defaults where null.</param>
    /// <exception cref="ArgumentException">There are no images.</exception>
    /// <exception cref="SettingException">Images of this size cannot be moved as far.</exception>
    public ImageBatches(ImageDataset images, ImageBatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new ImageBatchOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        int mostShift = Math.Min(images.Rows, images.Columns) - 1;
        if (options.MaxShift < 0 || options.MaxShift > mostShift)
        {
            throw new SettingException(
                SettingReason.Conflict,
                "shift",
                FormattableString.Invariant($"{options.MaxShift}"),
                $"Images of {images.Rows} rows and {images.Columns} columns are moved by 0 to {mostShift} pixels; got {options.MaxShift}.");
        }

        ArgumentException.ThrowIf(images.Count == 0, "There are no images.", nameof(images));
        _images = images;
        _options = options;
        _scale = options.Scale.Table();
        _batch = new ImageBatch(Math.Min(options.BatchSize, images.Count), images.Rows, images.Columns);
    }

    /// <summary>The number of batches in an epoch.</summary>
    public int Count => (_images.Count + _options.BatchSize - 1) / _options.BatchSize;

    /// <summary>The number of images in an epoch.</summary>
    public int ImageCount => _images.Count;

    /// <summary>Where in the data set each image of a batch stands.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The batch's number within the epoch, from 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The images' numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such epoch or batch.</exception>
    public ReadOnlySpan<int> Indices(int epoch, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIf((uint)index >= (uint)Count, nameof(index), index, $"An epoch has {Count} batches, counted from 0.");
        if (_orderEpoch != epoch)
        {
            _order = _options.IsShuffled
                ? ImageDataset.Permutation(_images.Count, _options.Seed, OrderStream + (uint)epoch)
                : _orderEpoch < 0 ? [.. Enumerable.Range(0, _images.Count)] : _order;
            _orderEpoch = epoch;
        }

        int start = index * _options.BatchSize;
        return _order.AsSpan(start, Math.Min(_options.BatchSize, _images.Count - start));
    }

    /// <summary>Makes a batch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The batch's number within the epoch, from 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The batch; the next call overwrites it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such epoch or batch.</exception>
    public ImageBatch Get(int epoch, int index)
    {
        ReadOnlySpan<int> chosen = Indices(epoch, index);
        _batch.Clear();
        Span<int> shift = stackalloc int[2];
        foreach (int image in chosen)
        {
            if (_options.MaxShift > 0)
            {
                Philox.FillBelow((ulong)_options.Seed, ShiftStream + (uint)epoch, 2 * (ulong)image, (2 * _options.MaxShift) + 1, shift);
                _batch.Add(_images.Image(image), _images.Labels[image], _scale, shift[0] - _options.MaxShift, shift[1] - _options.MaxShift);
            }
            else
            {
                _batch.Add(_images.Image(image), _images.Labels[image], _scale, 0, 0);
            }
        }

        return _batch;
    }
}
