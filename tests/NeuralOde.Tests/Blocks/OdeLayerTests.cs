using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

public class OdeLayerTests
{
    [Fact]
    public void The_layer_is_the_state_at_the_end_and_so_are_its_gradients()
    {
        var ode = new OdeBlock(new Mlp(4, [5], 3, random: new RandomSource(1), dtype: DType.Float64).AsField(TimeInput.Concatenated))
        {
            Solver = new RungeKutta4(),
            Steps = FixedSteps.OfLength(0.25),
        };
        Tensor x = new RandomSource(2).Normal([4, 3], dtype: DType.Float64);
        Tensor a = x.WithGradient(), b = x.WithGradient();
        Tensor layer = new OdeLayer(ode, 0.5, -0.25).Forward(a);
        layer.Square().Sum().Backward();
        Tensor block = ode.Forward(b, 0.5, -0.25);
        block.Slice(0, 1, 1).Square().Sum().Backward();
        Assert.Equal([4, 3], layer.Shape);
        Assert.Equal(block.ToArray<double>()[12..], layer.ToArray<double>());
        Assert.Equal(b.Gradient!.ToArray<double>(), a.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Times_that_are_equal_or_not_finite_are_refused()
    {
        var ode = new OdeBlock(new Mlp(1, [], 1).AsField());
        Assert.Contains("got 1 and 1", Assert.Throws<ArgumentException>(() => new OdeLayer(ode, 1, 1)).Message);
        Assert.Throws<ArgumentException>(() => new OdeLayer(ode, 0, double.NaN));
    }
}
