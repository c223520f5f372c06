namespace NeuralOde.Tensors.Tests.Autodiff;

/// <summary>What is recorded, what is not, and where gradients end up.</summary>
public class TapeTests
{
    [Fact]
    public void Gradients_of_two_backward_calls_add_up()
    {
        var p = new Parameter(Tensor.From(1.0, 2.0), "p");
        var x = Tensor.From([3.0, 4], [2], requiresGradient: true);
        (p * x).Sum().Backward();
        (p * x * 2.0).Sum().Backward();
        Assert.Equal([9.0, 12], p.Gradient!.ToDoubles());
        Assert.Equal([3.0, 6], x.Gradient!.ToDoubles());
    }

    [Fact]
    public void The_same_loss_can_go_backward_twice()
    {
        var p = new Parameter(Tensor.From(2.0), "p");
        Tensor loss = p.Square().Sum();
        loss.Backward();
        loss.Backward();
        Assert.Equal(8, p.Gradient![0]);
    }

    [Fact]
    public void Clearing_a_gradient_sets_it_to_zero()
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            var p = new Parameter(Tensor.Full([3], 2, dtype), "p");
            p.ClearGradient();
            Assert.Null(p.Gradient);
            p.Square().Sum().Backward();
            p.ClearGradient();
            Assert.Equal([0.0, 0, 0], p.Gradient!.ToDoubles());
            p.Square().Sum().Backward();
            Assert.Equal([4.0, 4, 4], p.Gradient!.ToDoubles());
        }
    }

    [Fact]
    public void A_kept_gradient_of_a_leaf_does_not_change_with_the_next_backward_call()
    {
        var x = Tensor.From([3.0], [1], true);
        x.Square().Sum().Backward();
        Tensor first = x.Gradient!;
        x.Square().Sum().Backward();
        Assert.Equal(6, first[0]);
        Assert.Equal(12, x.Gradient![0]);
    }

    [Fact]
    public void Two_leaves_that_share_a_cotangent_keep_gradients_of_their_own()
    {
        var p = new Parameter(Tensor.From(1.0), "p");
        var q = new Parameter(Tensor.From(1.0), "q");
        (p + q).Sum().Backward();
        p.ClearGradient();
        p.Sum().Backward();
        p.Sum().Backward();
        Assert.Equal(2, p.Gradient![0]);
        Assert.Equal(1, q.Gradient![0]);
    }

    [Fact]
    public void A_parameter_changed_between_forward_and_backward_is_an_error()
    {
        var p = new Parameter(Tensor.From(1.0), "p");
        Tensor loss = p.Square().Sum();
        p.SetValues([2.0]);
        Assert.Contains("before the optimizer's step", Assert.Throws<InvalidOperationException>(loss.Backward).Message);
        p.Square().Sum().Backward();
        Assert.Equal(4, p.Gradient![0]);
    }

    [Fact]
    public void A_parameter_changed_that_the_loss_does_not_use_is_no_error()
    {
        var p = new Parameter(Tensor.From(1.0), "p");
        var other = new Parameter(Tensor.From(1.0), "other");
        Tensor loss = p.Square().Sum();
        other.SetValues([2.0]);
        loss.Backward();
        Assert.Equal(2, p.Gradient![0]);
    }

    [Fact]
    public void Nothing_is_recorded_where_recording_is_off()
    {
        var p = new Parameter(Tensor.From(1.0), "p");
        Tensor y;
        using (GradientMode.Disable())
        {
            Assert.False(GradientMode.IsEnabled);
            using (GradientMode.Disable())
            {
                y = p.Square();
            }

            Assert.False(GradientMode.IsEnabled);
        }

        Assert.True(GradientMode.IsEnabled);
        Assert.False(y.RequiresGradient);
        Assert.Contains("depends on nothing", Assert.Throws<InvalidOperationException>(() => y.Sum().Backward()).Message);
    }

    [Fact]
    public void Disposing_a_scope_twice_switches_on_once()
    {
        IDisposable outer = GradientMode.Disable();
        IDisposable inner = GradientMode.Disable();
        inner.Dispose();
        inner.Dispose();
        Assert.False(GradientMode.IsEnabled);
        outer.Dispose();
        Assert.True(GradientMode.IsEnabled);
    }

    [Fact]
    public void Recording_is_switched_for_this_thread_only()
    {
        using IDisposable scope = GradientMode.Disable();
        bool other = false;
        var thread = new Thread(() => other = GradientMode.IsEnabled);
        thread.Start();
        thread.Join();
        Assert.True(other);
    }

    [Fact]
    public void Detached_values_require_no_gradient()
    {
        var p = new Parameter(Tensor.From(3.0), "p");
        var x = Tensor.From([3.0], [1], true);
        foreach (Tensor detached in new[] { p.Detach(), x.Detach(), (p * 2.0).Detach(), (x * 2.0).Detach() })
        {
            Assert.False(detached.RequiresGradient);
        }

        (p * p.Detach()).Sum().Backward();
        Assert.Equal(3, p.Gradient![0]);
        var constant = Tensor.From(1.0);
        Assert.Same(constant, constant.Detach());
    }

    [Fact]
    public void A_shared_subexpression_counts_once_for_each_use()
    {
        var x = Tensor.From([0.3], [1], true);
        Tensor s = x.Tanh();
        Tensor left = s * 2.0;
        Tensor right = s.Square();
        (left + right + s).Sum().Backward();
        double t = Math.Tanh(0.3);
        Assert.Equal((3 + (2 * t)) * (1 - (t * t)), x.Gradient![0], 1e-14);
    }

    [Fact]
    public void A_ladder_of_diamonds_takes_time_linear_in_its_length()
    {
        // Two paths per rung: 2^60 paths in all, which a walk that did not visit each tensor once could not finish.
        var x = Tensor.From([1.0], [1], true);
        Tensor y = x;
        for (int i = 0; i < 60; i++)
        {
            y = (y * 0.5) + (y * 0.5);
        }

        y.Sum().Backward();
        Assert.Equal(1, x.Gradient![0]);
    }

    [Fact]
    public void A_tensor_used_twice_in_one_operation_gets_both_parts()
    {
        Assert.Equal(6, GradientAt(3, x => x * x));
        Assert.Equal(2, GradientAt(3, x => x + x));
        Assert.Equal(0, GradientAt(3, x => x - x));
        Assert.Equal(0, GradientAt(3, x => x / x));
        Assert.Equal(1, GradientAt(3, x => Tensor.Maximum(x, x)));
        Assert.Equal(2, GradientAt(3, x => Tensor.Concatenate([x, x])));
        Assert.Equal(1, GradientAt(3, x => Tensor.Where(x, x, x)));
        Assert.Equal(27 * (1 + Math.Log(3)), GradientAt(3, x => Tensor.Power(x, x)), 1e-12);
    }

    [Fact]
    public void Ten_thousand_operations_in_a_row_do_not_overflow_the_stack()
    {
        var x = Tensor.From([1.0], [1], true);
        Tensor y = x;
        for (int i = 0; i < 10_000; i++)
        {
            y = y * 1.0001;
        }

        Tensor first = Gradients.Of(y.Sum(), [x], createGraph: true)[0];
        Assert.Equal(Math.Pow(1.0001, 10_000), first[0], 1e-10);
        Assert.Equal(0, Gradients.Of(first.Sum(), [x])[0][0]);
        y.Sum().Backward();
        Assert.Equal(first[0], x.Gradient![0]);
    }

    [Fact]
    public void Gradients_of_intermediate_results_and_of_the_output_itself_exist()
    {
        var x = Tensor.From([2.0], [1], true);
        Tensor s = x.Square();
        Tensor y = (s * 3.0).Sum();
        Tensor[] gradients = Gradients.Of(y, [x, s, y, Tensor.From(7.0)]);
        Assert.Equal([12.0, 3, 1, 0], gradients.Select(g => g.ToScalar()));
        Assert.Null(s.Gradient);
    }

    [Fact]
    public void Only_leaves_keep_gradients()
    {
        var x = Tensor.From([2.0], [1], true);
        Tensor s = x.Square();
        s.Sum().Backward();
        Assert.Null(s.Gradient);
        Assert.Equal(4, x.Gradient![0]);
        Assert.False(x.Gradient.RequiresGradient);
    }

    [Fact]
    public void A_vector_jacobian_product_of_several_outputs_is_the_sum_of_each()
    {
        var x = Tensor.From([1.0, 2], [2], true);
        Tensor[] outputs = [x.Square(), x.Cube(), x];
        Tensor[] cotangents = [Tensor.From(1.0, 10), Tensor.From(2.0, 20), Tensor.From(3.0, 30)];
        Assert.Equal([2 + 6 + 3.0, 40 + 240 + 30], Gradients.VectorJacobianProduct(outputs, [x], cotangents)[0].ToDoubles());
    }

    [Fact]
    public void Backward_on_what_is_no_scalar_says_what_to_do()
    {
        var x = Tensor.From([1.0, 2], [2], true);
        Assert.Contains("Sum or average it first", Assert.Throws<InvalidOperationException>(x.Square().Backward).Message);
        Assert.Contains("Sum or average it first", Assert.Throws<ArgumentException>(() => Gradients.Of(x, [x])).Message);
        Assert.Contains("no parameter", Assert.Throws<InvalidOperationException>(Tensor.From(1.0).Backward).Message);
    }

    [Fact]
    public void Cotangents_that_do_not_fit_are_refused()
    {
        var x = Tensor.From([1.0, 2], [2], true);
        Assert.Contains("each output takes one", Assert.Throws<ArgumentException>(() => Gradients.VectorJacobianProduct([x], [x], [])).Message);
        Assert.Contains("[1]", Assert.Throws<ArgumentException>(() => Gradients.VectorJacobianProduct([x], [x], [Tensor.From(1.0)])).Message);
        Assert.Contains("ToDouble()", Assert.Throws<ArgumentException>(() => Gradients.VectorJacobianProduct([x], [x], [Tensor.Ones([2])])).Message);
    }

    private static double GradientAt(double at, Func<Tensor, Tensor> function)
    {
        var x = Tensor.From([at], [1], true);
        function(x).Sum().Backward();
        return x.Gradient![0];
    }
}
