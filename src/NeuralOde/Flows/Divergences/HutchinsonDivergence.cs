using NeuralOde.Fields;

namespace NeuralOde.Flows.Divergences;

/// <summary>
/// Hutchinson's estimate of the divergence, <c>εᵀ(∂f/∂z)ε</c>, with noise that is drawn for each solve and fixed over it (Grathwohl et al. 2019, arXiv 1810.01367): unbiased, for
/// the cost of one vector-Jacobian product in any dimension.
/// </summary>
public sealed record HutchinsonDivergence : DivergenceMethod
{
    /// <summary>What the noise is drawn from.</summary>
    /// <value>Default <see cref="ProbeNoise.Rademacher"/>.</value>
    public ProbeNoise Noise { get; init; }

    /// <inheritdoc/>
    public override string Name => "hutchinson";

    internal override Tensor? Draw(Shape points, DType dtype, RandomSource random)
    {
        if (Noise == ProbeNoise.Gaussian)
        {
            return random.Normal(points, dtype: dtype);
        }

        double[] signs = new double[points.ElementCount];
        random.FillUniform<double>(signs);
        return Tensor.Create<double>(Array.ConvertAll(signs, static x => x < 0.5 ? -1.0 : 1.0), points, dtype);
    }

    internal override JacobianMeasure Measure(VectorField field, Tensor t, Tensor z, Tensor? noise, bool wantsNorm)
    {
        Tensor f = Value(field, t, z);
        Tensor product = Gradients.VectorJacobianProduct([f], [z], [noise!], createGraph: true)[0];
        return new(f, (product * noise!).Sum([1]), wantsNorm ? product.Square().Sum([1]) : null);
    }
}
