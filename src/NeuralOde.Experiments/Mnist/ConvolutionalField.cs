namespace NeuralOde.Experiments.Mnist;

/// <summary>
/// The vector field of the image experiment: <c>f(t, z) = norm(ReLU(conv([norm(ReLU(conv([z, t]))), t])))</c>, with convolutions of 3x3 without bias that keep the
/// image's size and see time as one more channel.
/// </summary>
internal sealed class ConvolutionalField : VectorField
{
    private readonly TimeConcatenatedConv2d _first;
    private readonly TimeConcatenatedConv2d _second;
    private readonly Layer _firstNorm;
    private readonly Layer _secondNorm;

    public ConvolutionalField(int channels, Func<Layer> norm, RandomSource random, DType dtype)
    {
        _first = AddModule("conv1", new TimeConcatenatedConv2d(channels, channels, 3, padding: 1, bias: false, random: random, dtype: dtype));
        _firstNorm = AddModule("norm1", norm());
        _second = AddModule("conv2", new TimeConcatenatedConv2d(channels, channels, 3, padding: 1, bias: false, random: random, dtype: dtype));
        _secondNorm = AddModule("norm2", norm());
    }

    public override Tensor Forward(Tensor t, Tensor z) => _secondNorm.Forward(_second.Forward(t, _firstNorm.Forward(_first.Forward(t, z).Relu())).Relu());

    protected override Module CreateCopy(ModuleCloner cloner)
    {
        // The norms are created in this order.
        var norms = new Queue<Layer>([cloner.Clone(_firstNorm), cloner.Clone(_secondNorm)]);
        return new ConvolutionalField(_first.Weight.Shape[-1], norms.Dequeue, new RandomSource(0), _first.Weight.DType);
    }
}
