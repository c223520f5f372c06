using NeuralOde.Fields;

namespace NeuralOde.Flows.Divergences;

/// <summary>How the divergence of a field, the trace of its Jacobian, is computed along a flow.</summary>
public abstract record DivergenceMethod
{
    private protected DivergenceMethod()
    {
    }

    /// <summary><see cref="ExactDivergence"/> with its default settings: the default method.</summary>
    public static DivergenceMethod Exact { get; } = new ExactDivergence();

    /// <summary><see cref="HutchinsonDivergence"/> with its default settings.</summary>
    public static DivergenceMethod Hutchinson { get; } = new HutchinsonDivergence();

    /// <summary>The name on a command line.</summary>
    public abstract string Name { get; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public sealed override string ToString() => Name;

    /// <summary>The noise that a solve needs, fixed over the solve; null for none.</summary>
    internal abstract Tensor? Draw(Shape points, DType dtype, RandomSource random);

    /// <summary>The divergence, and the Jacobian's squared norm where it is wanted.</summary>
    /// <param name="field">The field.</param>
    /// <param name="t">Time, a scalar.</param>
    /// <param name="z">The points, <c>[batch, dimension]</c>: a symbolic tensor, or one that requires a gradient.</param>
    /// <param name="f">The field's value there.</param>
    /// <param name="noise">What <see cref="Draw"/> gave.</param>
    /// <param name="wantsNorm">Whether the norm is wanted.</param>
    internal abstract JacobianMeasure Measure(VectorField field, Tensor t, Tensor z, Tensor f, Tensor? noise, bool wantsNorm);
}

/// <summary>What is known of a Jacobian at each point.</summary>
/// <param name="Divergence">Its trace, or an unbiased estimate, <c>[batch]</c>.</param>
/// <param name="SquaredNorm">The sum of the squares of its elements, or an unbiased estimate, <c>[batch]</c>; null where it was not asked for.</param>
internal readonly record struct JacobianMeasure(Tensor Divergence, Tensor? SquaredNorm);
