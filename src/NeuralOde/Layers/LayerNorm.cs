namespace NeuralOde.Layers;

/// <summary>Layer normalization (Ba, Kiros, Hinton 2016): each sample is normalized over its features, the last axis.</summary>
public sealed class LayerNorm : Layer
{
    /// <summary>Makes the layer, with the scale 1 and the shift 0.</summary>
    /// <param name="features">The length of the last axis, at least 1.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public LayerNorm(int features, double epsilon = 1e-5, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        Epsilon = Normalizations.RequireEpsilon(epsilon);
        Weight = AddParameter("weight", Tensor.Ones([features], dtype));
        Bias = AddParameter("bias", Tensor.Zeros([features], dtype));
    }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The scale of each feature.</summary>
    public Parameter Weight { get; }

    /// <summary>The shift of each feature.</summary>
    public Parameter Bias { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[…, features]</c>.</param>
    /// <returns>A tensor of that shape.</returns>
    /// <exception cref="ArgumentException">The last axis has another length.</exception>
    public override Tensor Forward(Tensor x)
    {
        Normalizations.RequireChannels(x, Weight, nameof(LayerNorm));
        return x.LayerNormalize(Weight, Bias, Epsilon);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new LayerNorm(Weight.ElementCount, Epsilon, Weight.DType);
}
