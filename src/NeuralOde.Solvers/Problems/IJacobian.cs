using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The derivative of a vector field by the state, which implicit methods solve their equations with.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Writes <c>∂f_i/∂z_j</c>.</summary>
    /// <param name="t">Time.</param>
    /// <param name="z">State, <c>[stateLength]</c>.</param>
    /// <param name="destination">Destination. It holds zeros on entry, so only what is not zero has to be written; banded where the problem says so.</param>
    void Evaluate(double t, ReadOnlySpan<T> z, SquareMatrix<T> destination);
}
