namespace NeuralOde.Tensors.Tests.Autodiff;

/// <summary>Second derivatives of whole networks.</summary>
public class HessianTests
{
    public static TheoryData<string> Smooth => ["tanh", "sigmoid", "softplus", "sin", "elu"];

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Hessian_vector_product_of_a_network_equals_finite_difference_of_its_gradient(string activation)
    {
        var random = new Random(7);
        int[][] shapes = [[4, 3], [3, 5], [5], [5, 2], [2]];
        double[][] at = [.. shapes.Select(s => Values.Random(random, new Shape(s).ElementCount))];
        double[][] direction = [.. at.Select(x => Values.Random(random, x.Length))];
        Tensor[] Leaves(double[][] values) => [.. values.Select((v, i) => Tensor.From(v, new Shape(shapes[i]), requiresGradient: true))];
        Tensor[] leaves = Leaves(at);
        double[][] product = [.. Gradients.Of(Directional(leaves), leaves).Select(g => g.ToDoubles())];
        double magnitude = 10 * (1 + product.Sum(g => g.Sum(Math.Abs)));
        FiniteDifference.AssertGradient(values => Directional(Leaves(values)).ToScalar(), at, product, magnitude, activation);

        Tensor Directional(Tensor[] x)
        {
            Tensor[] gradients = Gradients.Of(Loss(x), x, createGraph: true);
            return gradients.Select((g, i) => (g * Tensor.From(direction[i], g.Shape)).Sum()).Aggregate((p, q) => p + q);
        }

        Tensor Loss(Tensor[] x) => (Activate(x[0].MatMul(x[1]) + x[2]).MatMul(x[3]) + x[4]).Square().Mean();

        Tensor Activate(Tensor x) => activation switch
        {
            "tanh" => x.Tanh(),
            "sigmoid" => x.Sigmoid(),
            "softplus" => x.Softplus(),
            "sin" => x.Sin(),
            _ => x.Elu(),
        };
    }

    [Fact]
    public void Hessian_of_a_quadratic_form_is_its_symmetric_matrix()
    {
        var a = Tensor.From(new[,] { { 2.0, 1, 0 }, { 3, 5, 7 }, { 4, 6, 8 } });
        var x = Tensor.From([1.0, -2, 3], [3], true);
        Tensor gradient = Gradients.Of(x.MatMul(a).MatMul(x), [x], createGraph: true)[0];
        for (int i = 0; i < 3; i++)
        {
            Tensor row = Gradients.Of(gradient.Select(0, i), [x])[0];
            Assert.Equal(Enumerable.Range(0, 3).Select(k => a[i, k] + a[k, i]), row.ToDoubles());
        }
    }

    [Fact]
    public void Fourth_derivative_of_a_power_is_a_number()
    {
        var x = Tensor.From([3.0], [1], true);
        Tensor y = x.Pow(5);
        foreach (double expected in new[] { 5 * 81.0, 20 * 27.0, 60 * 9.0, 120 * 3.0, 120.0, 0 })
        {
            y = Gradients.Of(y.Sum(), [x], createGraph: true)[0];
            Assert.Equal(expected, y[0], 1e-12 * 600);
        }
    }

    [Fact]
    public void Derivatives_of_tanh_up_to_the_fourth_equal_their_polynomials_in_tanh()
    {
        var x = Tensor.From([0.7], [1], true);
        double t = Math.Tanh(0.7);
        double[] expected = [1 - (t * t), -2 * t * (1 - (t * t)), (1 - (t * t)) * ((6 * t * t) - 2), (1 - (t * t)) * t * (16 - (24 * t * t))];
        Tensor y = x.Tanh();
        foreach (double value in expected)
        {
            y = Gradients.Of(y.Sum(), [x], createGraph: true)[0];
            Assert.Equal(value, y[0], 1e-14);
        }
    }

    [Fact]
    public void Trace_of_a_jacobian_can_be_differentiated()
    {
        // tr J of z ↦ tanh(z W) is Σ_i W_ii (1 − tanh²), the term of a continuous normalizing flow.
        var random = new Random(8);
        Tensor w = Values.Random<double>(random, [3, 3]);
        double[] at = Values.Random(random, 3);
        Tensor Trace(Tensor z)
        {
            Tensor f = z.MatMul(w).Tanh();
            return Enumerable.Range(0, 3)
                .Select(i => Gradients.Of(f.Select(0, i), [z], createGraph: true)[0].Select(0, i)).Aggregate((p, q) => p + q);
        }

        var z = Tensor.From(at, [3], true);
        Tensor trace = Trace(z);
        double[] expected = z.MatMul(w).Tanh().ToDoubles();
        Assert.Equal(Enumerable.Range(0, 3).Sum(i => w[i, i] * (1 - (expected[i] * expected[i]))), trace.ToScalar(), 1e-14);
        FiniteDifference.AssertGradient(x => Trace(Tensor.From(x[0], [3], true)).ToScalar(), [at], [Gradients.Of(trace, [z])[0].ToDoubles()], 3, "trace");
    }
}
