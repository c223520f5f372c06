namespace NeuralOde.Tensors.Tests.Tensors;

public class TensorScopeTests
{
    [Fact]
    public void A_loop_within_scopes_takes_its_memory_from_the_pool()
    {
        const int Length = 100_000;
        var parameter = new Parameter(Tensor.Ones([Length]));
        double sum = 0;
        void Iterate()
        {
            using var scope = TensorScope.Begin();
            (parameter.Tanh() * 2.0).Square().Mean().Backward();
            sum += parameter.Gradient![0];
            parameter.ClearGradient();
        }

        for (int i = 0; i < 3; i++)
        {
            Iterate();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Iterate();

        // Records of the tape, but none of the arrays: one alone has 400,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
        Assert.True(sum > 0);
    }

    [Fact]
    public void What_is_kept_outlives_its_scope()
    {
        Tensor kept;
        using (TensorScope.Begin())
        {
            kept = TensorScope.Keep(Tensor.From(1.0, 2.0) * 3.0);
        }

        using (TensorScope.Begin())
        {
            _ = Tensor.From(8.0, 9.0) * 7.0;
        }

        Assert.Equal([3.0, 6.0], kept.ToDoubles());
    }

    [Fact]
    public void A_leafs_gradient_outlives_the_scope_in_which_it_was_taken()
    {
        Tensor leaf = Tensor.Ones([4], DType.Float64).WithGradient();
        using (TensorScope.Begin())
        {
            (2.0 * leaf).Sum().Backward();
        }

        using (TensorScope.Begin())
        {
            _ = Tensor.Ones([4], DType.Float64) * 7.0;
        }

        Assert.Equal([2.0, 2, 2, 2], leaf.Gradient!.ToDoubles());
    }

    [Fact]
    public void Small_conveniences_do_what_they_say()
    {
        var x = Tensor.From(new double[,] { { 3, 1, 2 } });
        Assert.Equal([1.0], x.Min([1]).ToDoubles());
        Assert.Equal(1.0, x.Min().ToScalar());
        Assert.Equal([3], x.Squeeze(0).Shape);
        Assert.Throws<ArgumentException>(() => x.Squeeze(1));
        Assert.Equal([0.0, 1, 1], x.LessOrEqual(Tensor.Scalar(2, DType.Float64)).ToDoubles());
    }

    [Fact]
    public void Scopes_nest_and_close_in_order()
    {
        var outer = TensorScope.Begin();
        var inner = TensorScope.Begin();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
    }
}
