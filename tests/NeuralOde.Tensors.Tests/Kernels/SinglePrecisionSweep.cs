using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Goes through single-precision numbers in the order of their bits, and compares a function in float with the same function in double.</summary>
/// <remarks>
/// All 2³² numbers take some ten seconds a function (sine and cosine, which leave vectors for large arguments, some minutes), because the reference is the library's
/// own double kernel and the errors are measured in vectors. That reference is good to a few units of 2⁻⁵², so a few times 2⁻²⁹ of an ulp in float; that it is right
/// is checked elsewhere, against double-double arithmetic and, over the same numbers, against <see cref="Math"/>.
/// </remarks>
internal static class SinglePrecisionSweep
{
    private const int Block = 4096;

    /// <summary>The largest error in ulp over one number in <paramref name="stride"/>, and where it is.</summary>
    public static (double Ulp, float At) LargestError(UnaryKernel<float> function, UnaryKernel<double> reference, uint stride)
    {
        float[] y = new float[Block];
        (double Ulp, float At) worst = default;
        Run(stride, reference, (x, exact) =>
        {
            function(x, y.AsSpan(0, x.Length), SimdWidths.Best);
            if (Largest(y.AsSpan(0, x.Length), exact) <= worst.Ulp)
            {
                return;
            }

            for (int i = 0; i < x.Length; i++)
            {
                double error = Ulp.Error(y[i], exact[i]);
                worst = error <= worst.Ulp ? worst : (error, x[i]);
            }
        });
        return worst;
    }

    /// <summary>Calls back with blocks of numbers and the function's values there.</summary>
    public static void Run(uint stride, UnaryKernel<double> function, Action<float[], double[]> block)
    {
        float[] numbers = new float[Block];
        double[] inDouble = new double[Block];
        double[] values = new double[Block];
        for (ulong start = 0; start < 1UL << 32; start += (ulong)stride * Block)
        {
            Span<uint> bits = MemoryMarshal.Cast<float, uint>(numbers.AsSpan());
            for (int i = 0; i < Block; i++)
            {
                // The last block goes once more through numbers from the first.
                bits[i] = (uint)start + ((uint)i * stride);
                inDouble[i] = numbers[i];
            }

            function(inDouble, values, SimdWidths.Best);
            block(numbers, values);
        }
    }

    /// <summary>The largest error in ulp; not a number where a result or a reference is not.</summary>
    private static double Largest(ReadOnlySpan<float> actual, ReadOnlySpan<double> exact)
    {
        Vector512<double> worst = Vector512<double>.Zero;
        for (int i = 0; i < actual.Length; i += Vector512<float>.Count)
        {
            var y = Vector512.LoadUnsafe(in actual[i]);
            var exactLow = Vector512.LoadUnsafe(in exact[i]);
            var exactHigh = Vector512.LoadUnsafe(in exact[i + Vector512<double>.Count]);
            var rounded = Vector512.Narrow(exactLow, exactHigh);

            // An ulp is 2^(e − 150) for the biased exponent e, 1 at least; what overflows has the ulp of the largest number.
            var exponent = Vector512.ShiftRightLogical(Vector512.Abs(rounded).AsInt32(), 23);
            exponent = Vector512.Min(Vector512.Max(exponent, Vector512.Create(1)), Vector512.Create(254));
            Vector512<int> inverse = Vector512.Create(1023 + 150) - exponent;

            // The same infinity is right, though its distance from the exact value is not finite.
            Vector512<int> infinite = (Vector512.Equals(y, rounded) & Vector512.Equals(Vector512.Abs(y), Vector512.Create(float.PositiveInfinity))).AsInt32();
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(y);
            (Vector512<long> inverseLow, Vector512<long> inverseHigh) = Vector512.Widen(inverse);
            (Vector512<long> infiniteLow, Vector512<long> infiniteHigh) = Vector512.Widen(infinite);
            worst = Vector512.Max(worst, Error(low, exactLow, inverseLow, infiniteLow));
            worst = Vector512.Max(worst, Error(high, exactHigh, inverseHigh, infiniteHigh));
        }

        double largest = 0.0;
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            largest = Math.Max(largest, worst[i]);
        }

        return largest;
    }

    private static Vector512<double> Error(Vector512<double> actual, Vector512<double> exact, Vector512<long> inverseExponent, Vector512<long> infinite)
        => Vector512.AndNot(Vector512.Abs(actual - exact) * Vector512.ShiftLeft(inverseExponent, 52).AsDouble(), infinite.AsDouble());
}
