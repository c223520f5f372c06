using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Convolutions in programs: what is joined with them, and that it computes the same.</summary>
public class ConvolutionFusionTests
{
    public static TheoryData<string> Activations => [.. Activation.All.Where(x => x != Activation.Identity).Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Activations))]
    public void Two_layers_and_their_gradients_equal_eager_ones(string activation)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var random = new Random(5);
            Parameter first = Values.Parameter<T>(random, [3, 3, 4, 6], "w1", 0.4), second = Values.Parameter<T>(random, [4, 4, 6, 5], "w2", 0.2);
            Parameter bias = Values.Parameter<T>(random, [6], "b1"), image = Values.Parameter<T>(random, [1, 3, 3, 5], "b2");
            Tensor[] Both(Tensor x, Tensor a)
            {
                Tensor hidden = Activation.Parse(activation).Apply(x.Convolution2d(first, 1, 1) + bias);
                Tensor y = Activation.Parse(activation).Apply(image + hidden.Convolution2d(second, 2, 1));
                return [y, .. Gradients.VectorJacobianProduct([y], [x, first, bias, second, image], [a])];
            }

            Tensor x = Values.Random<T>(random, [2, 6, 7, 4]), a = Values.Random<T>(random, [2, 3, 3, 5]);
            Tensor[] eager = Both(x.WithGradient(), a);
            var program = Program<T>.Compile(v => Both(v[0], v[1]), new("x", x.Shape), new("a", a.Shape));
            program.Run(x, a);

            // Alone, as some derivatives read what the convolution gives.
            var forward = Program<T>.Compile(v => [Both(v[0], v[1])[0]], new("x", x.Shape), new("a", a.Shape));
            Assert.Contains($"convolution+shift+{activation.ToLowerInvariant()}(x, w1, b1)", forward.ToString(), StringComparison.Ordinal);
            forward.Run(x, a);
            Values.AssertClose(eager[0].ToDoubles(), Values.Doubles(forward.Output(0)), 100 * Values.Epsilon<T>(), forward.ToString());
            for (int i = 0; i < eager.Length; i++)
            {
                Values.AssertClose(eager[i].ToDoubles(), Values.Doubles(program.Output(i)), 100 * Values.Epsilon<T>(), $"result {i}\n{program}");
            }
        }
    }

    [Fact]
    public void The_gradient_goes_through_the_activation_before_in_the_same_kernel()
    {
        var weight = new Parameter(Tensor.Ones([3, 3, 2, 2]), "w");
        var program = Program<float>.Compile(
            v => [Gradients.VectorJacobianProduct([v[0].Square().Relu().Convolution2d(weight, 1, 1)], [v[0]], [v[1]])[0]], new("x", [1, 4, 4, 2]), new("a", [1, 4, 4, 2]));
        Assert.Contains("convolution_data_gradient+relu_gradient(a, ", program.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_is_turned_once_for_each_change_of_the_parameters()
    {
        var weight = new Parameter(Tensor.Ones([3, 3, 2, 2]), "w");
        string text = Program<float>.Compile(
            v => Gradients.VectorJacobianProduct([v[0].Convolution2d(weight).Square()], [v[0], weight], [v[1]]), new("x", [1, 4, 4, 2]), new("a", [1, 2, 2, 2])).ToString();
        Assert.Contains("turn_weight(w)", text[..text.IndexOf("at every run", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 5 }, true)]
    [InlineData(new[] { 1, 1, 5 }, true)]
    [InlineData(new[] { 1, 2, 2, 5 }, true)]
    [InlineData(new[] { 2, 2, 5 }, true)]
    [InlineData(new[] { 4, 1, 1, 5 }, false)]
    [InlineData(new[] { 4, 2, 2, 5 }, false)]
    [InlineData(new[] { 1, 2, 1, 5 }, false)]
    [InlineData(new[] { 2, 2, 1 }, false)]
    [InlineData(new int[0], false)]
    public void What_is_the_same_for_all_images_is_joined_and_nothing_else(int[] lengths, bool isJoined)
    {
        // Four images of 2x2: as many as an image has pixels, so that numbers by image are as many as numbers by pixel.
        var random = new Random(6);
        var shift = new Shape(lengths);
        Tensor x = Values.Random<double>(random, [4, 4, 4, 3]), w = Values.Random<double>(random, [3, 3, 3, 5]), b = Values.Random<double>(random, shift);
        var program = Program<double>.Compile(v => [v[0].Convolution2d(v[1]) + v[2]], new("x", x.Shape), new("w", w.Shape), new("b", shift));
        program.Run(x, w, b);
        Assert.Equal(isJoined, program.ToString().Contains("convolution+shift", StringComparison.Ordinal));
        Values.AssertClose((x.Convolution2d(w) + b).ToDoubles(), Values.Doubles(program.Output(0)), 30 * Values.Epsilon<double>(), program.ToString());
    }
}
