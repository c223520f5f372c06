using NeuralOde.Fields;

namespace NeuralOde.Flows.Divergences;

/// <summary>
/// The exact divergence: in closed form where the field gives one (<see cref="VectorField.ForwardWithDivergence"/>), else as one vector-Jacobian product for each component of a
/// point. Its cost and memory grow with the dimension.
/// </summary>
public sealed record ExactDivergence : DivergenceMethod
{
    /// <summary>Whether a closed form is used where the field has one.</summary>
    /// <value>Default true. Without, the products can be compared with it.</value>
    public bool UsesClosedForm { get; init; } = true;

    /// <inheritdoc/>
    public override string Name => "exact";

    internal override Tensor? Draw(Shape points, DType dtype, RandomSource random) => null;

    internal override JacobianMeasure Measure(VectorField field, Tensor t, Tensor z, Tensor? noise, bool wantsNorm)
    {
        (int batch, int dimension) = (z.Shape[0], z.Shape[1]);
        if (UsesClosedForm && !wantsNorm && field.ForwardWithDivergence(t, z) is var (value, divergence))
        {
            return divergence.Shape == new Shape(batch)
                ? new(Checked(value, z), divergence, null)
                : throw new ArgumentException($"The divergence of {field.GetType().Name} has shape {divergence.Shape} for points {z.Shape}; it is one number for each point.");
        }

        Tensor f = Value(field, t, z);
        DivergenceMemory.Check(f, dimension);
        Tensor? trace = null, norm = null;
        var ones = Tensor.Ones([batch, 1], z.DType);
        for (int i = 0; i < dimension; i++)
        {
            Tensor row = Gradients.VectorJacobianProduct([f.Slice(1, i, 1)], [z], [ones], createGraph: true)[0];
            trace = Sum(trace, row.Slice(1, i, 1).Reshape([batch]));
            norm = wantsNorm ? Sum(norm, row.Square().Sum([1])) : null;
        }

        return new(f, trace!, norm);
    }

    private static Tensor Sum(Tensor? sum, Tensor term) => sum is null ? term : sum + term;
}
