using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>What the decompositions do with elements and rows, real or complex.</summary>
internal static class Scalar
{
    /// <summary>What pivots are compared by: |re| + |im|, which costs no root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Magnitude<T>(T value)
        where T : unmanaged, INumberBase<T>
    {
        if (typeof(T) == typeof(Complex))
        {
            var z = (Complex)(object)value;
            return Math.Abs(z.Real) + Math.Abs(z.Imaginary);
        }

        return Math.Abs(double.CreateTruncating(value));
    }

    /// <summary><c>row −= factor · other</c>, element by element: the same bits for every vector width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SubtractScaled<T>(Span<T> row, T factor, ReadOnlySpan<T> other)
        where T : unmanaged, INumberBase<T>
    {
        int i = 0;
        if (typeof(T) != typeof(Complex) && row.Length >= Vector<T>.Count)
        {
            ref T to = ref MemoryMarshal.GetReference(row);
            ref T from = ref MemoryMarshal.GetReference(other[..row.Length]);
            var scale = new Vector<T>(factor);
            for (; i <= row.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                (Vector.LoadUnsafe(ref to, (nuint)i) - (scale * Vector.LoadUnsafe(ref from, (nuint)i))).StoreUnsafe(ref to, (nuint)i);
            }
        }

        for (; i < row.Length; i++)
        {
            row[i] -= factor * other[i];
        }
    }

    /// <summary>Σ x_i y_i in four interleaved sums, whatever the vector width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, INumberBase<T>
    {
        y = y[..x.Length];
        T s0 = T.Zero, s1 = T.Zero, s2 = T.Zero, s3 = T.Zero;
        int i = 0;
        for (; i <= x.Length - 4; i += 4)
        {
            s0 += x[i] * y[i];
            s1 += x[i + 1] * y[i + 1];
            s2 += x[i + 2] * y[i + 2];
            s3 += x[i + 3] * y[i + 3];
        }

        for (; i < x.Length; i++)
        {
            s0 += x[i] * y[i];
        }

        return s0 + s1 + (s2 + s3);
    }

    public static void Swap<T>(Span<T> row, Span<T> other)
    {
        for (int i = 0; i < row.Length; i++)
        {
            (row[i], other[i]) = (other[i], row[i]);
        }
    }

    public static void RequireLength(int actual, int expected)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"The right-hand side has {actual} elements; the matrix has {expected} rows.", "b");
        }
    }
}
