using NeuralOde.Layers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

public class InitializerTests
{
    /// <summary>Name, then the variance for [200, 300] (fan-in 300, fan-out 200) and for [3, 3, 20, 30] (180 and 270).</summary>
    [Theory]
    [InlineData("fan-in-uniform", 1 / 900.0, 1 / 540.0, true)]
    [InlineData("kaiming-uniform", 2 / 300.0, 2 / 180.0, true)]
    [InlineData("kaiming-normal", 2 / 300.0, 2 / 180.0, false)]
    [InlineData("xavier-uniform", 2 / 500.0, 2 / 450.0, true)]
    [InlineData("xavier-normal", 2 / 500.0, 2 / 450.0, false)]
    public void Draws_have_the_variance_that_the_fans_ask_for(string name, double ofMatrix, double ofKernel, bool isUniform)
    {
        Check([200, 300], ofMatrix);
        Check([3, 3, 20, 30], ofKernel);

        void Check(Shape shape, double variance)
        {
            var weight = new Parameter(Tensor.Zeros(shape, DType.Float64));
            Initializer.Parse(name).Apply(weight, new RandomSource(3));
            double[] values = weight.ToDoubles();

            // Five deviations of the estimate: its relative variance is (kurtosis − 1)/n, and the kurtosis 1.8 or 3.
            double tolerance = 5 * Math.Sqrt((isUniform ? 0.8 : 2) / values.Length);
            Assert.Equal(1, values.Average(x => x * x) / variance, tolerance);
            double bound = Math.Sqrt(3 * variance);
            Assert.Equal(isUniform, values.All(x => Math.Abs(x) <= bound));
        }
    }

    [Theory]
    [InlineData(5, 8)]
    [InlineData(8, 5)]
    [InlineData(6, 6)]
    public void Orthogonal_weights_have_orthonormal_rows_or_columns(int outputs, int inputs)
    {
        var weight = new Parameter(Tensor.Zeros([outputs, inputs], DType.Float64));
        Initializer.Orthogonal.Apply(weight, new RandomSource(3));
        Tensor w = weight.Detach();
        Tensor gram = outputs <= inputs ? w.MatMul(w.Transpose()) : w.Transpose().MatMul(w);
        for (int i = 0; i < gram.Shape[0]; i++)
        {
            for (int k = 0; k < gram.Shape[1]; k++)
            {
                Assert.Equal(i == k ? 1 : 0, gram[i, k], 1e-14);
            }
        }

        var kernel = new Parameter(Tensor.Zeros([3, 3, 2, 4], DType.Float64));
        Initializer.Orthogonal.Apply(kernel, new RandomSource(3));
        Tensor flat = kernel.Detach().Reshape([18, 4]);
        Tensor ofKernel = flat.Transpose().MatMul(flat);
        Assert.Equal(4, ofKernel.Square().Sum().ToScalar(), 1e-13);
    }

    [Fact]
    public void A_module_gets_new_weights_and_keeps_its_biases()
    {
        var network = new Sequential(new Linear(3, 4), new LayerNorm(4), new Linear(4, 2));
        double[] bias = ((Linear)network.Layers[0]).Bias!.ToDoubles();
        Initializer.Zeros.Apply(network, new RandomSource(1));
        Assert.All(((Linear)network.Layers[0]).Weight.ToDoubles(), x => Assert.Equal(0, x));
        Assert.All(((LayerNorm)network.Layers[1]).Weight.ToDoubles(), x => Assert.Equal(1, x));
        Assert.Equal(bias, ((Linear)network.Layers[0]).Bias!.ToDoubles());
    }

    [Fact]
    public void A_linear_layer_starts_as_the_initialiser_of_its_default_draws()
    {
        var layer = new Linear(7, 3, random: new RandomSource(4));
        var weight = new Parameter(Tensor.Zeros([3, 7]));
        Initializer.FanInUniform.Apply(weight, new RandomSource(4));
        Assert.Equal(layer.Weight.ToDoubles(), weight.ToDoubles());
    }

    [Fact]
    public void Unknown_names_and_shapes_are_refused()
    {
        Assert.Contains("kaiming-normal", Assert.Throws<ArgumentException>(() => Initializer.Parse("he")).Message);
        Assert.Contains("[5]", Assert.Throws<ArgumentException>(() => Initializer.XavierNormal.Apply(new Parameter(Tensor.Zeros([5])), new RandomSource(1))).Message);
        Assert.All(Initializer.All, x => Assert.Same(x, Initializer.Parse(x.Name.ToUpperInvariant())));
    }
}
