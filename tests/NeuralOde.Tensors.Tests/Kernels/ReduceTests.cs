using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class ReduceTests
{
    private static IEnumerable<int> Lengths => TestValues.Lengths.Concat([8191, 8192, 8193, 20_000, 40_961]);

    [Fact]
    public void Totals_have_the_same_bits_at_every_width_and_the_error_of_pairwise_summation()
    {
        Check<float>(Math.Pow(2, -24));
        Check<double>(Math.Pow(2, -53));

        static void Check<T>(double roundoff)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int length in Lengths)
            {
                T[] x = TestValues.Spread<T>(length, length, 3);
                T[] y = TestValues.Spread<T>(length, length + 1, 3);

                // At most 8192/32 additions in a lane, six or seven folds, one pairwise level in eight thousand.
                int additions = Math.Min(length, 8192 / 32) + 16;
                Near("sum", width => Reduce.Sum<T>(x, width), x.Select(Exactly), additions);
                Near("sum of squares", width => Reduce.SumOfSquares<T>(x, width), x.Select(v => Exactly(v) * Exactly(v)), additions + 1);
                Near("dot", width => Reduce.Dot<T>(x, y, width), x.Zip(y, (a, b) => Exactly(a) * Exactly(b)), additions + 1);

                void Near(string name, Func<SimdWidth, T> sum, IEnumerable<DoubleDouble> terms, int roundings)
                {
                    double exact = terms.Aggregate((DoubleDouble)0, (total, term) => total + term).High;
                    double bound = roundings * roundoff * terms.Sum(term => Math.Abs(term.High));
                    T best = sum(SimdWidths.Best);
                    Assert.InRange(double.CreateTruncating(best), exact - bound, exact + bound);
                    Assert.All(TestValues.AllWidths, width => Assert.True(TestValues.Bits(best) == TestValues.Bits(sum(width)), $"{name}, {width}, {length}"));
                }
            }
        }

        static DoubleDouble Exactly<T>(T value)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => double.CreateTruncating(value);
    }

    [Fact]
    public void Summation_error_does_not_grow_with_the_length()
    {
        // One million equal terms: a running sum in single precision is off by 1e-2 of the whole, pairwise sums by a few times 256 + 16 roundings.
        float[] x = new float[1_000_000];
        Array.Fill(x, 0.1f);
        double exact = 1e6 * 0.1f;
        Assert.InRange(Reduce.Sum<float>(x), exact * (1 - (150 * 6e-8)), exact * (1 + (150 * 6e-8)));
        float[] sums = new float[2];
        Reduce.Sum<float>(x, 1, 500_000, 2, sums);
        Assert.All(sums, sum => Assert.InRange(sum, exact / 2 * (1 - (150 * 6e-8)), exact / 2 * (1 + (150 * 6e-8))));
    }

    [Fact]
    public void Extremes_are_exact_and_NaN_wins()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int length in Lengths.Where(n => n > 0))
            {
                T[] x = TestValues.Spread<T>(length, length);
                var withNaN = (T[])x.Clone();
                withNaN[length / 2] = T.NaN;
                foreach (SimdWidth width in TestValues.AllWidths)
                {
                    Assert.Equal(x.Max(), Reduce.Max<T>(x, width));
                    Assert.Equal(x.Min(), Reduce.Min<T>(x, width));
                    Assert.True(T.IsNaN(Reduce.Max<T>(withNaN, width)));
                    Assert.True(T.IsNaN(Reduce.Min<T>(withNaN, width)));
                }
            }
        }
    }

    [Fact]
    public void Nothing_sums_to_zero_and_has_no_extreme()
    {
        Assert.Equal(0f, Reduce.Sum<float>([]));
        Assert.Equal(0f, Reduce.ScaledErrorNorm<float>([], [], [], 1, 1));
        Assert.Throws<ArgumentException>(() => Reduce.Max<float>([]));
        Assert.Throws<ArgumentException>(() => Reduce.Min<float>([], 2, 0, 3, new float[6]));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 1, 5)]
    [InlineData(5, 2, 1)]
    [InlineData(40, 15, 1)]
    [InlineData(4, 16, 1)]
    [InlineData(4, 300, 1)]
    [InlineData(1, 512, 2)]
    [InlineData(2, 513, 4)]
    [InlineData(1, 40, 8)]
    [InlineData(2, 1000, 3)]
    [InlineData(1, 20, 7)]
    [InlineData(1, 129, 16)]
    [InlineData(2, 5, 31)]
    [InlineData(2, 17, 32)]
    [InlineData(1, 300, 200)]
    [InlineData(3, 4, 5)]
    [InlineData(0, 4, 5)]
    [InlineData(2, 0, 3)]
    public void Reductions_along_an_axis_equal_indexing(int outer, int axis, int inner)
    {
        Check<float>(Math.Pow(2, -24));
        Check<double>(Math.Pow(2, -53));

        void Check<T>(double roundoff)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = TestValues.Spread<T>(outer * axis * inner, 5, 3);
            var sums = new T[outer * inner];
            var extremes = new T[outer * inner];
            Reduce.Sum<T>(x, outer, axis, inner, sums);
            foreach (SimdWidth width in TestValues.AllWidths)
            {
                var again = new T[outer * inner];
                Reduce.Sum<T>(x, outer, axis, inner, again, width);
                TestValues.AssertSameBits<T>(sums, again, $"{width}");
            }

            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    T[] column = Enumerable.Range(0, axis).Select(a => x[(((o * axis) + a) * inner) + i]).ToArray();
                    double exact = column.Sum(v => double.CreateTruncating(v));
                    double bound = (Math.Min(axis, 128) + 16) * roundoff * column.Sum(v => Math.Abs(double.CreateTruncating(v)));
                    Assert.InRange(double.CreateTruncating(sums[(o * inner) + i]), exact - bound, exact + bound);
                }
            }

            if (axis == 0)
            {
                return;
            }

            foreach (SimdWidth width in TestValues.AllWidths)
            {
                Reduce.Max<T>(x, outer, axis, inner, extremes, width);
                Assert.Equal(Column(values => values.Max()), extremes);
                Reduce.Min<T>(x, outer, axis, inner, extremes, width);
                Assert.Equal(Column(values => values.Min()), extremes);
            }

            T[] Column(Func<IEnumerable<T>, T> reduce) =>
            [
                .. from o in Enumerable.Range(0, outer)
                   from i in Enumerable.Range(0, inner)
                   select reduce(Enumerable.Range(0, axis).Select(a => x[(((o * axis) + a) * inner) + i])),
            ];
        }
    }

    [Fact]
    public void Scaled_error_norm_is_the_root_mean_square_of_the_definition()
    {
        foreach (int length in new[] { 1, 2, 7, 100, 9000 })
        {
            double[] error = TestValues.Spread<double>(length, 1);
            double[] before = TestValues.Spread<double>(length, 2);
            double[] after = TestValues.Spread<double>(length, 3);
            const double Absolute = 1e-3;
            const double Relative = 1e-2;
            double expected = Math.Sqrt(Enumerable.Range(0, length)
                .Average(i => Math.Pow(error[i] / (Absolute + (Relative * Math.Max(Math.Abs(before[i]), Math.Abs(after[i])))), 2)));
            Assert.Equal(expected, Reduce.ScaledErrorNorm<double>(error, before, after, Absolute, Relative), expected * 1e-13);
        }

        // No absolute tolerance: the lanes beyond the end would be 0/0.
        Assert.Equal(1.0, Reduce.ScaledErrorNorm<double>([2], [2], [1], 0, 1));
    }
}
