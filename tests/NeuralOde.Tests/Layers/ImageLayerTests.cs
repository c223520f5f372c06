using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

/// <summary>Convolution and pooling as modules.</summary>
public class ImageLayerTests
{
    [Fact]
    public void Convolution_adds_its_bias_to_every_pixel()
    {
        var layer = new Conv2d(3, 5, 3, stride: 2, padding: 1, random: new RandomSource(1), dtype: DType.Float64);
        Tensor x = new RandomSource(2).Normal([2, 5, 6, 3], 0, 1, DType.Float64);
        Tensor y = layer.Forward(x);
        Assert.Equal(new Shape(2, 3, 3, 5), y.Shape);
        Assert.Equal((x.Convolution2d(layer.Weight, 2, 1) + layer.Bias!).ToDoubles(), y.ToDoubles());
        Assert.Equal(["weight", "bias"], layer.NamedParameters().Select(p => p.Name));
    }

    [Fact]
    public void First_values_are_uniform_within_one_over_the_root_of_the_inputs_of_an_output()
    {
        var layer = new Conv2d(64, 64, 3, random: new RandomSource(1));
        double bound = 1 / Math.Sqrt(9 * 64);
        double[] weights = layer.Weight.ToDoubles();
        Assert.All(weights, w => Assert.InRange(w, -bound, bound));
        Assert.All(layer.Bias!.ToDoubles(), b => Assert.InRange(b, -bound, bound));

        // Mean and variance of a uniform distribution, within four standard errors of 36,864 draws.
        Assert.InRange(weights.Average(), -4 * bound / Math.Sqrt(3 * weights.Length), 4 * bound / Math.Sqrt(3 * weights.Length));
        double variance = weights.Average(w => w * w);
        Assert.InRange(variance / (bound * bound / 3), 1 - (4 * Math.Sqrt(0.8 / weights.Length)), 1 + (4 * Math.Sqrt(0.8 / weights.Length)));
        Assert.Null(new Conv2d(1, 1, 1, bias: false).Bias);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 0, false)]
    public void Time_concatenated_convolution_equals_a_convolution_of_the_state_and_a_channel_of_time(int stride, int padding, bool bias)
    {
        var layer = new TimeConcatenatedConv2d(3, 4, 3, stride, padding, bias, new RandomSource(1), DType.Float64);
        Assert.Equal(new Shape(3, 3, 4, 4), layer.Weight.Shape);
        Tensor z = new RandomSource(2).Normal([2, 5, 4, 3], 0, 1, DType.Float64);
        foreach (double time in new[] { 0.0, 0.7, -2 })
        {
            var t = Tensor.Scalar(time, DType.Float64);
            Tensor expected = Tensor.Concatenate([z, t.BroadcastTo([2, 5, 4, 1])], 3).Convolution2d(layer.Weight, stride, padding);
            expected = layer.Bias is null ? expected : expected + layer.Bias;
            AssertClose(expected, layer.Forward(t, z));
        }
    }

    [Fact]
    public void Gradients_of_a_time_concatenated_convolution_equal_those_of_the_plain_one()
    {
        var layer = new TimeConcatenatedConv2d(3, 4, 3, padding: 1, random: new RandomSource(1), dtype: DType.Float64);
        Tensor z = new RandomSource(2).Normal([2, 5, 4, 3], 0, 1, DType.Float64).WithGradient();
        var t = Tensor.From([0.7], Shape.Scalar, requiresGradient: true);
        Tensor cotangent = new RandomSource(3).Normal([2, 5, 4, 4], 0, 1, DType.Float64);
        Tensor[] leaves = [t, z, layer.Weight, layer.Bias!];
        Tensor plain = Tensor.Concatenate([z, t.BroadcastTo([2, 5, 4, 1])], 3).Convolution2d(layer.Weight, 1, 1) + layer.Bias!;
        Tensor[] expected = Gradients.VectorJacobianProduct([plain], leaves, [cotangent]);
        Tensor[] eager = Gradients.VectorJacobianProduct([layer.Forward(t, z)], leaves, [cotangent]);
        var program = Program<double>.Compile(
            x => Gradients.VectorJacobianProduct([layer.Forward(x[0], x[1])], [x[0], x[1], layer.Weight, layer.Bias!], [x[2]]),
            new("t", []), new("z", z.Shape), new("a", cotangent.Shape));
        program.Input(0)[0] = 0.7;
        z.AsSpan<double>().CopyTo(program.Input(1));
        cotangent.AsSpan<double>().CopyTo(program.Input(2));
        program.Run();
        for (int i = 0; i < leaves.Length; i++)
        {
            Assert.Equal(leaves[i].Shape, eager[i].Shape);
            AssertClose(expected[i], eager[i]);
            AssertClose(expected[i], Tensor.From(program.Output(i).ToArray(), leaves[i].Shape));
        }
    }

    [Fact]
    public void The_map_of_time_is_computed_once_for_each_change_of_the_parameters()
    {
        var layer = new TimeConcatenatedConv2d(3, 4, 3, padding: 1, bias: false, random: new RandomSource(1));
        var program = Program<float>.Compile(x => [layer.Forward(x[0], x[1])], new("t", []), new("z", [2, 5, 4, 3]));
        string text = program.ToString();
        string run = text[text.IndexOf("at every run", StringComparison.Ordinal)..];
        Assert.Equal(2, text.Split("convolution").Length - 1);
        Assert.Equal(1, run.Split("convolution").Length - 1);
    }

    [Fact]
    public void Pooling_layers_are_the_operations()
    {
        Tensor x = new RandomSource(2).Normal([2, 6, 5, 3], 0, 1, DType.Float64);
        Assert.Equal(x.MaxPool2d(3, 2, 1).ToDoubles(), new MaxPool2d(3, 2, 1).Forward(x).ToDoubles());
        Assert.Equal(x.AveragePool2d(2).ToDoubles(), new AveragePool2d(2).Forward(x).ToDoubles());
        AssertClose(x.Mean([1, 2], keepAxes: true), new AdaptiveAveragePool2d().Forward(x));
        Assert.Empty(new MaxPool2d(2).Parameters);
    }

    [Fact]
    public void Sizes_that_make_no_layer_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => new Conv2d(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("outputs", () => new Conv2d(1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("kernelSize", () => new Conv2d(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("stride", () => new Conv2d(1, 1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("padding", () => new Conv2d(1, 1, 1, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("channels", () => new TimeConcatenatedConv2d(0, 1, 1));
        var layer = new TimeConcatenatedConv2d(3, 4, 3);
        Assert.Throws<ArgumentException>("t", () => layer.Forward(Tensor.Zeros([2]), Tensor.Zeros([1, 4, 4, 3])));
        Assert.Throws<ArgumentException>("z", () => layer.Forward(Tensor.Scalar(0), Tensor.Zeros([1, 4, 4, 4])));
        Assert.Contains("1x1", Assert.Throws<ArgumentException>(() => new MaxPool2d(2).Forward(Tensor.Zeros([1, 1, 1, 1]))).Message, StringComparison.Ordinal);
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        // Sums of a few hundred terms of order 1 in two orders.
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.ToDoubles().Zip(actual.ToDoubles()), p => Assert.Equal(p.First, p.Second, 1e-12));
    }
}
