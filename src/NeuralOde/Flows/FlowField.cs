using NeuralOde.Fields;
using NeuralOde.Flows.Divergences;

namespace NeuralOde.Flows;

/// <summary>
/// A field with what a flow integrates along with it. The state is flat: the points of the batch, the logarithm of the determinant of each point's way so far, then a number
/// for each quadrature, the mean over the batch. So each part lies in one piece, and the error norm leaves the quadratures out.
/// </summary>
internal sealed class FlowField : VectorField
{
    /// <summary>The input with the divergence's noise.</summary>
    public const string Noise = "divergence noise";

    private readonly VectorField _field;
    private readonly DivergenceMethod _divergence;
    private readonly FlowQuadratures _quadratures;
    private readonly int _dimension;

    /// <param name="field">The field of the points.</param>
    /// <param name="dimension">The number of components of a point.</param>
    /// <param name="divergence">How the divergence is computed.</param>
    /// <param name="quadratures">What else is integrated.</param>
    public FlowField(VectorField field, int dimension, DivergenceMethod divergence, FlowQuadratures quadratures)
    {
        _field = AddModule("field", field);
        (_dimension, _divergence, _quadratures) = (dimension, divergence, quadratures);
        QuadratureCount = BitOperations.PopCount((uint)quadratures);
    }

    /// <summary>The numbers at the end of the state.</summary>
    public int QuadratureCount { get; }

    public override Tensor Forward(Tensor t, Tensor z)
    {
        int batch = BatchOf(z.Shape);
        Tensor points = z.Slice(0, 0, batch * _dimension).Reshape([batch, _dimension]);
        if (!points.IsSymbolic && !points.RequiresGradient)
        {
            points = points.WithGradient();
        }

        JacobianMeasure jacobian = _divergence.Measure(_field, t, points, Inputs.TryGet(Noise), _quadratures.HasFlag(FlowQuadratures.JacobianNorm));
        Tensor f = jacobian.Value;
        List<Tensor> parts = [f.Reshape([batch * _dimension]), jacobian.Divergence];
        if (_quadratures.HasFlag(FlowQuadratures.KineticEnergy))
        {
            parts.Add(MeanOverBatch(f.Square(), batch));
        }

        if (jacobian.SquaredNorm is { } norm)
        {
            parts.Add(MeanOverBatch(norm, batch));
        }

        if (_quadratures.HasFlag(FlowQuadratures.Acceleration))
        {
            parts.Add(MeanOverBatch(Acceleration(t, points, f).Square(), batch));
        }

        return Tensor.Concatenate(parts, 0);
    }

    /// <summary>The quadratures decide no step: they have no influence on the points.</summary>
    public override ErrorNorm? ErrorNormOf(Shape state) => QuadratureCount == 0 ? null : new ErrorNorm(0, BatchOf(state) * (_dimension + 1));

    private int BatchOf(Shape state) => (state[0] - QuadratureCount) / (_dimension + 1);

    /// <summary>
    /// <c>d²z/dt² = ∂f/∂t + (∂f/∂z) f</c>. The products with a cotangent u are linear in u, so that their products with respect to u are the derivative along a direction.
    /// </summary>
    private static Tensor Acceleration(Tensor t, Tensor z, Tensor f)
    {
        Tensor u = z.IsSymbolic ? z.Detach() : Tensor.Zeros(z.Shape, z.DType).WithGradient();
        Tensor[] products = Gradients.VectorJacobianProduct([f], [t, z], [u], createGraph: true);
        return Gradients.VectorJacobianProduct(products, [u], [Tensor.Ones(t.Shape, t.DType), f], createGraph: true)[0];
    }

    private static Tensor MeanOverBatch(Tensor values, int batch) => (values.Sum() * (1.0 / batch)).Reshape([1]);
}
