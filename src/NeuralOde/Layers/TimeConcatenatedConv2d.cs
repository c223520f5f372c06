namespace NeuralOde.Layers;

/// <summary>A convolution of images to which time is appended as one more channel, for vector fields that depend on time (Chen et al. 2018, the MNIST experiment).</summary>
/// <remarks>
/// The weight is that of a convolution with one channel more, the last, which is constant over the image and equal to t. Its part of the
/// result is t times a map that depends on the parameters and the image's size only, so no image with another channel is ever made, and
/// a compiled program computes the map once for each change of the parameters.
/// </remarks>
public sealed class TimeConcatenatedConv2d : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="channels">The channels of the state, time not counted; at least 1.</param>
    /// <param name="outputs">The channels of what comes out, at least 1.</param>
    /// <param name="kernelSize">Height and width of the kernel, at least 1.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next, at least 1.</param>
    /// <param name="padding">Rows and columns of zeros around each image, at least 0; time is zero there too.</param>
    /// <param name="bias">Whether each output channel has a number that is added.</param>
    /// <param name="random">Where the first values come from, as in <see cref="Conv2d"/> with <c>channels + 1</c>; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public TimeConcatenatedConv2d(
        int channels, int outputs, int kernelSize, int stride = 1, int padding = 0, bool bias = true, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        var convolution = new Conv2d(channels + 1, outputs, kernelSize, stride, padding, bias, random, dtype);
        (Stride, Padding) = (stride, padding);
        AddParameter("weight", Weight = convolution.Weight);
        if (convolution.Bias is { } row)
        {
            AddParameter("bias", Bias = row);
        }
    }

    /// <summary>The weight, <c>[kernelSize, kernelSize, channels + 1, outputs]</c>; time is the last channel.</summary>
    public Parameter Weight { get; }

    /// <summary>The bias, <c>[outputs]</c>, if there is one.</summary>
    public Parameter? Bias { get; }

    /// <summary>Pixels from one place of the kernel to the next.</summary>
    public int Stride { get; }

    /// <summary>Rows and columns of zeros around each image.</summary>
    public int Padding { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="t">Time, a tensor of one element.</param>
    /// <param name="z"><c>[images, height, width, channels]</c>.</param>
    /// <returns><c>[images, height', width', outputs]</c>, with sizes as in <see cref="Tensor.Convolution2d"/>.</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(z);
        int channels = Weight.Shape[2] - 1;
        ArgumentException.ThrowIf(t.ElementCount != 1, $"Time is one number for all images; got shape {t.Shape}.", nameof(t));
        ArgumentException.ThrowIf(z.Rank != 4 || z.Shape[3] != channels, $"This layer takes a state [images, height, width, {channels}]; got shape {z.Shape}.", nameof(z));
        var ones = Tensor.Full([1, z.Shape[1], z.Shape[2], 1], 1, z.DType);
        Tensor map = ones.Convolution2d(Weight.Slice(2, channels, 1), Stride, Padding);
        Tensor shift = t.Reshape(Shape.Scalar) * map;
        Tensor y = z.Convolution2d(Weight.Slice(2, 0, channels), Stride, Padding);
        return y + (Bias is null ? shift : shift + Bias);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new TimeConcatenatedConv2d(Weight.Shape[2] - 1, Weight.Shape[3], Weight.Shape[0], Stride, Padding, Bias is not null, new RandomSource(0), Weight.DType);
}
