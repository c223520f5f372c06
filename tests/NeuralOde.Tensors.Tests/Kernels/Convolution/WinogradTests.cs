using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Convolutions in tiles against direct sums in double: whatever tiles divide and do not divide, at every width and for any shares.</summary>
public class WinogradTests
{
    // Images, height, width, channels, outputs, padding: one pixel, images smaller than a tile, one channel, 65 channels, no tile divides them.
    private static readonly int[][] s_sizes =
    [
        [2, 6, 6, 64, 64, 1], [1, 7, 7, 65, 64, 1], [3, 7, 6, 64, 65, 1], [1, 1, 1, 5, 3, 1], [2, 2, 1, 1, 1, 1], [1, 3, 3, 17, 16, 0],
        [2, 4, 11, 1, 130, 0], [1, 13, 9, 7, 33, 2], [1, 5, 5, 3, 2, 3], [5, 8, 8, 16, 16, 1], [1, 30, 3, 4, 9, 1],
    ];

    // The same for 4x4 kernels with stride 2; last, images of which a row and a column are not seen.
    private static readonly int[][] s_stridedSizes =
    [
        [2, 26, 26, 16, 16, 1], [1, 13, 13, 64, 65, 1], [1, 2, 2, 1, 3, 1], [3, 4, 4, 65, 64, 0], [2, 5, 9, 7, 5, 2], [1, 8, 30, 1, 1, 3], [1, 3, 2, 5, 33, 4],
        [1, 15, 7, 3, 17, 0],
    ];

    public static TheoryData<int, int> Cases
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (int i = 0; i < s_sizes.Length; i++)
            {
                for (int tile = 2; tile <= Winograd.MaxTile; tile++)
                {
                    data.Add(i, tile);
                }
            }

            return data;
        }
    }

    public static TheoryData<int> StridedCases => [.. Enumerable.Range(0, s_stridedSizes.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Double_precision_gives_direct_sums_to_the_bound_and_the_same_bits_at_every_width(int index, int tile) => Check<double>(s_sizes[index], tile);

    [Theory]
    [MemberData(nameof(StridedCases))]
    public void A_stride_of_two_gives_direct_sums_to_the_bound_and_the_same_bits_at_every_width(int index)
    {
        Check<double>(s_stridedSizes[index], Winograd.StridedTile, stride: 2);
        Check<float>(s_stridedSizes[index], Winograd.StridedTile, stride: 2);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_gives_direct_sums_to_the_bound_and_the_same_bits_at_every_width(int index, int tile) => Check<float>(s_sizes[index], tile);

    [Fact]
    public void Random_sizes_give_direct_sums()
    {
        var random = new Random(11);
        for (int i = 0; i < 40; i++)
        {
            int stride = random.Next(1, 3);
            int padding = random.Next(3);
            int smallest = Math.Max(1, stride + 2 - (2 * padding));
            int tile = stride == 1 ? random.Next(2, Winograd.MaxTile + 1) : Winograd.StridedTile;
            int[] sizes = [random.Next(1, 4), random.Next(smallest, 12), random.Next(smallest, 12), random.Next(1, 20), random.Next(1, 20), padding];
            Check<double>(sizes, tile, stride);
            Check<float>(sizes, tile, stride);
        }
    }

    private static void Check<T>(int[] size, int tile, int stride = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int kernel = stride + 2;
        var s = new ConvolutionSizes([size[0], size[1], size[2], size[3]], [kernel, kernel, size[3], size[4]], stride, size[5]);
        var forward = WinogradSizes.Of(s, tile);
        WinogradSizes backward = forward.Backward;
        T[] x = TestValues.Spread<T>(s.InputLength, 1, 1), w = TestValues.Spread<T>(s.WeightLength, 2, 1), g = TestValues.Spread<T>(s.OutputLength, 3, 1);
        var turned = new T[w.Length];
        Convolutions.Turn<T>(kernel, kernel, s.Channels, s.Outputs, stride, back: false, w, turned);
        (double[] y, double[] toX, double[] toW) = ConvolutionTests.Plain(
            s, Array.ConvertAll(x, double.CreateChecked), Array.ConvertAll(w, double.CreateChecked), Array.ConvertAll(g, double.CreateChecked));
        Check("forward", y, s.Channels, (to, width) =>
        {
            var transformed = new T[forward.WeightLength];
            Winograd.TransformWeight<T>(forward, w, transformed, width);
            InShares(forward.TileRows, width, (first, count) => Winograd.Forward<T>(forward, x, transformed, [], to, first, count, width));
        });
        Check("data gradient", toX, s.Outputs, (to, width) =>
        {
            var transformed = new T[backward.WeightLength];
            Winograd.TransformWeight<T>(backward, turned, transformed, width);
            InShares(backward.TileRows, width, (first, count) => Winograd.Forward<T>(backward, g, transformed, [], to, first, count, width));
        });
        Check("weight gradient", toW, s.Images * s.OutputHeight * s.OutputWidth, (to, width) =>
            InShares(s.Channels, width, (first, count) => Winograd.WeightGradient<T>(forward, x, g, to, first, count, width == SimdWidth.V256 ? 1 : 3, width)));

        void Check(string what, double[] expected, int terms, Action<T[], SimdWidth> run)
        {
            double meanSquare = expected.Average(static v => v * v);
            T[]? first = null;
            foreach (SimdWidth width in TestValues.AllWidths)
            {
                var actual = new T[expected.Length];
                Array.Fill(actual, T.NaN);
                run(actual, width);
                first ??= actual;
                Assert.True(first.AsSpan().SequenceEqual(actual), $"{what} of {s} at {width}: not the bits of the scalar path.");
                double error = Math.Sqrt(expected.Zip(actual, static (a, b) => Math.Pow(a - double.CreateChecked(b), 2)).Average());
                Assert.True(error <= Bound(tile) * Math.Sqrt(terms) * Values.Epsilon<T>() * Math.Max(Math.Sqrt(meanSquare), 1),
                    FormattableString.Invariant($"{what} of {s} in tiles of {tile} at {width}: error {error}, values {Math.Sqrt(meanSquare)}."));
            }
        }
    }

    private static double Bound(int tile) => tile switch { 2 => 4, 3 => 16, _ => 40 };

    /// <summary>All at once, or at one width in three shares: their bits must be the same.</summary>
    private static void InShares(int units, SimdWidth width, Action<int, int> run)
    {
        if (width != SimdWidth.V128)
        {
            run(0, units);
            return;
        }

        for (int i = 0; i < 3; i++)
        {
            (int first, int end) = (units * i / 3, units * (i + 1) / 3);
            if (end > first)
            {
                run(first, end - first);
            }
        }
    }
}
