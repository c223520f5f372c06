namespace NeuralOde.Layers;

/// <summary>The largest value of each window, channel by channel.</summary>
/// <param name="size">Height and width of the window; at least 1.</param>
/// <param name="stride">Pixels from one window to the next; by default the window's size.</param>
/// <param name="padding">By how many pixels the first window begins before the image; from 0 to half the window's size.</param>
public sealed class MaxPool2d(int size, int? stride = null, int padding = 0) : Layer
{
    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[images, height, width, channels]</c>.</param>
    /// <returns><c>[images, height', width', channels]</c>, as <see cref="Tensor.MaxPool2d"/> says.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer was made with a number outside its range.</exception>
    /// <exception cref="ArgumentException">The rank is not 4, or the window does not fit.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.MaxPool2d(size, stride, padding);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new MaxPool2d(size, stride, padding);
}

/// <summary>The mean of each window, channel by channel.</summary>
/// <param name="size">Height and width of the window; at least 1.</param>
/// <param name="stride">Pixels from one window to the next; by default the window's size.</param>
/// <param name="padding">By how many pixels the first window begins before the image; from 0 to half the window's size. What lies outside counts as zeros.</param>
public sealed class AveragePool2d(int size, int? stride = null, int padding = 0) : Layer
{
    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[images, height, width, channels]</c>.</param>
    /// <returns><c>[images, height', width', channels]</c>, as <see cref="Tensor.AveragePool2d"/> says.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer was made with a number outside its range.</exception>
    /// <exception cref="ArgumentException">The rank is not 4, or the window does not fit.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AveragePool2d(size, stride, padding);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new AveragePool2d(size, stride, padding);
}

/// <summary>The means of windows that share the image evenly, channel by channel.</summary>
/// <param name="height">How many windows there are from top to bottom, at least 1.</param>
/// <param name="width">How many from left to right, at least 1.</param>
public sealed class AdaptiveAveragePool2d(int height = 1, int width = 1) : Layer
{
    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[images, h, w, channels]</c>.</param>
    /// <returns><c>[images, height, width, channels]</c>, as <see cref="Tensor.AdaptiveAveragePool2d"/> says.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer was made with a number outside its range.</exception>
    /// <exception cref="ArgumentException">The rank is not 4, or the images are empty.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AdaptiveAveragePool2d(height, width);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new AdaptiveAveragePool2d(height, width);
}
