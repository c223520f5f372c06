namespace NeuralOde.Layers;

/// <summary>An affine layer: <c>x Wᵀ + b</c>.</summary>
/// <remarks>
/// The weight has PyTorch's shape and first values, so that files go both ways: weight <c>[outputs, inputs]</c> and bias
/// <c>[outputs]</c>, uniform on ±1/√inputs.
/// </remarks>
public sealed class Linear : Layer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="inputs">The length of the last axis of what goes in, at least 1.</param>
    /// <param name="outputs">The length of the last axis of what comes out, at least 1.</param>
    /// <param name="bias">Whether a row is added.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Linear(int inputs, int outputs, bool bias = true, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        random ??= RandomSource.Default;
        double bound = 1 / Math.Sqrt(inputs);
        Weight = AddParameter("weight", random.Uniform([outputs, inputs], -bound, bound, dtype));
        Bias = bias ? AddParameter("bias", random.Uniform([outputs], -bound, bound, dtype)) : null;
    }

    /// <summary>The weight, <c>[outputs, inputs]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>The bias, <c>[outputs]</c>, if there is one.</summary>
    public Parameter? Bias { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[…, inputs]</c>.</param>
    /// <returns><c>[…, outputs]</c>.</returns>
    /// <exception cref="ArgumentException">The last axis has another length.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentException.ThrowIf(
            x.Rank == 0 || x.Shape[-1] != Weight.Shape[1], $"This linear layer takes {Weight.Shape[1]} inputs in the last axis; got shape {x.Shape}.", nameof(x));
        Tensor product = x.MatMul(Weight.Transpose());
        return Bias is null ? product : product + Bias;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new Linear(Weight.Shape[1], Weight.Shape[0], Bias is not null, new RandomSource(0), Weight.DType);
}
