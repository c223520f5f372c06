namespace NeuralOde.Tensors.Tests.Autodiff;

/// <summary>Where a derivative does not exist, or a formula for it breaks down: the documented conventions.</summary>
public class KinkTests
{
    [Fact]
    public void Relu_at_zero_has_gradient_zero() => Assert.Equal([0.0, 0, 1], Gradient(x => x.Relu(), -1, 0, 1));

    [Fact]
    public void Elu_at_zero_has_gradient_one() => Assert.Equal([1.0, 1], Gradient(x => x.Elu(), 0, 1));

    [Fact]
    public void Abs_at_zero_has_gradient_zero() => Assert.Equal([-1.0, 0, 1], Gradient(x => x.Abs(), -2, 0, 2));

    [Fact]
    public void Sign_step_and_comparisons_have_no_gradient()
    {
        Assert.Equal([0.0, 0, 0], Gradient(x => x.Sign() + x.Step() + x.Greater(x.Square()) + x.GreaterOrEqual(-x) + x.Less(x * 2.0) + x.EqualTo(x.Cube()), -1, 0, 1));
    }

    [Fact]
    public void Maximum_and_minimum_share_the_gradient_evenly_where_equal()
    {
        foreach (Func<Tensor, Tensor, Tensor> function in new[] { Tensor.Maximum, Tensor.Minimum })
        {
            var x = Tensor.From([1.0, 2, 3], [3], true);
            var y = Tensor.From([1.0, 3, 2], [3], true);
            function(x, y).Sum().Backward();
            Assert.Equal(0.5, x.Gradient![0]);
            Assert.Equal(0.5, y.Gradient![0]);
            Assert.Equal([1.0, 1, 1], (x.Gradient + y.Gradient).ToDoubles());
        }
    }

    [Fact]
    public void Equal_largest_values_share_the_gradient_evenly()
    {
        Assert.Equal([0.5, 0, 0.5, 0], Gradient(x => x.Max(), 4, 1, 4, 2));
        var x = Tensor.From([3.0, 3, 1, 3, 2, 5], [2, 3], true);
        x.Max([1]).Sum().Backward();
        Assert.Equal([0.5, 0.5, 0, 0, 0, 1], x.Gradient!.ToDoubles());
    }

    [Fact]
    public void Equal_largest_values_share_the_gradient_evenly_over_axes_that_are_no_neighbors()
    {
        // The largest over the axes 0 and 2 is 7, three times.
        var x = Tensor.From([7.0, 7, 7, 1], [2, 1, 2], true);
        x.Max([0, 2]).Sum().Backward();
        Assert.Equal(Enumerable.Repeat(1.0 / 3, 3), x.Gradient!.ToDoubles()[..3]);
        Assert.Equal(0, x.Gradient[1, 0, 1]);
    }

    [Fact]
    public void What_where_did_not_choose_gets_no_gradient_even_from_an_infinite_cotangent()
    {
        var x = Tensor.From([1.0, 2], [2], true);
        var y = Tensor.Where(Tensor.From(1.0, 0.0), Tensor.From(5.0, 5.0), x);
        Assert.Equal([0.0, 3], Gradients.VectorJacobianProduct([y], [x], [Tensor.From(double.PositiveInfinity, 3)])[0].ToDoubles());
    }

    [Fact]
    public void A_guarded_argument_keeps_the_gradient_of_an_unchosen_logarithm_finite()
    {
        var x = Tensor.From([0.0, 4], [2], true);
        Tensor positive = x.Step();
        Tensor.Where(positive, Tensor.Where(positive, x, Tensor.Ones([2], DType.Float64)).Log(), x).Sum().Backward();
        Assert.Equal([1, 0.25], x.Gradient!.ToDoubles());
    }

    [Fact]
    public void Powers_of_zero_have_finite_gradients()
    {
        Assert.Equal([0.0], Gradient(x => x.Pow(2.5), 0));
        Assert.Equal([0.0], Gradient(x => x.Pow(4), 0));
        Assert.Equal([1.0], Gradient(x => Tensor.Power(x, Tensor.Scalar(1, DType.Float64)), 0));
        var y = Tensor.From([2.0], [1], true);
        Tensor.Power(Tensor.From(0.0), y).Sum().Backward();
        Assert.Equal(0, y.Gradient![0]);
    }

    [Fact]
    public void Zeroth_power_has_gradient_zero_also_at_zero()
    {
        Assert.Equal([0.0, 0], Gradient(x => Tensor.Power(x, Tensor.Scalar(0, DType.Float64)), 0, 2));
    }

    [Fact]
    public void First_power_has_second_derivative_zero_also_at_zero()
    {
        var x = Tensor.From([0.0, 2], [2], true);
        Tensor first = Gradients.Of(Tensor.Power(x, Tensor.Scalar(1, DType.Float64)).Sum(), [x], createGraph: true)[0];
        Assert.Equal([1.0, 1], first.ToDoubles());
        Assert.Equal([0.0, 0], Gradients.Of(first.Sum(), [x])[0].ToDoubles());
    }

    [Fact]
    public void Saturated_activations_have_finite_gradients()
    {
        Func<Tensor, Tensor>[] functions =
        [
            x => x.Tanh(), x => x.Sigmoid(), x => x.Elu(), x => x.Softplus(), x => x.SoftMax(), x => x.LogSumExp(),
            x => x.Erf(), x => x.Silu(), x => x.Gelu(), x => x.Gelu(tanh: true),
        ];
        foreach (Func<Tensor, Tensor> function in functions)
        {
            Assert.All(Gradient(function, -1e4, -800, 0, 800, 1e4), x => Assert.True(double.IsFinite(x)));
        }
    }

    private static double[] Gradient(Func<Tensor, Tensor> function, params double[] at)
    {
        var x = Tensor.From(at, [at.Length], requiresGradient: true);
        return Gradients.Of(function(x).Sum(), [x])[0].ToDoubles();
    }
}
