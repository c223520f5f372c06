using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors.Tests.Tensors;

public class ActivationTests
{
    [Fact]
    public void Every_name_reads_back_in_any_case()
    {
        foreach (Activation activation in Activation.All)
        {
            Assert.Same(activation, Activation.Parse(activation.ToString()));
            Assert.Same(activation, Activation.Parse(activation.Name.ToLowerInvariant()));
        }

        Assert.Equal(Activation.All.Count, Activation.All.Select(x => x.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Contains("GeluTanh", Assert.Throws<FormatException>(() => Activation.Parse("tnah")).Message, StringComparison.Ordinal);
        Assert.False(Activation.TryParse(null, out _));
    }

    [Fact]
    public void Every_function_with_a_kernel_for_its_derivative_is_an_activation()
    {
        string[] declared = [.. typeof(ActivationFunctions).GetFields().Select(x => x.Name)];
        Assert.Equal(9, declared.Length);
        Assert.All(declared, x => Assert.True(Activation.TryParse(x, out _), x));
    }

    [Fact]
    public void Activations_equal_the_functions_of_their_definitions()
    {
        (Activation Activation, Func<double, double> Function)[] cases =
        [
            (Activation.Identity, x => x), (Activation.Tanh, Math.Tanh), (Activation.Elu, x => x > 0 ? x : Math.Exp(x) - 1), (Activation.Relu, x => Math.Max(x, 0)),
            (Activation.Selu, x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543773 * (Math.Exp(x) - 1))),
            (Activation.Sigmoid, x => 1 / (1 + Math.Exp(-x))), (Activation.Softplus, x => Math.Log(1 + Math.Exp(x))), (Activation.Sin, Math.Sin),
            (Activation.Silu, x => x / (1 + Math.Exp(-x))), (Activation.Gelu, x => x * Normal(x)),
            (Activation.GeluTanh, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        ];
        Assert.Equal(Activation.All.Count, cases.Select(x => x.Activation).Distinct().Count());
        double[] points = [-2.5, -0.75, 0.25, 1.5];
        foreach ((Activation activation, Func<double, double> function) in cases)
        {
            Tensor y = activation.Apply(Tensor.From(points));
            for (int i = 0; i < points.Length; i++)
            {
                Assert.Equal(function(points[i]), y[i], 1e-14);
            }
        }
    }

    /// <summary>Φ(x) by its Taylor series, Σ (−1)ⁿ x²ⁿ⁺¹/(2ⁿ n! (2n + 1)): at |x| ≤ 2.5 it cancels at most three digits.</summary>
    private static double Normal(double x)
    {
        double sum = 0, term = x;
        for (int n = 0; n < 60; n++)
        {
            sum += term / ((2 * n) + 1);
            term *= -x * x / (2 * (n + 1));
        }

        return 0.5 + (sum / Math.Sqrt(2 * Math.PI));
    }
}
