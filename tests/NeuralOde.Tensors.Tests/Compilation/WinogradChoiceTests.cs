using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Where programs take Winograd's method, and that the results are those of direct sums.</summary>
public class WinogradChoiceTests
{
    [Theory]
    [InlineData(6, 64, 64, 3, 1, 1, 3)]
    [InlineData(7, 64, 64, 3, 1, 1, 4)]
    [InlineData(7, 65, 64, 3, 1, 1, 4)]
    [InlineData(6, 1, 64, 3, 1, 1, 0)]
    [InlineData(26, 64, 64, 4, 2, 1, 3)]
    [InlineData(13, 64, 64, 4, 2, 1, 3)]
    [InlineData(26, 1, 64, 4, 2, 1, 0)]
    [InlineData(26, 64, 64, 4, 1, 1, 0)]
    [InlineData(13, 64, 64, 3, 2, 1, 0)]
    [InlineData(6, 64, 64, 5, 1, 2, 0)]
    public void The_tile_follows_the_sizes(int size, int channels, int outputs, int kernel, int stride, int padding, int tile) =>
        Assert.Equal(tile, WinogradChoice.Tile(new([32, size, size, channels], [kernel, kernel, channels, outputs], stride, padding)));

    [Fact]
    public void A_layer_and_its_gradients_equal_direct_sums_and_say_which_ran()
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var random = new Random(5);
            Parameter first = Values.Parameter<T>(random, [3, 3, 48, 64], "w1", 0.1), second = Values.Parameter<T>(random, [3, 3, 64, 40], "w2", 0.1);
            Parameter bias = Values.Parameter<T>(random, [64], "b1"), image = Values.Parameter<T>(random, [1, 7, 6, 40], "b2");
            Tensor[] Both(Tensor x, Tensor a)
            {
                Tensor hidden = (x.Convolution2d(first, 1, 1) + bias).Relu();
                Tensor y = (image + hidden.Convolution2d(second, 1, 1)).Tanh();
                return [y, .. Gradients.VectorJacobianProduct([y], [x, first, bias, second, image], [a])];
            }

            Tensor x = Values.Random<T>(random, [3, 7, 6, 48]), a = Values.Random<T>(random, [3, 7, 6, 40]);
            var tiled = Program<T>.Compile(v => Both(v[0], v[1]), new("x", x.Shape), new("a", a.Shape));
            Program<T> direct;
            using (new ComputeSettings { Convolution = ConvolutionMethod.Direct }.Use())
            {
                direct = Program<T>.Compile(v => Both(v[0], v[1]), new("x", x.Shape), new("a", a.Shape));
            }

            tiled.Run(x, a);
            direct.Run(x, a);
            foreach (string name in new[] { "convolution_winograd+shift+relu", "convolution_winograd+shift+tanh", "data_gradient_winograd+relu_gradient",
                "convolution_weight_gradient_winograd" })
            {
                Assert.Contains(name, tiled.ToString(), StringComparison.Ordinal);
            }

            Assert.DoesNotContain("winograd", direct.ToString(), StringComparison.Ordinal);
            string everyRun = tiled.ToString()[tiled.ToString().IndexOf("at every run", StringComparison.Ordinal)..];
            Assert.DoesNotContain("_weight(", everyRun, StringComparison.Ordinal);
            for (int i = 0; i < 6; i++)
            {
                // Of two layers' rounding in tiles of 3 and 4, relative to the largest value; products in front of a kink may fall on either side of it.
                double[] expected = Values.Doubles(direct.Output(i));
                double scale = expected.Max(Math.Abs);
                Assert.All(expected.Zip(Values.Doubles(tiled.Output(i))), p =>
                    Assert.True(Math.Abs(p.First - p.Second) <= 200 * Values.Epsilon<T>() * scale, $"result {i}: {p} of {scale}"));
            }
        }
    }

    [Fact]
    public void A_weight_that_changes_at_every_run_is_summed_up_directly()
    {
        var program = Program<float>.Compile(v => [v[0].Convolution2d(v[1], 1, 1)], new("x", [8, 6, 6, 64]), new("w", [3, 3, 64, 64]));
        Assert.DoesNotContain("winograd", program.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, 3, 1)]
    [InlineData(13, 4, 2)]
    public void Outside_of_programs_many_images_have_the_bits_of_a_program_and_few_are_summed_up_directly(int size, int kernel, int stride)
    {
        var random = new Random(7);
        Parameter weight = Values.Parameter<float>(random, [kernel, kernel, 64, 64], "w", 0.1);
        Tensor x = Values.Random<float>(random, [32, size, size, 64]);
        Tensor y = x.Convolution2d(weight, stride, 1);
        Tensor a = Values.Random<float>(random, [.. y.Shape.Lengths]);
        Tensor[] All(Tensor x, Tensor a)
        {
            Tensor y = x.Convolution2d(weight, stride, 1);
            return [y, .. Gradients.VectorJacobianProduct([y], [x, weight], [a])];
        }

        Tensor Input() => Tensor.From(x.ToArray<float>(), x.Shape, requiresGradient: true);
        var program = Program<float>.Compile(v => All(v[0], v[1]), new("x", x.Shape), new("a", a.Shape));
        program.Run(x, a);
        Tensor[] now = All(Input(), a), direct;
        using (new ComputeSettings { Convolution = ConvolutionMethod.Direct }.Use())
        {
            direct = All(Input(), a);
        }

        Assert.Contains("winograd", program.ToString(), StringComparison.Ordinal);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(program.Output(i).SequenceEqual(now[i].AsSpan<float>()), $"result {i}");
        }

        Assert.False(direct[0].AsSpan<float>().SequenceEqual(now[0].AsSpan<float>()));

        // The transformed weight would take longer than one image.
        Tensor one = x.Slice(0, 0, 1);
        Tensor alone = one.Convolution2d(weight, stride, 1);
        Assert.True(alone.AsSpan<float>().SequenceEqual(direct[0].Slice(0, 0, 1).AsSpan<float>()));
    }
}
