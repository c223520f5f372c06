namespace NeuralOde.Experiments.Mnist;

/// <summary>
/// Makes the classifiers of the image experiment: from images <c>[batch, rows, columns, 1]</c> to logits <c>[batch, classes]</c> (Chen et al. 2018, section 3,
/// in the form of the published write-ups).
/// </summary>
public static class MnistModels
{
    internal const int LeastSize = 9;
    private const int MostGroups = 32;

    /// <summary>Makes a network with fresh parameters.</summary>
    /// <param name="options">What to make.</param>
    /// <param name="random">Where the first values come from.</param>
    /// <param name="rows">Height of an image; at least 9 for networks with convolutions.</param>
    /// <param name="columns">Width of an image, likewise.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="dtype">The element type. Training is in single precision; double is for references to measure errors by.</param>
    /// <returns>The network.</returns>
    /// <exception cref="SettingException">A setting is out of range, or the model takes larger images.</exception>
    public static Layer Create(MnistModelOptions options, RandomSource random, int rows = 28, int columns = 28, int classes = 10, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        MnistModelOptions.Settings.Check(options);
        if (options.Model == MnistModel.Mlp)
        {
            return new Sequential(
                new Flatten(),
                new Linear(rows * columns, options.HiddenUnits, random: random, dtype: dtype),
                new ActivationLayer(Activation.Relu),
                new Linear(options.HiddenUnits, classes, random: random, dtype: dtype));
        }

        if (rows < LeastSize || columns < LeastSize)
        {
            throw new SettingException(
                SettingReason.Conflict,
                "model",
                MnistModelOptions.ModelNames[(int)options.Model],
                $"Downsampling takes images of at least {LeastSize}x{LeastSize} pixels; these have {rows}x{columns}.",
                "Take the model mlp, or larger images.");
        }

        int channels = options.Channels;
        Layer[] features = options.HasEquation
            ? [
                new OdeLayer(
                    new OdeBlock(new ConvolutionalField(channels, FieldNorm, random, dtype)) { Solver = options.Solver, Steps = options.Steps, GradientMethod = options.Gradient }),
            ]
            : [.. Enumerable.Range(0, options.ResidualBlocks).Select(_ => Residual())];
        return new Sequential([.. Downsampling(), .. features, Norm(), new AdaptiveAveragePool2d(), new Flatten(), new Linear(channels, classes, random: random, dtype: dtype)]);

        // 28x28 becomes 26x26, 13x13 and 6x6.
        Layer[] Downsampling() =>
        [
            new Conv2d(1, channels, 3, random: random, dtype: dtype),
            Norm(),
            new ActivationLayer(Activation.Relu),
            new Conv2d(channels, channels, 4, stride: 2, padding: 1, random: random, dtype: dtype),
            Norm(),
            new ActivationLayer(Activation.Relu),
            new Conv2d(channels, channels, 4, stride: 2, padding: 1, random: random, dtype: dtype),
        ];

        // Normalization and activation come before each convolution, so that the way around is the identity (He et al. 2016, "Identity mappings").
        ResidualBlock Residual() => new(new Sequential(
            Norm(),
            new ActivationLayer(Activation.Relu),
            new Conv2d(channels, channels, 3, padding: 1, bias: false, random: random, dtype: dtype),
            Norm(),
            new ActivationLayer(Activation.Relu),
            new Conv2d(channels, channels, 3, padding: 1, bias: false, random: random, dtype: dtype)));

        Layer Norm() => options.Normalization == MnistNormalization.Group ? OverGroups() : new BatchNorm(channels, dtype: dtype);

        Layer FieldNorm() => options.Normalization == MnistNormalization.Batch ? new BatchNorm(channels, dtype: dtype) : OverGroups();

        Layer OverGroups() => new GroupNorm(Groups(channels), channels, dtype: dtype);
    }

    /// <summary>The largest number of groups that divides the channels, up to 32 (Wu, He 2018).</summary>
    private static int Groups(int channels) => Enumerable.Range(1, Math.Min(MostGroups, channels)).Last(x => channels % x == 0);
}
