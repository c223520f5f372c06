using NeuralOde.Solvers;

namespace NeuralOde.Equations.Simulation;

/// <summary>
/// The linear systems of implicit methods for states with their sensitivities. Each column of sensitivities moves by the same Jacobian as the states, so one small
/// decomposition serves all; how the columns depend on the states is left out, which Newton's iteration makes good (the simultaneous corrector method,
/// T. Maly, L. R. Petzold, <i>Applied Numerical Mathematics</i> 20, 1996).
/// </summary>
internal sealed class BlockLu(int n) : ILinearSolver<double>
{
    private readonly double[] _lu = new double[n * n];
    private readonly int[] _pivots = new int[n];

    /// <inheritdoc/>
    public bool Prepare(SquareMatrix<double> jacobian, SquareMatrix<double>? massMatrix, double gamma)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double mass = massMatrix is null ? (i == j ? 1 : 0) : massMatrix[i, j];
                _lu[(i * n) + j] = mass - (gamma * jacobian[i, j]);
            }
        }

        return Decompose(_lu, _pivots, n);
    }

    /// <inheritdoc/>
    public void Solve(Span<double> b)
    {
        for (int block = 0; block < b.Length; block += n)
        {
            Solve(_lu, _pivots, b.Slice(block, n));
        }
    }

    /// <inheritdoc/>
    public void SolveTransposed(Span<double> b) => throw new NotSupportedException("Forward sensitivities need no transposed solution.");

    /// <summary>Decomposes a matrix in place, with partial pivoting.</summary>
    /// <returns>Whether it is regular.</returns>
    public static bool Decompose(Span<double> a, Span<int> pivots, int n)
    {
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
            {
                pivot = Math.Abs(a[(i * n) + k]) > Math.Abs(a[(pivot * n) + k]) ? i : pivot;
            }

            pivots[k] = pivot;
            double diagonal = a[(pivot * n) + k];
            if (diagonal == 0 || !double.IsFinite(diagonal))
            {
                return false;
            }

            for (int j = 0; pivot != k && j < n; j++)
            {
                (a[(k * n) + j], a[(pivot * n) + j]) = (a[(pivot * n) + j], a[(k * n) + j]);
            }

            for (int i = k + 1; i < n; i++)
            {
                double factor = a[(i * n) + k] /= diagonal;
                for (int j = k + 1; factor != 0 && j < n; j++)
                {
                    a[(i * n) + j] -= factor * a[(k * n) + j];
                }
            }
        }

        return true;
    }

    /// <summary>Solves in place with a decomposed matrix.</summary>
    public static void Solve(ReadOnlySpan<double> lu, ReadOnlySpan<int> pivots, Span<double> b)
    {
        int n = b.Length;
        for (int i = 0; i < n; i++)
        {
            (b[i], b[pivots[i]]) = (b[pivots[i]], b[i]);
        }

        for (int i = 1; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                b[i] -= lu[(i * n) + j] * b[j];
            }
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++)
            {
                b[i] -= lu[(i * n) + j] * b[j];
            }

            b[i] /= lu[(i * n) + i];
        }
    }
}
