using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// LU decomposition with partial pivoting of <c>M − γ J</c> for systems of a few components: plain loops without a call, because calls would cost more than
/// the arithmetic.
/// </summary>
/// <remarks>G. H. Golub, C. F. Van Loan, <i>Matrix Computations</i>, 3.4. The diagonal is kept inverted.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class SmallLu<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Largest length that pays: beyond it vectors win.</summary>
    public const int MaxLength = 12;

    private readonly int _n;

    // Pinned, for addresses.
    private readonly T[] _factors;
    private readonly int[] _pivots;
    private readonly T* _a;
    private readonly int* _p;

    /// <param name="length">Number of components.</param>
    public SmallLu(int length)
    {
        _n = length;
        _factors = GC.AllocateArray<T>(length * length, pinned: true);
        _pivots = GC.AllocateArray<int>(2 * length, pinned: true);
        _a = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_factors));
        _p = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pivots));
    }

    /// <summary>Decomposes <c>M − γ J</c>.</summary>
    /// <param name="jacobian">J, dense.</param>
    /// <param name="massMatrix">M, or <see langword="null"/> for the identity.</param>
    /// <param name="gamma">γ.</param>
    /// <returns>Whether the matrix is regular and finite. Otherwise there is nothing to solve with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Prepare(SquareMatrix<T> jacobian, SquareMatrix<T>? massMatrix, double gamma)
    {
        int n = _n;
        T* a = _a;
        T factor = T.CreateTruncating(-gamma);
        ReadOnlySpan<T> values = jacobian.Values[..(n * n)];
        for (int i = 0; i < values.Length; i++)
        {
            a[i] = factor * values[i];
        }

        if (massMatrix is null)
        {
            for (int i = 0; i < n; i++)
            {
                a[(i * n) + i] += T.One;
            }
        }
        else
        {
            for (int i = 0; i < n * n; i++)
            {
                a[i] += massMatrix[i / n, i % n];
            }
        }

        return Factor(n, a);
    }

    /// <summary>Solves <c>(M − γ J) x = b</c> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(T* b)
    {
        int n = _n;
        T* a = _a;
        if (n == 3)
        {
            SolveThree(a, b);
            return;
        }

        for (int k = 0; k < n; k++)
        {
            int pivot = _p[k];
            T value = b[pivot];
            b[pivot] = b[k];
            b[k] = value;
        }

        for (int i = 1; i < n; i++)
        {
            T* row = a + (i * n);
            T sum = b[i];
            for (int j = 0; j < i; j++)
            {
                sum -= row[j] * b[j];
            }

            b[i] = sum;
        }

        for (int i = n - 1; i >= 0; i--)
        {
            T* row = a + (i * n);
            T sum = b[i];
            for (int j = i + 1; j < n; j++)
            {
                sum -= row[j] * b[j];
            }

            b[i] = sum * row[i];
        }
    }

    /// <summary>Solves <c>(M − γ J)ᵀ x = b</c> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveTransposed(T* b)
    {
        int n = _n;
        T* a = _a;
        for (int i = 0; i < n; i++)
        {
            T* row = a + (i * n);
            T value = b[i] *= row[i];
            for (int j = i + 1; j < n; j++)
            {
                b[j] -= row[j] * value;
            }
        }

        for (int i = n - 1; i > 0; i--)
        {
            T* row = a + (i * n);
            for (int j = 0; j < i; j++)
            {
                b[j] -= row[j] * b[i];
            }
        }

        for (int k = n - 1; k >= 0; k--)
        {
            int pivot = _p[k];
            (b[k], b[pivot]) = (b[pivot], b[k]);
        }
    }

    /// <summary>The same for three components, without loops: the order of the exchanged rows is <c>_p[3…5]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SolveThree(T* a, T* b)
    {
        T b0 = b[_p[3]], b1 = b[_p[4]], b2 = b[_p[5]];
        b1 -= a[3] * b0;
        b2 = b2 - (a[6] * b0) - (a[7] * b1);
        b2 *= a[8];
        b1 = (b1 - (a[5] * b2)) * a[4];
        b[0] = (b0 - (a[2] * b2) - (a[1] * b1)) * a[0];
        b[1] = b1;
        b[2] = b2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Factor(int n, T* a)
    {
        for (int k = 0; k < n; k++)
        {
            T* top = a + (k * n);
            int pivot = k;
            T largest = T.Abs(top[k]);
            for (int i = k + 1; i < n; i++)
            {
                T magnitude = T.Abs(a[(i * n) + k]);

                // What is not a number must not hide behind a comparison.
                if (!(magnitude <= largest))
                {
                    (pivot, largest) = (i, magnitude);
                }
            }

            _p[k] = pivot;
            if (!(largest > T.Zero && largest <= MaxFinite))
            {
                return false;
            }

            T* other = a + (pivot * n);
            for (int j = 0; pivot != k && j < n; j++)
            {
                (top[j], other[j]) = (other[j], top[j]);
            }

            T inverse = T.One / top[k];
            top[k] = inverse;
            for (int i = k + 1; i < n; i++)
            {
                T* row = a + (i * n);
                T entry = row[k] * inverse;
                row[k] = entry;
                for (int j = k + 1; j < n; j++)
                {
                    row[j] -= entry * top[j];
                }
            }
        }

        for (int k = 0; k < n; k++)
        {
            _p[n + k] = k;
        }

        for (int k = 0; k < n; k++)
        {
            (_p[n + k], _p[n + _p[k]]) = (_p[n + _p[k]], _p[n + k]);
        }

        return true;
    }

    private static T MaxFinite => T.BitDecrement(T.PositiveInfinity);
}
