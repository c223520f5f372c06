using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Solves <c>(M + γ J) x = b</c> with a complex γ by LU decomposition, dense, banded or block by block as J and M are.</summary>
internal sealed class ComplexLuSolver<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _length;
    private readonly SmallComplexLu? _small;
    private readonly DenseLu<Complex>? _dense;
    private readonly BandedLu<Complex>? _banded;
    private readonly ComplexLuSolver<T>[] _blocks = [];

    /// <param name="jacobian">A matrix as J will be.</param>
    /// <param name="mass">M; the identity if not given.</param>
    public ComplexLuSolver(SquareMatrix<T> jacobian, SquareMatrix<T>? mass)
    {
        _length = jacobian.Length;
        if (jacobian.BlockLength is { } block && mass is null)
        {
            _blocks = new ComplexLuSolver<T>[_length / block];
            for (int i = 0; i < _blocks.Length; i++)
            {
                _blocks[i] = new ComplexLuSolver<T>(new SquareMatrix<T>(block), mass: null);
            }
        }
        else if (jacobian.Bandwidth is { } band && (mass is null || mass.Bandwidth is not null))
        {
            Bandwidth other = mass?.Bandwidth ?? Bandwidth.Diagonal;
            _banded = new BandedLu<Complex>(_length, new Bandwidth(Math.Max(band.Lower, other.Lower), Math.Max(band.Upper, other.Upper)));
        }
        else if (_length <= SmallLu<T>.MaxLength)
        {
            _small = new SmallComplexLu(_length);
        }
        else
        {
            _dense = new DenseLu<Complex>(_length);
        }
    }

    /// <summary>Makes the factorization.</summary>
    /// <returns>Whether the matrix is regular.</returns>
    public bool Prepare(SquareMatrix<T> jacobian, SquareMatrix<T>? mass, Complex factor)
    {
        for (int i = 0; i < _blocks.Length; i++)
        {
            if (!_blocks[i].PrepareDense(jacobian, null, factor, i * _blocks[i]._length))
            {
                return false;
            }
        }

        return _blocks.Length > 0 || (_banded is null ? PrepareDense(jacobian, mass, factor, 0) : PrepareBanded(_banded, jacobian, mass, factor));
    }

    public void Solve(Span<Complex> b)
    {
        for (int i = 0, length = b.Length / Math.Max(1, _blocks.Length); i < _blocks.Length; i++)
        {
            _blocks[i].Solve(b.Slice(i * length, length));
        }

        _small?.Solve(b);
        _dense?.Solve(b);
        _banded?.Solve(b);
    }

    public void SolveTransposed(Span<Complex> b)
    {
        for (int i = 0, length = b.Length / Math.Max(1, _blocks.Length); i < _blocks.Length; i++)
        {
            _blocks[i].SolveTransposed(b.Slice(i * length, length));
        }

        _small?.SolveTransposed(b);
        _dense?.SolveTransposed(b);
        _banded?.SolveTransposed(b);
    }

    /// <summary>Factors the part of the matrix from a row and column on.</summary>
    private bool PrepareDense(SquareMatrix<T> jacobian, SquareMatrix<T>? mass, Complex factor, int first)
    {
        Span<Complex> matrix = _small is null ? _dense!.Matrix : _small.Matrix;
        ReadOnlySpan<T> values = jacobian.Values;
        bool isDense = jacobian.Bandwidth is null;
        int n = _length;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double entry = double.CreateTruncating(isDense ? values[(i * n) + j] : jacobian[first + i, first + j]);
                double other = mass is null ? (i == j ? 1 : 0) : double.CreateTruncating(mass[i, j]);
                matrix[(i * n) + j] = new Complex((factor.Real * entry) + other, factor.Imaginary * entry);
            }
        }

        return _small?.Factor() ?? _dense!.Factor();
    }

    private static bool PrepareBanded(BandedLu<Complex> banded, SquareMatrix<T> jacobian, SquareMatrix<T>? mass, Complex factor)
    {
        banded.Clear();
        Bandwidth band = banded.Bandwidth;
        int n = jacobian.Length;
        for (int i = 0; i < n; i++)
        {
            for (int j = Math.Max(0, i - band.Lower); j <= Math.Min(n - 1, i + band.Upper); j++)
            {
                double other = mass is null ? (i == j ? 1 : 0) : double.CreateTruncating(mass[i, j]);
                banded[i, j] = (factor * double.CreateTruncating(jacobian[i, j])) + other;
            }
        }

        return banded.Factor();
    }
}
