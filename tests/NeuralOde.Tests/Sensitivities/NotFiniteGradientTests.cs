using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

/// <summary>A gradient that is not finite says where it stopped being so, whatever the method.</summary>
public class NotFiniteGradientTests
{
    public static TheoryData<string, string> Methods
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string solver in (string[])["tsit5", "kvaerno5", "radau5", "bdf", "adams", "rodas5p", "auto"])
            {
                foreach (GradientMethod method in GradientMethod.All.Where(x => x.Unfit(OdeSolver.Parse(solver), new AdaptiveSteps()) is null))
                {
                    data.Add(solver, method.Name);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_loss_without_a_gradient_is_named_by_time_and_element(string solver, string method)
    {
        var block = new OdeBlock(VectorField.Define(static (_, z) => -z)) { Solver = OdeSolver.Parse(solver), GradientMethod = GradientMethod.Parse(method) };
        var z0 = Tensor.From([1.0, 2, 3, 4], [2, 2], requiresGradient: true);
        Tensor states = block.Forward(z0, Tensor.From([0.0, 0.25, 1]));

        // The root has an infinite derivative where its argument is 0.
        Tensor element = states.Slice(0, 1, 1).Reshape([4]).Slice(0, 2, 1);
        Tensor loss = states.Sum() + (element - element.Detach()).Sqrt().Sum();
        GradientException error = Assert.Throws<GradientException>(loss.Backward);
        Assert.Equal(GradientWarningReason.NotFinite, error.Reason);
        Assert.Contains("time 0.25", error.Message, StringComparison.Ordinal);
        Assert.Contains("element [1, 0]", error.Message, StringComparison.Ordinal);
    }

    /// <summary>z' = −√z has an infinite derivative by z where z is 0, as the second row is from the start.</summary>
    [Theory]
    [InlineData("rk4")]
    [InlineData("dopri5")]
    public void A_field_without_a_derivative_is_named_by_time_and_element(string solver)
    {
        var field = VectorField.Define(static (_, z) => -z.Sqrt());
        var block = new OdeBlock(field) { Solver = OdeSolver.Parse(solver), Steps = FixedSteps.PerInterval(4) };
        var z0 = Tensor.From([1.0, 0], [2, 1], requiresGradient: true);
        GradientException error = Assert.Throws<GradientException>(() => block.Forward(z0, Tensor.From([0.0, 0.4])).Sum().Backward());
        Assert.Contains("element [1, 0]", error.Message, StringComparison.Ordinal);
        Assert.Contains("time 0", error.Message, StringComparison.Ordinal);
    }
}
