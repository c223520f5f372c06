using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Solves with a block-diagonal matrix whose blocks are all the same: one factorization serves them all.</summary>
/// <param name="inner">Solves with one block.</param>
/// <param name="length">Number of rows of a block.</param>
/// <param name="bandwidth">Where the entries of a block may differ from zero; everywhere by default.</param>
internal sealed class BlockSolver<T>(ILinearSolver<T> inner, int length, Bandwidth? bandwidth) : ILinearSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SquareMatrix<T> _block = new(length, bandwidth);

    public bool Prepare(SquareMatrix<T> jacobian, SquareMatrix<T>? massMatrix, double gamma)
    {
        Bandwidth band = bandwidth ?? new Bandwidth(length - 1, length - 1);
        for (int i = 0; i < length; i++)
        {
            for (int j = Math.Max(0, i - band.Lower); j <= Math.Min(length - 1, i + band.Upper); j++)
            {
                _block[i, j] = jacobian[i, j];
            }
        }

        return inner.Prepare(_block, null, gamma);
    }

    public void Solve(Span<T> b)
    {
        for (int start = 0; start < b.Length; start += length)
        {
            inner.Solve(b.Slice(start, length));
        }
    }

    public void SolveTransposed(Span<T> b)
    {
        for (int start = 0; start < b.Length; start += length)
        {
            inner.SolveTransposed(b.Slice(start, length));
        }
    }
}
