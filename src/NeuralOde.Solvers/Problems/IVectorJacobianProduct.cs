namespace NeuralOde.Solvers;

/// <summary>The transposed derivative of a vector field, which the transpose of a solve is made of.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IVectorJacobianProduct<T>
{
    /// <summary>
    /// Overwrites <paramref name="zGradient"/> with <c>a·∂f/∂z</c>, adds <c>a·∂f/∂θ</c> to a buffer of its own, and returns <c>a·∂f/∂t</c>.
    /// </summary>
    /// <param name="t">Time at which the forward solve evaluated the field.</param>
    /// <param name="z">State at which the forward solve evaluated the field, <c>[stateLength]</c>.</param>
    /// <param name="a">Cotangent of the field's value, <c>[stateLength]</c>.</param>
    /// <param name="zGradient">Destination, <c>[stateLength]</c>; overlaps neither input.</param>
    /// <returns><c>a·∂f/∂t</c>; zero for a field that does not depend on time.</returns>
    double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient);
}
