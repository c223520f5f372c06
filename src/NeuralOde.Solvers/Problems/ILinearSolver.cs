using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Solves the linear equations of implicit methods, <c>(M − γ J) x = b</c>: prepared once, then solved for many right-hand sides.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ILinearSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Prepares the solution with <c>M − γ J</c>.</summary>
    /// <param name="jacobian">J; unchanged, and not kept beyond the call.</param>
    /// <param name="massMatrix">M, or <see langword="null"/> for the identity.</param>
    /// <param name="gamma">γ.</param>
    /// <returns>Whether the matrix is regular. Otherwise the step is retried with another length.</returns>
    bool Prepare(SquareMatrix<T> jacobian, SquareMatrix<T>? massMatrix, double gamma);

    /// <summary>Solves in place: b becomes x.</summary>
    /// <param name="b">Right-hand side, then the solution.</param>
    void Solve(Span<T> b);

    /// <summary>Solves with the transposed matrix in place, for gradients: b becomes x.</summary>
    /// <param name="b">Right-hand side, then the solution.</param>
    void SolveTransposed(Span<T> b);
}
