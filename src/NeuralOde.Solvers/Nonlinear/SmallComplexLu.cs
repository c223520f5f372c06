using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// LU decomposition with partial pivoting of a complex matrix of a few rows, as <see cref="SmallLu{T}"/> is of a real one. Pivots are compared by |re| + |im|,
/// and quotients are products with inverted pivots.
/// </summary>
internal sealed unsafe class SmallComplexLu
{
    private readonly int _n;

    // Pinned, for addresses.
    private readonly Complex[] _factors;
    private readonly int[] _pivots;
    private readonly Complex* _a;
    private readonly int* _p;

    /// <param name="length">Number of rows.</param>
    public SmallComplexLu(int length)
    {
        _n = length;
        _factors = GC.AllocateArray<Complex>(length * length, pinned: true);
        _pivots = GC.AllocateArray<int>(length, pinned: true);
        _a = (Complex*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_factors));
        _p = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pivots));
    }

    /// <summary>The matrix, row-major: written by the caller before <see cref="Factor"/>, which overwrites it.</summary>
    public Span<Complex> Matrix => _factors;

    /// <summary>Decomposes <see cref="Matrix"/> in place.</summary>
    /// <returns>Whether it is regular and finite. Otherwise there is nothing to solve with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Factor()
    {
        int n = _n;
        Complex* a = _a;
        for (int k = 0; k < n; k++)
        {
            Complex* top = a + (k * n);
            int pivot = k;
            double largest = Magnitude(top[k]);
            for (int i = k + 1; i < n; i++)
            {
                double magnitude = Magnitude(a[(i * n) + k]);

                // What is not a number must not hide behind a comparison.
                if (!(magnitude <= largest))
                {
                    (pivot, largest) = (i, magnitude);
                }
            }

            _p[k] = pivot;
            if (!(largest > 0 && double.IsFinite(largest)))
            {
                return false;
            }

            Complex* other = a + (pivot * n);
            for (int j = 0; pivot != k && j < n; j++)
            {
                (top[j], other[j]) = (other[j], top[j]);
            }

            Complex inverse = Complex.One / top[k];
            top[k] = inverse;
            for (int i = k + 1; i < n; i++)
            {
                Complex* row = a + (i * n);
                Complex entry = row[k] * inverse;
                row[k] = entry;
                for (int j = k + 1; j < n; j++)
                {
                    row[j] = Less(row[j], entry, top[j]);
                }
            }
        }

        return true;
    }

    /// <summary>Solves <c>A x = b</c> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(Span<Complex> b)
    {
        Scalar.RequireLength(b.Length, _n);
        int n = _n;
        Complex* a = _a;
        fixed (Complex* x = b)
        {
            for (int k = 0; k < n; k++)
            {
                int pivot = _p[k];
                (x[k], x[pivot]) = (x[pivot], x[k]);
            }

            for (int i = 1; i < n; i++)
            {
                Complex* row = a + (i * n);
                Complex sum = x[i];
                for (int j = 0; j < i; j++)
                {
                    sum = Less(sum, row[j], x[j]);
                }

                x[i] = sum;
            }

            for (int i = n - 1; i >= 0; i--)
            {
                Complex* row = a + (i * n);
                Complex sum = x[i];
                for (int j = i + 1; j < n; j++)
                {
                    sum = Less(sum, row[j], x[j]);
                }

                x[i] = sum * row[i];
            }
        }
    }

    /// <summary>Solves <c>Aᵀ x = b</c> in place (without conjugation).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveTransposed(Span<Complex> b)
    {
        Scalar.RequireLength(b.Length, _n);
        int n = _n;
        Complex* a = _a;
        fixed (Complex* x = b)
        {
            for (int i = 0; i < n; i++)
            {
                Complex* row = a + (i * n);
                x[i] *= row[i];
                for (int j = i + 1; j < n; j++)
                {
                    x[j] = Less(x[j], row[j], x[i]);
                }
            }

            for (int i = n - 1; i > 0; i--)
            {
                Complex* row = a + (i * n);
                for (int j = 0; j < i; j++)
                {
                    x[j] = Less(x[j], row[j], x[i]);
                }
            }

            for (int k = n - 1; k >= 0; k--)
            {
                int pivot = _p[k];
                (x[k], x[pivot]) = (x[pivot], x[k]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Magnitude(Complex z) => Math.Abs(z.Real) + Math.Abs(z.Imaginary);

    /// <summary><c>z − x y</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Complex Less(Complex z, Complex x, Complex y)
        => new(z.Real - (x.Real * y.Real) + (x.Imaginary * y.Imaginary), z.Imaginary - (x.Real * y.Imaginary) - (x.Imaginary * y.Real));
}
