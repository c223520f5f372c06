using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// LU decomposition with partial pivoting of a banded matrix, real or complex: work and memory grow with the length times the square, and the width,
/// of the band.
/// </summary>
/// <remarks>
/// G. H. Golub, C. F. Van Loan, <i>Matrix Computations</i>, 4.3. Exchanges widen the upper band by <c>Lower</c>, so row i has places for the columns
/// from <c>i − Lower</c> to <c>i + Upper + Lower</c>.
/// Multipliers stay where they were made and are exchanged no further, as in LAPACK's gbtrf.
/// </remarks>
/// <typeparam name="T"><see cref="float"/>, <see cref="double"/> or <see cref="Complex"/>.</typeparam>
internal sealed class BandedLu<T>(int length, Bandwidth band)
    where T : unmanaged, INumberBase<T>
{
    private readonly int _lower = band.Lower;
    private readonly int _reach = band.Lower + band.Upper;
    private readonly int _stride = (2 * band.Lower) + band.Upper + 1;
    private readonly T[] _factors = new T[checked(length * ((2 * band.Lower) + band.Upper + 1))];
    private readonly int[] _pivots = new int[length];

    public int Length => length;

    public Bandwidth Bandwidth => band;

    /// <summary>Makes the matrix zero.</summary>
    public void Clear() => Array.Clear(_factors);

    /// <summary>An element of the band: written by the caller before <see cref="Factor"/>, which overwrites it.</summary>
    public ref T this[int row, int column]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _factors[(row * _stride) + column - row + _lower];
    }

    /// <summary>Decomposes in place.</summary>
    /// <returns>Whether the matrix is regular and finite. Otherwise there is nothing to solve with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Factor()
    {
        for (int k = 0; k < length; k++)
        {
            int last = Math.Min(length - 1, k + _lower), pivot = k;
            double largest = Scalar.Magnitude(this[k, k]);
            for (int i = k + 1; i <= last; i++)
            {
                double magnitude = Scalar.Magnitude(this[i, k]);
                if (magnitude > largest || double.IsNaN(magnitude))
                {
                    (pivot, largest) = (i, magnitude);
                }
            }

            _pivots[k] = pivot;
            if (!(largest > 0 && double.IsFinite(largest)))
            {
                return false;
            }

            int width = Math.Min(length - 1, k + _reach) - k + 1;
            Span<T> top = Row(k, k, width);
            if (pivot != k)
            {
                Scalar.Swap(top, Row(pivot, k, width));
            }

            T inverse = T.One / top[0];
            for (int i = k + 1; i <= last; i++)
            {
                ref T entry = ref this[i, k];
                if (entry != T.Zero)
                {
                    entry *= inverse;
                    Scalar.SubtractScaled(Row(i, k + 1, width - 1), entry, top[1..]);
                }
            }
        }

        return true;
    }

    /// <summary>Solves <c>A x = b</c> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(Span<T> b)
    {
        Scalar.RequireLength(b.Length, length);
        for (int k = 0; k < length; k++)
        {
            int pivot = _pivots[k];
            (b[k], b[pivot]) = (b[pivot], b[k]);
            T value = b[k];
            int last = Math.Min(length - 1, k + _lower);
            for (int i = k + 1; i <= last; i++)
            {
                b[i] -= this[i, k] * value;
            }
        }

        for (int i = length - 1; i >= 0; i--)
        {
            int width = Math.Min(length - 1, i + _reach) - i;
            b[i] = (b[i] - Scalar.Dot(Row(i, i + 1, width), b.Slice(i + 1, width))) / this[i, i];
        }
    }

    /// <summary>Solves <c>Aᵀ x = b</c> in place (without conjugation).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveTransposed(Span<T> b)
    {
        Scalar.RequireLength(b.Length, length);
        for (int i = 0; i < length; i++)
        {
            b[i] /= this[i, i];
            int width = Math.Min(length - 1, i + _reach) - i;
            Scalar.SubtractScaled(b.Slice(i + 1, width), b[i], Row(i, i + 1, width));
        }

        for (int k = length - 1; k >= 0; k--)
        {
            int last = Math.Min(length - 1, k + _lower);
            T sum = b[k];
            for (int i = k + 1; i <= last; i++)
            {
                sum -= this[i, k] * b[i];
            }

            b[k] = sum;
            int pivot = _pivots[k];
            (b[k], b[pivot]) = (b[pivot], b[k]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<T> Row(int row, int column, int width) => width == 0 ? [] : _factors.AsSpan((row * _stride) + column - row + _lower, width);
}
