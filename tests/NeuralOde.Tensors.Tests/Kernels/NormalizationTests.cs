using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class NormalizationTests
{
    private const double Epsilon = 1e-5;

    /// <summary>Batch, group and layer normalization, with columns and rows on both sides of vectors, panels, blocks and leaves.</summary>
    public static TheoryData<int, int, int, int> Extents
    {
        get
        {
            var data = new TheoryData<int, int, int, int>();
            foreach (int channels in new[] { 1, 3, 16, 17, 64, 70, 133 })
            {
                foreach (int rows in new[] { 2, 31, 32, 33, 65, 200 })
                {
                    data.Add(1, rows, channels, 1);
                }
            }

            data.Add(3, 1, 1, 1);
            data.Add(5, 1, 1, 7);
            data.Add(2, 1, 1, 100);
            data.Add(4, 1, 5, 33);
            data.Add(3, 9, 4, 3);
            data.Add(2, 40, 2, 20);
            data.Add(1, 40, 2, 20);
            data.Add(6, 36, 32, 2);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void All_passes_have_the_same_bits_at_every_width(int outer, int rows, int groups, int width)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var extent = new NormalizationExtent(outer, rows, groups, width);
            Passes<T> expected = Run<T>(extent, SimdWidth.Scalar);
            foreach (SimdWidth simd in TestValues.AllWidths)
            {
                Passes<T> actual = Run<T>(extent, simd);
                TestValues.AssertSameBits<T>(expected.Moments, actual.Moments, $"moments, {simd}");
                TestValues.AssertSameBits<T>(expected.Normalized, actual.Normalized, $"normalized, {simd}");
                TestValues.AssertSameBits<T>(expected.Sums, actual.Sums, $"sums, {simd}");
                TestValues.AssertSameBits<T>(expected.Gradient, actual.Gradient, $"gradient, {simd}");
                TestValues.AssertSameBits<T>(expected.Shifted, actual.Shifted, $"scale and shift, {simd}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Shares_of_all_passes_have_the_bits_of_the_whole(int outer, int rows, int groups, int width)
    {
        var extent = new NormalizationExtent(outer, rows, groups, width);
        Passes<float> whole = Run<float>(extent, SimdWidths.Best);
        float[] moments = new float[whole.Moments.Length];
        float[] sums = new float[whole.Sums.Length];
        float[] normalized = new float[extent.Length];
        float[] gradient = new float[extent.Length];
        Divide(Moments.Units(extent), (first, count) => Moments.Invoke<float>(whole.X, extent, moments, first, count), () => Moments.Invoke<float>(whole.X, extent, moments));
        Divide(
            NormalizationColumnSums.Units(extent),
            (first, count) => NormalizationColumnSums.Invoke(Operands<float>(whole, extent, moments, sums), first, count),
            () => NormalizationColumnSums.Invoke(Operands<float>(whole, extent, moments, sums)));
        Divide(outer * rows, (first, count) => Normalization.Apply(Operands<float>(whole, extent, moments, normalized), first, count), null);
        Divide(outer * rows, (first, count) => NormalizationPullback.Apply(Operands<float>(whole, extent, moments, gradient, sums), first, count), null);
        TestValues.AssertSameBits<float>(whole.Moments, moments, "moments");
        TestValues.AssertSameBits<float>(whole.Sums, sums, "sums");
        TestValues.AssertSameBits<float>(whole.Normalized, normalized, "normalized");
        TestValues.AssertSameBits<float>(whole.Gradient, gradient, "gradient");

        static void Divide(int units, Action<int, int> share, Action? whole)
        {
            if (units < 2)
            {
                (whole ?? (() => share(0, units)))();
                return;
            }

            int middle = (units / 2) + (units % 3 == 0 ? 1 : 0);
            share(middle, units - middle);
            share(0, middle);
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Moments_are_exact_to_rounding_although_the_mean_is_large(int outer, int rows, int groups, int width)
    {
        Check<float>(Math.Pow(2, -24));
        Check<double>(Math.Pow(2, -53));

        void Check<T>(double roundoff)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            // A mean of 1000 beside a deviation of 1: E[x²] − E[x]² would lose a million roundings.
            var extent = new NormalizationExtent(outer, rows, groups, width);
            T[] x = Array.ConvertAll(Random(extent.Length, 3), v => T.CreateTruncating(1000 + v));
            var moments = new T[2 * extent.Sets];
            Moments.Invoke<T>(x, extent, moments);
            for (int set = 0; set < extent.Sets; set++)
            {
                double[] values = [.. Elements(extent, set).Select(i => double.CreateTruncating(x[i]))];
                double mean = values.Average();
                double variance = values.Average(v => (v - mean) * (v - mean));

                // A block of 32 rows, then at most a handful of blocks. An error e of a block's mean enters the variance as e², and as 2e times its distance from the
                // other blocks' where they are joined, which is below the deviation.
                int additions = 32 + (extent.Count / 32) + extent.Width;
                double ofMean = additions * roundoff * 1000;
                Assert.Equal(mean, double.CreateTruncating(moments[set]), ofMean);
                double ofVariance = (2 * additions * roundoff * variance) + (4 * ofMean * ofMean) + (2 * Math.Sqrt(variance) * ofMean);
                Assert.Equal(variance, double.CreateTruncating(moments[extent.Sets + set]), ofVariance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void The_gradient_is_orthogonal_to_what_normalization_removes(int outer, int rows, int groups, int width)
    {
        // A shift of a set and a stretch of its deviations change nothing (but for ε, of 1e-5 here), so the gradient has no part along them.
        var extent = new NormalizationExtent(outer, rows, groups, width);
        Passes<double> passes = Run<double>(extent, SimdWidths.Best);
        for (int set = 0; set < extent.Sets; set++)
        {
            int[] elements = [.. Elements(extent, set)];
            double size = elements.Sum(i => Math.Abs(passes.Gradient[i])) + 1;
            double mean = passes.Moments[set];
            double variance = passes.Moments[extent.Sets + set];
            Assert.Equal(0, elements.Sum(i => passes.Gradient[i]) / size, 1e-9);
            Assert.Equal(0, elements.Sum(i => passes.Gradient[i] * (passes.X[i] - mean)) / size, 100 * Epsilon / (variance + Epsilon) * Math.Sqrt(elements.Length) * 10);
        }
    }

    private static IEnumerable<int> Elements(NormalizationExtent extent, int set)
    {
        (int outer, int group) = Math.DivRem(set, extent.Groups);
        for (int row = 0; row < extent.Rows; row++)
        {
            for (int i = 0; i < extent.Width; i++)
            {
                yield return (((outer * extent.Rows) + row) * extent.Channels) + (group * extent.Width) + i;
            }
        }
    }

    private static double[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (4 * random.NextDouble()) - 2)];
    }

    private static Passes<T> Run<T>(NormalizationExtent extent, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] Values(int count, int seed) => Array.ConvertAll(Random(count, seed), T.CreateTruncating);
        T[] x = Values(extent.Length, 1);
        T[] g = Values(extent.Length, 2);
        T[] scale = Values(extent.Channels, 3);
        T[] shift = Values(extent.Channels, 4);
        var moments = new T[2 * extent.Sets];
        var sums = new T[2 * extent.Outer * extent.Channels];
        var normalized = new T[extent.Length];
        var gradient = new T[extent.Length];
        var shifted = new T[extent.Length];
        int rows = extent.Outer * extent.Rows;
        Moments.Invoke<T>(x, extent, moments, 0, extent.Outer, 0, extent.Channels, width);
        Passes<T> passes = new(x, g, scale, shift, moments, normalized, sums, gradient, shifted);
        Normalization.Apply(Operands<T>(passes, extent, moments, normalized), 0, rows, width);
        NormalizationColumnSums.Invoke(Operands<T>(passes, extent, moments, sums), 0, extent.Outer, 0, extent.Channels, width);
        NormalizationPullback.Apply(Operands<T>(passes, extent, moments, gradient, sums), 0, rows, width);
        Normalization.ScaleShift<T>(x, scale, shift, extent.Channels, shifted, width);
        return passes;
    }

    private static NormalizationOperands<T> Operands<T>(Passes<T> passes, NormalizationExtent extent, T[] moments, T[] destination, T[]? sums = null)
        where T : unmanaged => new()
        {
            Extent = extent,
            Epsilon = Epsilon,
            X = passes.X,
            Cotangent = passes.G,
            Moments = moments,
            Scale = passes.Scale,
            Shift = passes.Shift,
            Sums = sums,
            Destination = destination,
        };

    private sealed record Passes<T>(T[] X, T[] G, T[] Scale, T[] Shift, T[] Moments, T[] Normalized, T[] Sums, T[] Gradient, T[] Shifted);
}
