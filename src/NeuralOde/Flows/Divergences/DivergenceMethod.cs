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

    /// <summary>The field's value and divergence, and the Jacobian's squared norm where it is wanted.</summary>
    /// <param name="field">The field.</param>
    /// <param name="t">Time, a scalar.</param>
    /// <param name="z">The points, <c>[batch, dimension]</c>: a symbolic tensor, or one that requires a gradient.</param>
    /// <param name="noise">What <see cref="Draw"/> gave.</param>
    /// <param name="wantsNorm">Whether the norm is wanted.</param>
    /// <exception cref="ArgumentException">The field returns another shape.</exception>
    internal abstract JacobianMeasure Measure(VectorField field, Tensor t, Tensor z, Tensor? noise, bool wantsNorm);

    /// <summary>The field's value, of the points' shape.</summary>
    private protected static Tensor Value(VectorField field, Tensor t, Tensor z) => Checked(field.Forward(t, z), z);

    private protected static Tensor Checked(Tensor f, Tensor z) => f.Shape == z.Shape
        ? f
        : throw new ArgumentException($"The field of a flow returns shape {f.Shape} for points of shape {z.Shape}; dz/dt has the points' shape.");
}

/// <summary>What is known of a field at each point.</summary>
/// <param name="Value">Its value, <c>[batch, dimension]</c>.</param>
/// <param name="Divergence">The trace of its Jacobian, or an unbiased estimate, <c>[batch]</c>.</param>
/// <param name="SquaredNorm">The sum of the squares of the Jacobian's elements, or an unbiased estimate, <c>[batch]</c>; null where it was not asked for.</param>
internal readonly record struct JacobianMeasure(Tensor Value, Tensor Divergence, Tensor? SquaredNorm);
