using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

public class AutomaticGradientTests
{
    [Theory]
    [InlineData("tsit5", false)]
    [InlineData("bdf", false)]
    [InlineData("rk4", true)]
    public void The_gradient_is_that_of_a_right_method_and_the_choice_is_told(string name, bool isFixed)
    {
        LayerField field = new Mlp(2, [7], 2, Activation.Tanh, new RandomSource(2), DType.Float64).AsField();
        OdeBlock Block(GradientMethod method) => new(field)
        {
            Solver = OdeSolver.Parse(name),
            Steps = isFixed ? FixedSteps.PerInterval(10) : new AdaptiveSteps(),
            GradientMethod = method,
        };
        OdeBlock chooses = Block(GradientMethod.Auto);
        double[] right = Gradient(Block(GradientMethod.For(OdeSolver.Parse(name))));
        for (int i = 0; i < 3; i++)
        {
            double[] gradient = Gradient(chooses);
            double largest = right.Max(Math.Abs);
            Assert.True(right.Zip(gradient, static (x, y) => Math.Abs(x - y)).Max() <= 1e-3 * largest);
        }

        string choice = chooses.Compile<double>([3, 2]).Choice!;
        Assert.Contains("the fastest within the budget that is right", choice, StringComparison.Ordinal);
        Assert.Contains("KiB, error", choice, StringComparison.Ordinal);

        double[] Gradient(OdeBlock ode)
        {
            field.Parameters.ClearGradients();
            Tensor z0 = new RandomSource(3).Normal([3, 2], dtype: DType.Float64).WithGradient();
            ode.Forward(z0, 0, 0.7, 1.6).Square().Sum().Backward();
            return [.. z0.Gradient!.ToDoubles(), .. field.Parameters.SelectMany(static x => x.Gradient!.ToDoubles())];
        }
    }

    [Fact]
    public void A_method_that_goes_astray_is_not_chosen()
    {
        // Backward in time the damping explodes.
        var ode = new OdeBlock(VectorField.Define((t, z) => (10 * z.Sin()) - (20 * z))) { GradientMethod = GradientMethod.Auto };
        var z0 = Tensor.From([1.0, -0.5], [1, 2], requiresGradient: true);
        ode.Forward(z0, 0, 3).Square().Sum().Backward();
        string choice = ode.Compile<double>([1, 2]).Choice!;
        Assert.False(choice.StartsWith("adjoint", StringComparison.Ordinal), choice);
        Assert.True(choice.Contains("adjoint goes astray", StringComparison.Ordinal) || choice.Contains("adjoint failed", StringComparison.Ordinal), choice);
    }
}
