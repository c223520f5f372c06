using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>
/// The arithmetic of a multistep step on rows of a <see cref="RowMemory{T}"/>: whole vectors of 256 bits, padding included, so that the bits do not depend on the machine.
/// </summary>
/// <remarks>Lengths are multiples of <see cref="Width{T}"/>. Rows of a Nordsieck array lie a stride apart.</remarks>
internal static unsafe class NordsieckKernel
{
    public static int Width<T>() => Vector256<T>.Count;

    /// <summary>Moves a polynomial on by a step, in the new step's scale: <c>to_j = Σ_(k ≥ j) binomial(k, j) r^k from_k</c>.</summary>
    /// <param name="from">Nordsieck array at the start.</param>
    /// <param name="to">Nordsieck array at the end.</param>
    /// <param name="stride">From a row to the next.</param>
    /// <param name="order">Degree. Up to 5 all six rows are read and written: those above the degree hold zeros.</param>
    /// <param name="powers">r^0, …, r^order, and zeros or more powers up to r^5.</param>
    /// <param name="length">Length of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Predict<T>(T* from, T* to, nint stride, int order, T* powers, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (order > 5)
        {
            PredictHigh(from, to, stride, order, powers, length);
            return;
        }

        Vector256<T> r1 = Vector256.Create(powers[1]), r2 = Vector256.Create(powers[2]), r3 = Vector256.Create(powers[3]);
        Vector256<T> r4 = Vector256.Create(powers[4]), r5 = Vector256.Create(powers[5]);
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            T* source = from + i, destination = to + i;
            Vector256<T> v0 = Vector256.LoadAligned(source), v1 = r1 * Vector256.LoadAligned(source + stride), v2 = r2 * Vector256.LoadAligned(source + (2 * stride));
            Vector256<T> v3 = r3 * Vector256.LoadAligned(source + (3 * stride));
            Vector256<T> v4 = r4 * Vector256.LoadAligned(source + (4 * stride)), v5 = r5 * Vector256.LoadAligned(source + (5 * stride));

            // Pascal's triangle.
            v4 += v5;
            v3 += v4;
            v2 += v3;
            v1 += v2;
            v0 += v1;
            v4 += v5;
            v3 += v4;
            v2 += v3;
            v1 += v2;
            v4 += v5;
            v3 += v4;
            v2 += v3;
            v4 += v5;
            v3 += v4;
            v4 += v5;
            v0.StoreAligned(destination);
            v1.StoreAligned(destination + stride);
            v2.StoreAligned(destination + (2 * stride));
            v3.StoreAligned(destination + (3 * stride));
            v4.StoreAligned(destination + (4 * stride));
            v5.StoreAligned(destination + (5 * stride));
        }
    }

    /// <summary>Adds a multiple of a row to each row of a Nordsieck array.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddToRows<T>(T* rows, nint stride, int count, T* weights, T* row, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            var value = Vector256.LoadAligned(row + i);
            T* destination = rows + i;
            for (int j = 0; j < count; j++)
            {
                (Vector256.LoadAligned(destination) + (Vector256.Create(weights[j]) * value)).StoreAligned(destination);
                destination += stride;
            }
        }
    }

    /// <summary><c>1 / (atol + rtol |z|)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights<T>(T* z, T* weights, T absolute, T relative, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<T> one = Vector256<T>.One, atol = Vector256.Create(absolute), rtol = Vector256.Create(relative);
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            (one / (atol + (rtol * Vector256.Abs(Vector256.LoadAligned(z + i))))).StoreAligned(weights + i);
        }
    }

    /// <summary><c>γ f − (ρ z_1 + e)</c>: what the correction e leaves of the equations of a step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Residual<T>(T* destination, T* f, T gamma, T* slope, T rho, T* correction, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<T> g = Vector256.Create(gamma), r = Vector256.Create(rho);
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            Vector256<T> known = (r * Vector256.LoadAligned(slope + i)) + Vector256.LoadAligned(correction + i);
            ((g * Vector256.LoadAligned(f + i)) - known).StoreAligned(destination + i);
        }
    }

    /// <summary><c>e += s d</c> and <c>z = predicted + e</c>.</summary>
    /// <returns><c>Σ (w s d)²</c>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Correct<T>(T* change, T scale, T* correction, T* predicted, T* z, T* weights, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<T> sum = Vector256<T>.Zero, s = Vector256.Create(scale);
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            Vector256<T> d = s * Vector256.LoadAligned(change + i), e = Vector256.LoadAligned(correction + i) + d;
            e.StoreAligned(correction + i);
            (Vector256.LoadAligned(predicted + i) + e).StoreAligned(z + i);
            Vector256<T> scaled = d * Vector256.LoadAligned(weights + i);
            sum += scaled * scaled;
        }

        return Sum(sum);
    }

    /// <summary><c>Σ (w (x + c y))²</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares<T>(T* x, T* y, T c, T* weights, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<T> sum = Vector256<T>.Zero, factor = Vector256.Create(c);
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            Vector256<T> scaled = (Vector256.LoadAligned(x + i) + (factor * Vector256.LoadAligned(y + i))) * Vector256.LoadAligned(weights + i);
            sum += scaled * scaled;
        }

        return Sum(sum);
    }

    // In a fixed order, for the same bits on every machine.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum<T>(Vector256<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector128<T> half = x.GetLower() + x.GetUpper();
        T sum = half.GetElement(0) + half.GetElement(1);
        return double.CreateTruncating(typeof(T) == typeof(float) ? sum + (half.GetElement(2) + half.GetElement(3)) : sum);
    }

    private static void PredictHigh<T>(T* from, T* to, nint stride, int order, T* powers, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<T>* v = stackalloc Vector256<T>[order + 1];
        for (int i = 0; i < length; i += Vector256<T>.Count)
        {
            for (int j = 0; j <= order; j++)
            {
                v[j] = Vector256.Create(powers[j]) * Vector256.LoadAligned(from + i + (j * stride));
            }

            for (int k = 1; k <= order; k++)
            {
                Vector256<T> above = v[order];
                for (int j = order - 1; j >= k - 1; j--)
                {
                    v[j] = above = v[j] + above;
                }
            }

            for (int j = 0; j <= order; j++)
            {
                v[j].StoreAligned(to + i + (j * stride));
            }
        }
    }
}
