using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Solves <c>(M − γ J) x = b</c> by LU decomposition, dense, banded or block by block as J and M are.</summary>
internal sealed class LuSolver<T> : ILinearSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private SmallLu<T>? _small;
    private int _smallLength;
    private DenseLu<T>? _dense;
    private BandedLu<T>? _banded;
    private LuSolver<T>[] _blocks = [];
    private SquareMatrix<T>? _block;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Prepare(SquareMatrix<T> jacobian, SquareMatrix<T>? massMatrix, double gamma)
    {
        int n = jacobian.Length;
        if (jacobian.BlockLength is { } block && massMatrix is null)
        {
            return PrepareBlocks(jacobian, block, gamma);
        }

        _blocks = [];
        if (n <= SmallLu<T>.MaxLength && jacobian.Bandwidth is null)
        {
            if (_smallLength != n)
            {
                (_small, _smallLength, _dense, _banded) = (new SmallLu<T>(n), n, null, null);
            }

            return _small!.Prepare(jacobian, massMatrix, gamma);
        }

        (_small, _smallLength) = (null, 0);
        T factor = T.CreateTruncating(-gamma);
        if (jacobian.Bandwidth is { } band && (massMatrix is null || massMatrix.Bandwidth is not null))
        {
            Bandwidth mass = massMatrix?.Bandwidth ?? Bandwidth.Diagonal;
            var joint = new Bandwidth(Math.Max(band.Lower, mass.Lower), Math.Max(band.Upper, mass.Upper));
            if (_banded is null || _banded.Length != n || _banded.Bandwidth != joint)
            {
                (_banded, _dense) = (new BandedLu<T>(n, joint), null);
            }

            _banded.Clear();
            AddBand(jacobian, band, factor);
            if (massMatrix is not null)
            {
                AddBand(massMatrix, mass, T.One);
            }

            for (int i = 0; massMatrix is null && i < n; i++)
            {
                _banded[i, i] += T.One;
            }

            return _banded.Factor();
        }

        if (_dense is null || _dense.Length != n)
        {
            (_dense, _banded) = (new DenseLu<T>(n), null);
        }

        Span<T> matrix = _dense.Matrix;
        if (jacobian.Bandwidth is null)
        {
            ReadOnlySpan<T> values = jacobian.Values;
            for (int i = 0; i < matrix.Length; i++)
            {
                matrix[i] = factor * values[i];
            }
        }
        else
        {
            Spread(jacobian, matrix, factor);
        }

        if (massMatrix is not null)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    matrix[(i * n) + j] += massMatrix[i, j];
                }
            }
        }

        for (int i = 0; massMatrix is null && i < n; i++)
        {
            matrix[(i * n) + i] += T.One;
        }

        return _dense.Factor();
    }

    public void Solve(Span<T> b)
    {
        if (_blocks.Length > 0)
        {
            for (int i = 0, length = b.Length / _blocks.Length; i < _blocks.Length; i++)
            {
                _blocks[i].Solve(b.Slice(i * length, length));
            }

            return;
        }

        if (_small is not null)
        {
            SolveSmall(b, isTransposed: false);
            return;
        }

        if (_banded is not null)
        {
            _banded.Solve(b);
        }
        else
        {
            _dense!.Solve(b);
        }
    }

    public void SolveTransposed(Span<T> b)
    {
        if (_blocks.Length > 0)
        {
            for (int i = 0, length = b.Length / _blocks.Length; i < _blocks.Length; i++)
            {
                _blocks[i].SolveTransposed(b.Slice(i * length, length));
            }

            return;
        }

        if (_small is not null)
        {
            SolveSmall(b, isTransposed: true);
            return;
        }

        if (_banded is not null)
        {
            _banded.SolveTransposed(b);
        }
        else
        {
            _dense!.SolveTransposed(b);
        }
    }

    private bool PrepareBlocks(SquareMatrix<T> jacobian, int block, double gamma)
    {
        int count = jacobian.Length / block;
        if (_blocks.Length != count || _block?.Length != block)
        {
            _block = new SquareMatrix<T>(block);
            _blocks = new LuSolver<T>[count];
            for (int i = 0; i < count; i++)
            {
                _blocks[i] = new LuSolver<T>();
            }
        }

        ReadOnlySpan<T> values = jacobian.Values;
        for (int k = 0; k < count; k++)
        {
            // Row i of a band begins at column i − (block − 1).
            for (int i = 0; i < block; i++)
            {
                values.Slice((((k * block) + i) * jacobian.Stride) + block - 1 - i, block).CopyTo(_block.Values[(i * block)..]);
            }

            if (!_blocks[k].Prepare(_block, null, gamma))
            {
                return false;
            }
        }

        return true;
    }

    private unsafe void SolveSmall(Span<T> b, bool isTransposed)
    {
        Scalar.RequireLength(b.Length, _smallLength);
        fixed (T* start = b)
        {
            if (isTransposed)
            {
                _small!.SolveTransposed(start);
            }
            else
            {
                _small!.Solve(start);
            }
        }
    }

    private static void Spread(SquareMatrix<T> from, Span<T> to, T factor)
    {
        for (int i = 0; i < from.Length; i++)
        {
            for (int j = 0; j < from.Length; j++)
            {
                to[(i * from.Length) + j] = factor * from[i, j];
            }
        }
    }

    private void AddBand(SquareMatrix<T> from, Bandwidth band, T factor)
    {
        ReadOnlySpan<T> values = from.Values;
        int n = from.Length;
        for (int i = 0; i < n; i++)
        {
            int first = Math.Max(0, i - band.Lower), last = Math.Min(n - 1, i + band.Upper);
            for (int j = first; j <= last; j++)
            {
                _banded![i, j] += factor * values[(i * from.Stride) + j - i + band.Lower];
            }
        }
    }
}
