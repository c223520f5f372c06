namespace NeuralOde.Solvers;

/// <summary>The right-hand side of <c>dz/dt = f(t, z)</c>, evaluated into memory that the caller owns.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>; time is always <see cref="double"/>.</typeparam>
public interface IVectorField<T>
{
    /// <summary>Writes <c>f(t, z)</c>.</summary>
    /// <param name="t">Time, always within the interval that is solved.</param>
    /// <param name="z">State, <c>[stateLength]</c>.</param>
    /// <param name="dz">
    /// Destination, <c>[stateLength + quadratureLength]</c>: the derivative of the state, then the integrands of the quadratures.
    /// It holds arbitrary values on entry and must be overwritten whole.
    /// </param>
    void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz);
}
