using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>LU decomposition with partial pivoting of a dense matrix, real or complex.</summary>
/// <remarks>
/// G. H. Golub, C. F. Van Loan, <i>Matrix Computations</i>, 3.4. Rows are exchanged in memory and updated in whole vectors; no sum is split by vector
/// width, so the bits do not depend on it.
/// Memory is taken at construction only.
/// </remarks>
/// <typeparam name="T"><see cref="float"/>, <see cref="double"/> or <see cref="Complex"/>.</typeparam>
internal sealed class DenseLu<T>(int length)
    where T : unmanaged, INumberBase<T>
{
    private readonly T[] _factors = new T[checked(length * length)];
    private readonly int[] _pivots = new int[length];

    public int Length => length;

    /// <summary>The matrix, row-major: written by the caller before <see cref="Factor"/>, which overwrites it.</summary>
    public Span<T> Matrix => _factors;

    /// <summary>Decomposes <see cref="Matrix"/> in place.</summary>
    /// <returns>Whether it is regular and finite. Otherwise there is nothing to solve with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Factor()
    {
        int n = length;
        ref T a = ref MemoryMarshal.GetArrayDataReference(_factors);
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            double largest = Scalar.Magnitude(Unsafe.Add(ref a, (k * n) + k));
            for (int i = k + 1; i < n; i++)
            {
                double magnitude = Scalar.Magnitude(Unsafe.Add(ref a, (i * n) + k));

                // What is not a number must not hide behind a comparison.
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

            Span<T> top = _factors.AsSpan(k * n, n);
            if (pivot != k)
            {
                Scalar.Swap(top, _factors.AsSpan(pivot * n, n));
            }

            T inverse = T.One / top[k];
            for (int i = k + 1; i < n; i++)
            {
                ref T entry = ref Unsafe.Add(ref a, (i * n) + k);
                if (entry == T.Zero)
                {
                    continue;
                }

                entry *= inverse;
                Scalar.SubtractScaled(_factors.AsSpan((i * n) + k + 1, n - k - 1), entry, top[(k + 1)..]);
            }
        }

        return true;
    }

    /// <summary>Solves <c>A x = b</c> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(Span<T> b)
    {
        Scalar.RequireLength(b.Length, length);
        ReadOnlySpan<T> a = _factors;
        for (int k = 0; k < length; k++)
        {
            int pivot = _pivots[k];
            (b[k], b[pivot]) = (b[pivot], b[k]);
        }

        for (int i = 1; i < length; i++)
        {
            b[i] -= Scalar.Dot(a.Slice(i * length, i), b[..i]);
        }

        for (int i = length - 1; i >= 0; i--)
        {
            T sum = Scalar.Dot(a.Slice((i * length) + i + 1, length - i - 1), b[(i + 1)..]);
            b[i] = (b[i] - sum) / a[(i * length) + i];
        }
    }

    /// <summary>Solves <c>Aᵀ x = b</c> in place (without conjugation).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveTransposed(Span<T> b)
    {
        Scalar.RequireLength(b.Length, length);
        ReadOnlySpan<T> a = _factors;
        for (int i = 0; i < length; i++)
        {
            b[i] /= a[(i * length) + i];
            Scalar.SubtractScaled(b[(i + 1)..], b[i], a.Slice((i * length) + i + 1, length - i - 1));
        }

        for (int i = length - 1; i > 0; i--)
        {
            Scalar.SubtractScaled(b[..i], b[i], a.Slice(i * length, i));
        }

        for (int k = length - 1; k >= 0; k--)
        {
            int pivot = _pivots[k];
            (b[k], b[pivot]) = (b[pivot], b[k]);
        }
    }
}
