using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

public class LayerTests
{
    [Fact]
    public void Sequential_applies_its_layers_in_order()
    {
        var random = new RandomSource(1);
        var first = new Linear(3, 4, random: random);
        var second = new Linear(4, 2, random: random);
        var network = new Sequential(first, new ActivationLayer(Activation.Tanh), second);
        Tensor x = random.Normal([5, 3]);
        Assert.Equal(second.Forward(first.Forward(x).Tanh()).ToDoubles(), network.Forward(x).ToDoubles());
        Assert.Equal(4, network.Parameters.Count);
        Assert.Same(x, new Sequential().Forward(x));
    }

    [Fact]
    public void A_residual_block_adds_what_goes_around()
    {
        var random = new RandomSource(1);
        var body = new Linear(3, 3, random: random);
        var around = new Linear(3, 2, bias: false, random);
        Tensor x = random.Normal([5, 3]);
        Assert.Equal((x + body.Forward(x)).ToDoubles(), new ResidualBlock(body).Forward(x).ToDoubles());
        Assert.Contains("[5, 2]", Assert.Throws<ArgumentException>(() => new ResidualBlock(body, around).Forward(x)).Message);
        var narrow = new Linear(3, 2, random: random);
        Assert.Equal((around.Forward(x) + narrow.Forward(x)).ToDoubles(), new ResidualBlock(narrow, around).Forward(x).ToDoubles());
    }

    [Fact]
    public void Flatten_keeps_the_batch()
    {
        Assert.Equal([2, 12], new Flatten().Forward(Tensor.Zeros([2, 3, 4])).Shape);
        Assert.Equal([2, 1], new Flatten().Forward(Tensor.Zeros([2])).Shape);
        Assert.Throws<ArgumentException>(() => new Flatten().Forward(Tensor.Scalar(1)));
    }

    [Fact]
    public void A_layer_given_as_code_owns_the_modules_that_it_is_given()
    {
        var linear = new Linear(3, 3);
        var layer = Layer.Define(x => linear.Forward(x) * 2.0, linear);
        Assert.Equal(["network.weight", "network.bias"], layer.NamedParameters().Select(x => x.Name));
        layer.SwitchToEvaluation();
        Assert.False(linear.IsTraining);
        Assert.Equal([2, 3], layer.Forward(Tensor.Zeros([2, 3])).Shape);
    }

    [Fact]
    public void Dropout_keeps_the_mean_drops_the_asked_share_and_repeats_with_its_seed()
    {
        const int Count = 100_000;
        const double Probability = 0.3;
        double[] Draw() => new Dropout(Probability, new RandomSource(7)).Forward(Tensor.Ones([Count], DType.Float64)).ToDoubles();
        double[] y = Draw();
        Assert.Equal(y, Draw());
        Assert.All(y, x => Assert.True(x == 0 || Math.Abs(x - (1 / 0.7)) < 1e-15));

        // Five standard deviations of a share of so many draws.
        double deviation = Math.Sqrt(Probability * (1 - Probability) / Count);
        Assert.Equal(Probability, y.Count(x => x == 0) / (double)Count, 5 * deviation);
    }

    [Fact]
    public void Dropout_does_nothing_in_evaluation_and_scales_the_gradient_as_the_value()
    {
        var dropout = new Dropout(0.5, new RandomSource(1));
        var x = Tensor.From(Enumerable.Range(1, 50).Select(i => (double)i).ToArray(), [50], requiresGradient: true);
        Tensor y = dropout.Forward(x);
        y.Sum().Backward();
        Assert.Equal(y.ToDoubles(), x.Gradient!.ToDoubles().Zip(x.ToDoubles(), (g, v) => g * v));
        dropout.SwitchToEvaluation();
        Assert.Same(x, dropout.Forward(x));
    }

    [Fact]
    public void Dropout_draws_nothing_inside_a_compiled_field_but_takes_noise_that_is_given()
    {
        var dropout = new Dropout(0.5, new RandomSource(1));
        var ode = new OdeBlock(VectorField.Define((t, z) => dropout.Forward(z), dropout));
        Assert.Contains("noise", Assert.Throws<InvalidOperationException>(() => ode.Forward(Tensor.Ones([1, 2]), 0, 1)).Message);
        ode.SwitchToEvaluation();
        Assert.Equal(Math.E, ode.Forward(Tensor.Ones([1, 2]), 0, 1)[1, 0, 0], 1e-4);
        dropout.SwitchToTraining();
        var program = Program<float>.Compile(x => [dropout.Forward(x[0], x[1])], new("x", [2]), new("noise", [2]));
        new[] { 1f, 2f }.CopyTo(program.Input(0));
        new[] { 0.2f, 0.5f }.CopyTo(program.Input(1));
        program.Run();
        Assert.Equal([0f, 4f], program.Output(0).ToArray());
    }

    [Fact]
    public void Bad_probabilities_and_activations_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(double.NaN));
        Assert.Throws<ArgumentNullException>(() => new ActivationLayer(null!));
    }
}
