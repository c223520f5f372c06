namespace NeuralOde.Tensors;

/// <content>Convolution and pooling of images, channels last.</content>
public partial class Tensor
{
    /// <summary>A convolution of images (as in networks: the kernel is not turned around).</summary>
    /// <param name="weight">The kernel, <c>[kernelHeight, kernelWidth, channels, outputs]</c>.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next, along both axes; at least 1.</param>
    /// <param name="padding">Rows and columns of zeros around each image; at least 0.</param>
    /// <returns>
    /// From this tensor, <c>[images, height, width, channels]</c>, to <c>[images, height', width', outputs]</c> with
    /// <c>height' = ⌊(height + 2·padding − kernelHeight) / stride⌋ + 1</c>, and likewise the width.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="stride"/> is below 1, or <paramref name="padding"/> below 0.</exception>
    /// <exception cref="ArgumentException">The ranks are not 4, the numbers of channels differ, or the kernel does not fit.</exception>
    public Tensor Convolution2d(Tensor weight, int stride = 1, int padding = 0)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        return new Convolution(stride, padding).Apply(this, weight);
    }

    /// <summary>The largest value of each window, channel by channel; equal ones share the gradient evenly.</summary>
    /// <param name="size">Height and width of the window; at least 1.</param>
    /// <param name="stride">Pixels from one window to the next; by default the window's size.</param>
    /// <param name="padding">By how many pixels the first window begins before the image; from 0 to half the window's size. What lies outside is never the largest.</param>
    /// <returns>From this tensor, <c>[images, height, width, channels]</c>, to <c>[images, height', width', channels]</c> with sizes as in <see cref="Convolution2d"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">The rank is not 4, or the window does not fit.</exception>
    public Tensor MaxPool2d(int size, int? stride = null, int padding = 0) => new MaxPool(Windows(size, stride, padding)).Apply(this);

    /// <summary>The mean of each window, channel by channel.</summary>
    /// <param name="size">Height and width of the window; at least 1.</param>
    /// <param name="stride">Pixels from one window to the next; by default the window's size.</param>
    /// <param name="padding">By how many pixels the first window begins before the image; from 0 to half the window's size. What lies outside counts as zeros in the mean.</param>
    /// <returns>From this tensor, <c>[images, height, width, channels]</c>, to <c>[images, height', width', channels]</c> with sizes as in <see cref="Convolution2d"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">The rank is not 4, or the window does not fit.</exception>
    public Tensor AveragePool2d(int size, int? stride = null, int padding = 0) => new AveragePool(Windows(size, stride, padding)).Apply(this);

    /// <summary>The means of windows that share the image evenly, channel by channel: <c>AdaptiveAveragePool2d(1, 1)</c> is the mean over the whole image.</summary>
    /// <param name="height">How many windows there are from top to bottom, at least 1.</param>
    /// <param name="width">How many from left to right, at least 1.</param>
    /// <returns>
    /// From this tensor, <c>[images, h, w, channels]</c>, to <c>[images, height, width, channels]</c>. Window i of m along an axis of n pixels goes
    /// from ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    /// <exception cref="ArgumentException">The rank is not 4, or the images are empty.</exception>
    public Tensor AdaptiveAveragePool2d(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return new AveragePool(new PoolWindows(0, 0, 0, height, width)).Apply(this);
    }

    private static PoolWindows Windows(int size, int? stride, int padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride ?? size, 1, nameof(stride));
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(2 * padding, size, nameof(padding));
        return new PoolWindows(size, stride ?? size, padding);
    }
}
