using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>A square matrix, dense or banded: a Jacobian or a mass matrix.</summary>
/// <remarks>
/// Row-major. A dense row has all its elements; a banded row i has those of the columns from <c>i − Lower</c> to <c>i + Upper</c>, places outside of the matrix included.
/// </remarks>
/// <typeparam name="T">Element type.</typeparam>
public sealed class SquareMatrix<T>
    where T : unmanaged, INumberBase<T>
{
    private readonly T[] _values;

    /// <summary>Makes a matrix of zeros.</summary>
    /// <param name="length">Number of rows, and of columns; at least 1.</param>
    /// <param name="bandwidth">Where entries may differ from zero; everywhere by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is less than 1, or the band is wider than the matrix.</exception>
    public SquareMatrix(int length, Bandwidth? bandwidth = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (bandwidth is { } band && (band.Lower < 0 || band.Upper < 0 || band.Lower >= length || band.Upper >= length))
        {
            throw new ArgumentOutOfRangeException(nameof(bandwidth), band, $"The numbers of diagonals must lie from 0 to {length - 1}, one less than the length.");
        }

        Length = length;
        Bandwidth = bandwidth;
        Stride = bandwidth is { } b ? b.Lower + b.Upper + 1 : length;
        _values = new T[checked(length * Stride)];
    }

    private SquareMatrix(int length, int blockLength)
        : this(length, new Bandwidth(blockLength - 1, blockLength - 1)) => BlockLength = blockLength;

    /// <summary>Makes a block-diagonal matrix of zeros: blocks of equal length on the diagonal, kept as a band.</summary>
    /// <param name="length">Number of rows, and of columns.</param>
    /// <param name="blockLength">Those of a block.</param>
    /// <returns>The matrix.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The block's length does not divide that of the matrix.</exception>
    public static SquareMatrix<T> OfBlocks(int length, int blockLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return blockLength >= 1 && length % blockLength == 0
            ? new SquareMatrix<T>(length, blockLength)
            : throw new ArgumentOutOfRangeException(nameof(blockLength), blockLength, $"A matrix of {length} rows is not blocks of {blockLength}.");
    }

    /// <summary>Number of rows, and of columns.</summary>
    public int Length { get; }

    /// <summary>Number of rows of the blocks on the diagonal outside of which all is zero, or <see langword="null"/> where the matrix is not kept so.</summary>
    public int? BlockLength { get; }

    /// <summary>
    /// Number of groups of columns of which no two have a row in common: columns whose numbers differ by a multiple of it. One product with the sum of a group's unit vectors
    /// gives all of its columns.
    /// </summary>
    public int ColumnGroupCount => BlockLength ?? (Bandwidth is { } band ? Math.Min(Length, band.Lower + band.Upper + 1) : Length);

    /// <summary>The rows in which a column may differ from zero.</summary>
    /// <param name="column">Column, from 0.</param>
    /// <returns>The first row and the last.</returns>
    public (int First, int Last) RowsOf(int column)
        => BlockLength is { } block ? (column / block * block, (column / block * block) + block - 1)
            : Bandwidth is { } band ? (Math.Max(0, column - band.Upper), Math.Min(Length - 1, column + band.Lower))
            : (0, Length - 1);

    /// <summary>Where entries may differ from zero, or <see langword="null"/> where the matrix is dense.</summary>
    public Bandwidth? Bandwidth { get; }

    /// <summary>Elements kept for a row.</summary>
    public int Stride { get; }

    /// <summary>All elements, row after row.</summary>
    public Span<T> Values => _values;

    /// <summary>An element. Outside of the band it is zero, and cannot be set.</summary>
    /// <param name="row">Row, from 0.</param>
    /// <param name="column">Column, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element, or one outside of the band is set.</exception>
    public T this[int row, int column]
    {
        get
        {
            int place = Place(row, column);
            return place < 0 ? T.Zero : _values[place];
        }

        set
        {
            int place = Place(row, column);
            if (place < 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(column),
                    column,
                    BlockLength is { } block
                        ? $"Element ({row}, {column}) lies outside of the blocks of {block} rows on the diagonal."
                        : $"Element ({row}, {column}) lies outside of the band of {Bandwidth!.Value.Lower} diagonals below and {Bandwidth.Value.Upper} above the main one.");
            }

            _values[place] = value;
        }
    }

    /// <summary>Makes all elements zero.</summary>
    public void Clear() => Array.Clear(_values);

    /// <summary>Writes the product with a vector.</summary>
    /// <param name="x">Vector, <c>[Length]</c>.</param>
    /// <param name="destination">Destination, <c>[Length]</c>; not <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">A length differs.</exception>
    public void Multiply(ReadOnlySpan<T> x, Span<T> destination)
    {
        if (x.Length != Length || destination.Length != Length)
        {
            throw new ArgumentException($"The vectors have {x.Length} and {destination.Length} elements; the matrix has {Length} columns.", nameof(x));
        }

        Bandwidth band = Bandwidth ?? new Bandwidth(Length, Length);
        for (int i = 0; i < Length; i++)
        {
            int first = Math.Max(0, i - band.Lower), last = Math.Min(Length - 1, i + band.Upper);
            int start = Bandwidth is null ? i * Stride : (i * Stride) - i + band.Lower;
            destination[i] = Scalar.Dot<T>(_values.AsSpan(start + first, last - first + 1), x.Slice(first, last - first + 1));
        }
    }

    /// <summary>A bound of the magnitudes of all eigenvalues: the largest sum of the magnitudes in a row.</summary>
    internal double SpectralBound()
    {
        double largest = 0;
        for (int start = 0; start < _values.Length; start += Stride)
        {
            double sum = 0;
            foreach (T value in _values.AsSpan(start, Stride))
            {
                sum += double.CreateTruncating(T.Abs(value));
            }

            largest = Math.Max(largest, sum);
        }

        return largest;
    }

    private int Place(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Length, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Length, nameof(column));
        if (Bandwidth is not { } band)
        {
            return (row * Stride) + column;
        }

        int offset = column - row + band.Lower;
        bool isKept = BlockLength is { } block ? row / block == column / block : (uint)offset < (uint)Stride;
        return isKept ? (row * Stride) + offset : -1;
    }
}
