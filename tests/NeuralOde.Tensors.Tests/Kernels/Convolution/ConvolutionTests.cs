using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Convolutions and their gradients at every width against plain loops, over sizes on both sides of every vector, panel and tile.</summary>
public class ConvolutionTests
{
    private static readonly ConvolutionSizes[] s_sizes =
    [
        Of(2, 6, 6, 64, 64, 3, 3, 1, 1), Of(2, 7, 7, 65, 64, 3, 3, 1, 1), Of(1, 6, 7, 64, 65, 3, 3, 1, 1), Of(1, 5, 9, 3, 130, 3, 3, 1, 1),
        Of(2, 9, 13, 10, 20, 4, 4, 2, 1), Of(1, 10, 11, 17, 33, 4, 4, 2, 1), Of(1, 28, 28, 1, 64, 3, 3, 1, 0), Of(1, 8, 30, 1, 7, 3, 3, 1, 1),
        Of(3, 4, 4, 5, 1, 3, 3, 1, 0), Of(1, 9, 8, 2, 48, 5, 5, 1, 2), Of(1, 9, 8, 6, 16, 5, 3, 3, 2), Of(1, 7, 7, 4, 9, 1, 1, 1, 0),
        Of(1, 7, 8, 4, 9, 1, 1, 2, 0), Of(1, 7, 8, 4, 9, 2, 2, 3, 0), Of(1, 3, 3, 4, 9, 1, 1, 1, 1), Of(1, 3, 2, 4, 9, 3, 3, 1, 4),
        Of(2, 1, 1, 4, 16, 3, 3, 1, 1), Of(2, 2, 1, 4, 16, 3, 3, 2, 1), Of(1, 17, 15, 3, 40, 7, 7, 2, 3), Of(1, 5, 40, 2, 3, 2, 6, 4, 3),

        // Weight gradients of several blocks: of whole images, and of parts of one.
        Of(3, 60, 60, 9, 21, 2, 2, 1, 1), Of(1, 120, 110, 7, 18, 3, 3, 2, 1), Of(1, 130, 130, 3, 8, 3, 3, 1, 0),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, s_sizes.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_width_gives_the_values_of_plain_loops_and_the_same_bits_in_float(int index) => Check<float>(s_sizes[index]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_width_gives_the_values_of_plain_loops_and_the_same_bits_in_double(int index) => Check<double>(s_sizes[index]);

    [Theory]
    [InlineData(3, 3, 1)]
    [InlineData(4, 4, 2)]
    [InlineData(5, 3, 2)]
    [InlineData(2, 5, 3)]
    [InlineData(1, 2, 4)]
    public void Turning_a_weight_back_gives_the_weight(int kernelHeight, int kernelWidth, int stride)
    {
        float[] weight = [.. Enumerable.Range(0, kernelHeight * kernelWidth * 3 * 5).Select(x => (float)x)];
        float[] turned = new float[weight.Length];
        float[] back = new float[weight.Length];
        Convolutions.Turn<float>(kernelHeight, kernelWidth, 3, 5, stride, back: false, weight, turned);
        Convolutions.Turn<float>(kernelHeight, kernelWidth, 3, 5, stride, back: true, turned, back);
        Assert.Equal(weight, back);
        Assert.Equal(weight.Order(), turned.Order());
    }

    [Fact]
    public void Sums_start_from_a_bias_or_an_image()
    {
        ConvolutionSizes s = Of(2, 5, 6, 3, 70, 3, 3, 1, 1);
        float[] x = TestValues.Spread<float>(s.InputLength, 1, 1), w = TestValues.Spread<float>(s.WeightLength, 2, 1);
        float[] plain = new float[s.OutputLength];
        Convolutions.Forward<float>(s, x, w, [], plain, 0, s.Images * s.OutputHeight);
        foreach (int length in new[] { s.Outputs, s.OutputLength / s.Images })
        {
            float[] start = TestValues.Spread<float>(length, 3, 1);
            foreach (SimdWidth width in TestValues.AllWidths)
            {
                float[] y = new float[s.OutputLength];
                Convolutions.Forward<float>(s, x, w, start, y, 0, s.Images * s.OutputHeight, width);

                // 28 terms of at most 4, in another order.
                Assert.All(Enumerable.Range(0, y.Length), i => Assert.Equal(plain[i] + start[i % length], y[i], 28 * 28 * 4 * Values.Epsilon<float>()));
            }
        }
    }

    [Fact]
    public void Spans_of_other_sizes_are_refused()
    {
        ConvolutionSizes s = Of(1, 4, 4, 2, 3, 3, 3, 1, 1);
        (float[] x, float[] w, float[] y) = (new float[s.InputLength], new float[s.WeightLength], new float[s.OutputLength]);
        Assert.Throws<ArgumentException>("input", () => Convolutions.Forward<float>(s, x.AsSpan(1), w, [], y, 0, 4));
        Assert.Throws<ArgumentException>("start", () => Convolutions.Forward<float>(s, x, w, [1], y, 0, 4));
        Assert.Throws<ArgumentException>("turned", () => Convolutions.DataGradient<float>(s, y, w.AsSpan(1), x, 0, 4));
        Assert.Throws<ArgumentException>("gradient", () => Convolutions.WeightGradient<float>(s, x, y, w.AsSpan(1), 0, 18));
    }

    private static void Check<T>(ConvolutionSizes s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = TestValues.Spread<T>(s.InputLength, 1, 1), w = TestValues.Spread<T>(s.WeightLength, 2, 1), g = TestValues.Spread<T>(s.OutputLength, 3, 1);
        var turned = new T[w.Length];
        Convolutions.Turn<T>(s.KernelHeight, s.KernelWidth, s.Channels, s.Outputs, s.Stride, back: false, w, turned);
        (double[] y, double[] toX, double[] toW) = Plain(
            s, Array.ConvertAll(x, double.CreateChecked), Array.ConvertAll(w, double.CreateChecked), Array.ConvertAll(g, double.CreateChecked));
        Check("forward", y, s.KernelHeight * s.KernelWidth * s.Channels, (to, width) => Convolutions.Forward<T>(s, x, w, [], to, 0, s.Images * s.OutputHeight, width));
        Check("data gradient", toX, s.KernelHeight * s.KernelWidth * s.Outputs, (to, width) => Convolutions.DataGradient<T>(s, g, turned, to, 0, s.Images * s.Height, width));
        Check("weight gradient", toW, s.Images * s.OutputHeight * s.OutputWidth, (to, width) => Convolutions.WeightGradient<T>(s, x, g, to, 0, s.WeightLength / s.Outputs, width));

        void Check(string what, double[] expected, int terms, Action<T[], SimdWidth> run)
        {
            T[]? first = null;
            foreach (SimdWidth width in TestValues.AllWidths)
            {
                var actual = new T[expected.Length];
                Array.Fill(actual, T.NaN);
                run(actual, width);
                first ??= actual;
                Assert.True(first.AsSpan().SequenceEqual(actual), $"{what} of {s} at {width}: not the bits of the scalar path.");

                // A sum of n terms of at most 4 errs by at most n·ε of the terms' sum; their signs are random, so the bound is far off.
                double tolerance = 4.0 * terms * terms * Values.Epsilon<T>() / Math.Sqrt(terms);
                for (int i = 0; i < actual.Length; i++)
                {
                    Assert.True(
                        Math.Abs(expected[i] - double.CreateChecked(actual[i])) <= tolerance,
                        FormattableString.Invariant($"{what} of {s} at {width}: element {i} is {actual[i]}, expected {expected[i]}."));
                }
            }
        }
    }

    internal static (double[] Y, double[] ToX, double[] ToW) Plain(ConvolutionSizes s, double[] x, double[] w, double[] g)
    {
        (double[] y, double[] toX, double[] toW) = (new double[s.OutputLength], new double[s.InputLength], new double[s.WeightLength]);
        for (int pixel = 0; pixel < s.Images * s.OutputHeight * s.OutputWidth; pixel++)
        {
            (int line, int column) = Math.DivRem(pixel, s.OutputWidth);
            (int image, int row) = Math.DivRem(line, s.OutputHeight);
            for (int tap = 0; tap < s.KernelHeight * s.KernelWidth; tap++)
            {
                int from = (row * s.Stride) + (tap / s.KernelWidth) - s.Padding;
                int at = (column * s.Stride) + (tap % s.KernelWidth) - s.Padding;
                if (from < 0 || from >= s.Height || at < 0 || at >= s.Width)
                {
                    continue;
                }

                for (int c = 0; c < s.Channels; c++)
                {
                    int i = ((((image * s.Height) + from) * s.Width + at) * s.Channels) + c;
                    int k = ((tap * s.Channels) + c) * s.Outputs;
                    for (int o = 0; o < s.Outputs; o++)
                    {
                        int j = (pixel * s.Outputs) + o;
                        y[j] += x[i] * w[k + o];
                        toX[i] += g[j] * w[k + o];
                        toW[k + o] += g[j] * x[i];
                    }
                }
            }
        }

        return (y, toX, toW);
    }

    private static ConvolutionSizes Of(int images, int height, int width, int channels, int outputs, int kernelHeight, int kernelWidth, int stride, int padding) =>
        new([images, height, width, channels], [kernelHeight, kernelWidth, channels, outputs], stride, padding);
}
