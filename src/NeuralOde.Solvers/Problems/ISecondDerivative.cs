namespace NeuralOde.Solvers;

/// <summary>
/// A vector-Jacobian product that knows how the Jacobian changes, too. The transpose of Rosenbrock methods needs it, whose formula contains the Jacobian, where the problem
/// gives one (<see cref="OdeProblem{T}.Jacobian"/>).
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ISecondDerivative<T> : IVectorJacobianProduct<T>
{
    /// <summary>
    /// Differentiates the number <c>s = a·∂f/∂z·v</c>: overwrites <paramref name="zGradient"/> with <c>∂s/∂z</c>, adds <c>∂s/∂θ</c> to the buffer that
    /// <see cref="IVectorJacobianProduct{T}.Evaluate"/> adds to, and returns <c>∂s/∂t</c>.
    /// </summary>
    /// <param name="t">Time.</param>
    /// <param name="z">State, <c>[stateLength]</c>.</param>
    /// <param name="a">Cotangent of the field's value, <c>[stateLength]</c>; constant.</param>
    /// <param name="v">Direction of the state, <c>[stateLength]</c>; constant.</param>
    /// <param name="zGradient">Destination, <c>[stateLength]</c>; overlaps no input.</param>
    /// <returns><c>∂s/∂t</c>; zero for a field that does not depend on time.</returns>
    double EvaluateSecond(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, ReadOnlySpan<T> v, Span<T> zGradient);
}
