namespace NeuralOde.Layers;

/// <summary>A convolution of images, channels last.</summary>
/// <remarks>
/// First values are PyTorch's: weight and bias uniform on ±1/√(kernelSize²·channels), which is the uniform initialization of He et al. (2015)
/// with a slope of √5. PyTorch keeps the weight as [outputs, channels, height, width]: transpose it by (2, 3, 1, 0) to come here.
/// </remarks>
public sealed class Conv2d : Layer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="channels">The channels of what goes in, at least 1.</param>
    /// <param name="outputs">The channels of what comes out, at least 1.</param>
    /// <param name="kernelSize">Height and width of the kernel, at least 1.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next, at least 1.</param>
    /// <param name="padding">Rows and columns of zeros around each image, at least 0.</param>
    /// <param name="bias">Whether each output channel has a number that is added.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Conv2d(int channels, int outputs, int kernelSize, int stride = 1, int padding = 0, bool bias = true, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        random ??= RandomSource.Default;
        (Stride, Padding) = (stride, padding);
        double bound = 1 / Math.Sqrt((double)kernelSize * kernelSize * channels);
        Weight = AddParameter("weight", random.Uniform([kernelSize, kernelSize, channels, outputs], -bound, bound, dtype));
        Bias = bias ? AddParameter("bias", random.Uniform([outputs], -bound, bound, dtype)) : null;
    }

    /// <summary>The weight, <c>[kernelSize, kernelSize, channels, outputs]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>The bias, <c>[outputs]</c>, if there is one.</summary>
    public Parameter? Bias { get; }

    /// <summary>Pixels from one place of the kernel to the next.</summary>
    public int Stride { get; }

    /// <summary>Rows and columns of zeros around each image.</summary>
    public int Padding { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[images, height, width, channels]</c>.</param>
    /// <returns><c>[images, height', width', outputs]</c>, with sizes as in <see cref="Tensor.Convolution2d"/>.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor y = x.Convolution2d(Weight, Stride, Padding);
        return Bias is null ? y : y + Bias;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new Conv2d(Weight.Shape[2], Weight.Shape[3], Weight.Shape[0], Stride, Padding, Bias is not null, new RandomSource(0), Weight.DType);
}
