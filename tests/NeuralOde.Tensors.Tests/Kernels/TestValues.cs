using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Inputs that kernels are tested on, and comparisons by bits.</summary>
internal static class TestValues
{
    public static readonly SimdWidth[] AllWidths = [SimdWidth.Scalar, SimdWidth.V128, SimdWidth.V256, SimdWidth.V512];

    /// <summary>Lengths on both sides of every vector and block, and one above a reduction's leaf.</summary>
    public static IEnumerable<int> Lengths => Enumerable.Range(0, 71).Concat([127, 128, 129, 255, 256, 257, 1000]);

    public static T[] Special<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T smallestNormal = typeof(T) == typeof(float) ? T.CreateTruncating(1.17549435e-38) : T.CreateTruncating(2.2250738585072014e-308);
        T largest = typeof(T) == typeof(float) ? T.CreateTruncating(float.MaxValue) : T.CreateTruncating(double.MaxValue);
        T[] positive =
        [
            T.Zero, T.Epsilon, T.Epsilon * T.CreateTruncating(5), smallestNormal - T.Epsilon, smallestNormal,
            T.CreateTruncating(1e-30), T.CreateTruncating(1e-8), T.CreateTruncating(0.3), T.CreateTruncating(0.5), T.One, T.CreateTruncating(1.5),
            T.CreateTruncating(10), T.CreateTruncating(88.5), T.CreateTruncating(104), T.CreateTruncating(709.5), T.CreateTruncating(1e9),
            T.CreateTruncating(1e30), largest, T.PositiveInfinity, T.NaN,
        ];
        return [.. positive, .. positive.Select(x => -x)];
    }

    /// <summary>Numbers of every sign and of magnitudes from 2⁻ʳ to 2ʳ.</summary>
    public static T[] Spread<T>(int count, int seed, double range = 8)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[count];
        for (int i = 0; i < count; i++)
        {
            double magnitude = Math.Pow(2, range * ((2 * random.NextDouble()) - 1));
            values[i] = T.CreateTruncating(random.Next(2) == 0 ? magnitude : -magnitude);
        }

        return values;
    }

    /// <summary>Special values among others, so that every lane meets them.</summary>
    public static T[] Mixed<T>(int count, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] special = Special<T>();
        T[] values = Spread<T>(count, seed);
        var random = new Random(seed + 1);
        for (int i = 0; i < count; i++)
        {
            if (random.Next(3) == 0)
            {
                values[i] = special[random.Next(special.Length)];
            }
        }

        return values;
    }

    /// <summary>Equal bit for bit, any NaN being equal to any other.</summary>
    public static void AssertSameBits<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (Bits(expected[i]) != Bits(actual[i]) && !(T.IsNaN(expected[i]) && T.IsNaN(actual[i])))
            {
                Assert.Fail(FormattableString.Invariant($"{context}: element {i} is {actual[i]:R}, not {expected[i]:R}"));
            }
        }
    }

    public static long Bits<T>(T value)
        where T : unmanaged
        => typeof(T) == typeof(float) ? Unsafe.BitCast<T, int>(value) : Unsafe.BitCast<T, long>(value);
}
