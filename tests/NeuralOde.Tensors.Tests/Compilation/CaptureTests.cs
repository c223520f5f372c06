namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>What a compiled function may use from outside, and what it may not.</summary>
public class CaptureTests
{
    private static readonly ProgramInput s_x = new("x", [2]);

    [Fact]
    public void A_parameter_is_read_live_and_its_detached_copy_is_a_constant()
    {
        var p = new Parameter(Tensor.From(1.0, 2), "p");
        Tensor frozen = p.Detach();
        var program = Program<double>.Compile(x => [x[0] * p, x[0] * frozen, x[0] * p.Detach()], s_x);
        p.SetValues([10.0, 20]);
        program.Run(Tensor.Ones([2], DType.Float64));
        Assert.Equal([10.0, 20], program.Output(0).ToArray());
        Assert.Equal([1.0, 2], program.Output(1).ToArray());

        // Detached inside the function, it stays live; only its gradient is cut.
        Assert.Equal([10.0, 20], program.Output(2).ToArray());
    }

    [Fact]
    public void No_gradient_flows_through_what_is_detached_inside()
    {
        var p = new Parameter(Tensor.From(3.0), "p");
        var program = Program<double>.Compile(x => [.. Gradients.Of((x[0] * p.Detach() * p).Sum() + (x[0].Detach() * x[0]).Sum(), [x[0], p])], new ProgramInput("x", [1]));
        program.Run(Tensor.From(2.0));
        Assert.Equal(9 + 2, program.Output(0)[0]);
        Assert.Equal(6, program.Output(1)[0]);
    }

    [Fact]
    public void A_captured_tensor_with_a_gradient_history_is_an_error()
    {
        var p = new Parameter(Tensor.From(1.0, 2), "p");
        Tensor computed = p * 2.0;
        Func<Tensor[], IReadOnlyList<Tensor>>[] functions = [x => [x[0] + computed], _ => [computed], x => [Tensor.Where(x[0], x[0], computed)]];
        foreach (Func<Tensor[], IReadOnlyList<Tensor>> function in functions)
        {
            string text = Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(function, s_x)).Message;
            Assert.Contains("multiply", text);
            Assert.Contains("Detach()", text);
        }

        _ = Program<double>.Compile(x => [x[0] + computed.Detach()], s_x);
        using (GradientMode.Disable())
        {
            Tensor unrecorded = p * 2.0;
            _ = Program<double>.Compile(x => [x[0] + unrecorded], s_x);
        }
    }

    [Fact]
    public void What_is_computed_inside_from_a_leaf_that_requires_a_gradient_can_be_differentiated()
    {
        var leaf = Tensor.From([3.0, 4], [2], requiresGradient: true);
        var program = Program<double>.Compile(x => [x[0] * leaf.Square(), .. Gradients.Of((x[0] * leaf.Square()).Sum(), [leaf])], s_x);
        program.Run(Tensor.From(1.0, 2));
        Assert.Equal([9.0, 32], program.Output(0).ToArray());
        Assert.Equal([6.0, 16], program.Output(1).ToArray());
    }

    [Fact]
    public void Reading_a_symbolic_tensor_is_an_error_that_says_what_to_do()
    {
        var p = new Parameter(Tensor.From(1.0, 2), "p");
        foreach (Action<Tensor> read in new Action<Tensor>[]
        {
            x => x.Sum().ToScalar(), x => x.ToDoubles(), x => x.AsSpan<double>(), x => x.ToArray<double>(), x => _ = x[0],
            x => x.WithGradient(), x => _ = (x * p)[1], x => _ = p.Square()[0],
        })
        {
            string text = Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(
                x =>
                {
                    read(x[0]);
                    return x;
                },
                s_x)).Message;
            Assert.Contains("symbolic", text);
            Assert.Contains("Tensor.Where", text);
        }
    }

    [Fact]
    public void Reading_a_parameter_is_an_error_that_says_what_to_do()
    {
        var p = new Parameter(Tensor.From(1.0), "rate");
        foreach (Func<double> read in new Func<double>[] { () => p.ToScalar(), () => p.ToDoubles()[0], () => p.AsSpan<double>()[0], () => p.ToArray<double>()[0], () => p[0] })
        {
            string text = Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(x => [x[0] * read()], s_x)).Message;
            Assert.Contains("'rate'", text);
            Assert.Contains("live", text);
            Assert.Equal(1, read());
        }

        double before = p[0];
        _ = Program<double>.Compile(
            x =>
            {
                Assert.Contains("double [1]", p.ToString());
                return [x[0] * before];
            },
            s_x);
    }

    [Fact]
    public void A_function_that_returns_null_is_an_error()
    {
        Assert.Contains("returned null;", Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(_ => null!, s_x)).Message);
        Assert.Contains("null as result 1 of 2", Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(x => [x[0], null!], s_x)).Message);
    }

    [Fact]
    public void Backward_inside_a_compiled_function_points_to_gradients()
    {
        string text = Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(
            x =>
            {
                x[0].Sum().Backward();
                return x;
            },
            s_x)).Message;
        Assert.Contains("Gradients.Of", text);
    }

    [Fact]
    public void A_symbolic_tensor_has_a_shape_a_type_and_a_text()
    {
        _ = Program<float>.Compile(
            x =>
            {
                Assert.True(x[0].IsSymbolic);
                Assert.Equal([2], x[0].Shape);
                Assert.Equal("float [2] (symbolic)", x[0].ToString());
                return x;
            },
            s_x);
    }

    [Fact]
    public void A_symbolic_tensor_that_leaks_out_of_its_compilation_is_an_error()
    {
        Tensor? leaked = null;
        var p = new Parameter(Tensor.From(1.0, 2), "p");
        _ = Program<double>.Compile(
            x =>
            {
                leaked = x[0];
                return x;
            },
            s_x);
        Assert.Contains("outside the compilation", Assert.Throws<InvalidOperationException>(() => leaked! + 1.0).Message);
        Assert.Contains("outside the compilation", Assert.Throws<InvalidOperationException>(() => leaked! * p).Message);
        Assert.Contains("outside the compilation", Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(x => [x[0] + leaked!], s_x)).Message);
        Assert.Contains("another compilation", Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(_ => [leaked!], s_x)).Message);
    }

    [Fact]
    public void One_function_may_compile_another()
    {
        var p = new Parameter(Tensor.From(2.0, 3), "p");
        Program<double>? inner = null;
        var outer = Program<double>.Compile(
            x =>
            {
                Tensor before = x[0] * p;
                inner = Program<double>.Compile(y => [y[0].Exp() * p], s_x);
                inner.Run(Tensor.From(0.0, 0));
                return [before + x[0]];
            },
            s_x);
        outer.Run(Tensor.From(1.0, 1));
        Assert.Equal([3.0, 4], outer.Output(0).ToArray());
        Assert.Equal([2.0, 3], inner!.Output(0).ToArray());
    }

    [Fact]
    public void An_inner_function_may_not_use_the_outer_ones_symbols()
    {
        Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(
            x =>
            {
                _ = Program<double>.Compile(y => [y[0] + x[0]], s_x);
                return x;
            },
            s_x));
    }

    [Fact]
    public void After_a_function_that_throws_tensors_are_eager_again()
    {
        Assert.Throws<NotSupportedException>(() => Program<double>.Compile(_ => throw new NotSupportedException(), s_x));
        var p = new Parameter(Tensor.From(2.0), "p");
        Assert.False((p * 2.0).IsSymbolic);
    }

    [Fact]
    public void Mixed_element_types_are_an_error()
    {
        var single = new Parameter(Tensor.From(1f, 2f), "single");
        var constant = Tensor.From(1f, 2f);
        foreach (Func<Tensor[], IReadOnlyList<Tensor>> function in new Func<Tensor[], IReadOnlyList<Tensor>>[]
        {
            x => [x[0] + single], x => [x[0] + constant], _ => [single], _ => [constant], _ => [single * single], _ => [single.Sum()],
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => Program<double>.Compile(function, s_x));
        }

        Assert.Contains("parameter 'single'", Assert.ThrowsAny<ArgumentException>(() => Program<double>.Compile(_ => [single], s_x)).Message);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_an_error_while_compiling() =>
        Assert.Contains("do not broadcast", Assert.Throws<ArgumentException>(() => Program<double>.Compile(x => [x[0] + x[1]], s_x, new("y", [3]))).Message);

    [Fact]
    public void Control_flow_is_followed_once_while_tracing()
    {
        int calls = 0;
        var program = Program<double>.Compile(
            x =>
            {
                calls++;
                return [calls == 1 ? x[0] * 2.0 : x[0] * 3.0];
            },
            s_x);
        program.Run(Tensor.From(1.0, 1));
        program.Run(Tensor.From(2.0, 2));
        Assert.Equal([4.0, 4], program.Output(0).ToArray());
        Assert.Equal(1, calls);
    }
}
