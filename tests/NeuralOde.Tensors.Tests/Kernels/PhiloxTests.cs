using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class PhiloxTests
{
    /// <summary>The known answers for Philox4x32-10 that its authors publish with the Random123 library (kat_vectors).</summary>
    [Theory]
    [InlineData(0ul, 0ul, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0a4093822ul, 0x0370734413198a2eul, 0x85a308d3243f6a88ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_equal_the_published_answers(ulong key, ulong high, ulong low, uint w0, uint w1, uint w2, uint w3)
        => Assert.Equal(new PhiloxBlock(w0, w1, w2, w3), Philox.Block(key, high, low));

    [Fact]
    public void Any_part_of_a_stream_is_a_slice_of_the_whole()
    {
        float[] singles = new float[1000];
        double[] doubles = new double[1000];
        double[] normals = new double[1000];
        int[] integers = new int[1000];
        Philox.FillUniform<float>(1, 2, 0, singles);
        Philox.FillUniform<double>(1, 2, 0, doubles);
        Philox.FillNormal<double>(1, 2, 0, normals);
        Philox.FillBelow(1, 2, 0, 1000, integers);
        foreach ((int start, int length) in new[] { (0, 1), (1, 1), (1, 400), (2, 3), (3, 129), (127, 300), (999, 1) })
        {
            float[] single = new float[length];
            Philox.FillUniform<float>(1, 2, (ulong)start, single);
            Assert.Equal(singles.Skip(start).Take(length), single);
            double[] real = new double[length];
            Philox.FillUniform<double>(1, 2, (ulong)start, real);
            Assert.Equal(doubles.Skip(start).Take(length), real);
            Philox.FillNormal<double>(1, 2, (ulong)start, real);
            Assert.Equal(normals.Skip(start).Take(length), real);
            int[] integer = new int[length];
            Philox.FillBelow(1, 2, (ulong)start, 1000, integer);
            Assert.Equal(integers.Skip(start).Take(length), integer);
        }
    }

    [Fact]
    public void Single_precision_normals_are_double_precision_ones_rounded()
    {
        float[] singles = new float[301];
        double[] doubles = new double[301];
        Philox.FillNormal<float>(3, 4, 5, singles);
        Philox.FillNormal<double>(3, 4, 5, doubles);
        Assert.Equal(doubles.Select(value => (float)value), singles);
    }

    [Fact]
    public void Seeds_and_streams_differ()
    {
        var fills = new List<double[]>();
        foreach ((ulong seed, ulong stream) in new[] { (1ul, 0ul), (2ul, 0ul), (1ul, 1ul), (1ul << 40, 0ul), (0ul, 1ul << 40) })
        {
            double[] values = new double[4];
            Philox.FillUniform<double>(seed, stream, 0, values);
            fills.Add(values);
        }

        Assert.Equal(20, fills.SelectMany(values => values).Distinct().Count());
    }

    [Fact]
    public void Moments_are_those_of_the_distributions()
    {
        // A mean of n independent numbers has a standard error of σ/√n; five of them pass for any fixed seed but one in a million.
        const int Count = 200_000;
        float[] uniform = new float[Count];
        double[] normal = new double[Count];
        Philox.FillUniform<float>(11, 0, 0, uniform);
        Philox.FillNormal<double>(11, 1, 0, normal);
        double error = 5 / Math.Sqrt(Count);
        Assert.All(uniform, value => Assert.InRange(value, 0, 1 - (1f / (1 << 24))));
        Assert.Equal(0.5, uniform.Average(v => (double)v), error * Math.Sqrt(1 / 12.0));
        Assert.Equal(1 / 3.0, uniform.Average(v => (double)v * v), error * Math.Sqrt(4 / 45.0));
        Assert.Equal(0, normal.Average(), error);
        Assert.Equal(1, normal.Average(v => v * v), error * Math.Sqrt(2));
        Assert.Equal(0, normal.Average(v => v * v * v), error * Math.Sqrt(15));
        Assert.Equal(3, normal.Average(v => v * v * v * v), error * Math.Sqrt(96));
        Assert.Equal(0, Enumerable.Range(0, Count - 1).Average(i => normal[i] * normal[i + 1]), error);
        Assert.Equal(0.6826894921370859, normal.Count(v => Math.Abs(v) < 1) / (double)Count, error * 0.4655);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Integers_below_a_bound_are_equally_likely(int bound)
    {
        const int Count = 70_000;
        int[] values = new int[Count];
        Philox.FillBelow(5, 6, 7, bound, values);
        Assert.All(values, value => Assert.InRange(value, 0, bound - 1));
        double expected = Count / (double)bound;
        double chiSquared = values.GroupBy(value => value).Sum(group => Math.Pow(group.Count() - expected, 2) / expected);

        // χ² with bound − 1 degrees of freedom has that mean and a variance of twice it.
        Assert.InRange(chiSquared, 0, bound - 1 + (5 * Math.Sqrt(2 * (bound - 1))));
    }

    [Fact]
    public void Words_that_would_favor_some_integers_are_rejected()
    {
        // 2³² words on 3·2²⁹ integers are 8 words for every 3: without rejection the residues modulo 3 would have 3, 3 and 2 of them.
        const int Bound = 3 << 29;
        const int Count = 100_000;
        int[] values = new int[Count];
        Philox.FillBelow(1, 2, 3, Bound, values);
        Assert.All(values, value => Assert.InRange(value, 0, Bound - 1));
        for (int residue = 0; residue < 3; residue++)
        {
            Assert.Equal(1 / 3.0, values.Count(value => value % 3 == residue) / (double)Count, 5 * Math.Sqrt(2 / 9.0 / Count));
        }
    }

    [Fact]
    public void A_bound_below_one_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillBelow(1, 2, 3, 0, new int[1]));
}
