namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>What the compiler takes out, joins, and moves; read off the printed program.</summary>
public class SimplificationTests
{
    private static readonly Tensor s_half = Tensor.From([0.5, -0.5, 1.5], [3]);

    [Fact]
    public void A_common_subexpression_is_computed_once()
    {
        Program<double> program = Compile([4, 3], x => (x.Tanh() + x).Square() * (x.Tanh() + x).Exp());
        Assert.Equal(1, Count(program, "tanh("));
        Assert.Equal(1, Count(program, "add("));
        Assert.Equal(5, program.InstructionCount);
    }

    [Fact]
    public void Equal_numbers_are_one_constant_and_different_ones_are_not()
    {
        Assert.Equal(3, Compile([3], x => (x * 2.0).Sin() + (x * 2.0).Sin()).InstructionCount);
        Program<double> program = Compile([3], x => (x * 2.0).Sin() * (x * 3.0).Sin());
        Assert.Equal(2, Count(program, "sin("));
    }

    [Fact]
    public void Operations_with_different_attributes_are_not_common()
    {
        var program = Program<double>.Compile(
            x => [x[0].Slice(1, 0, 2), x[0].Slice(1, 1, 2), x[0].Sum([0]), x[0].Sum([1]), x[0].Max([0]), x[0].Transpose([1, 0])], new ProgramInput("x", [3, 3]));
        Assert.Equal(6, program.InstructionCount);
    }

    [Fact]
    public void Constants_are_folded()
    {
        Program<double> program = Compile([3], x => x + (s_half.Exp() * 2.0).Sum());
        Assert.Equal(1, program.InstructionCount);
        program = Compile([2, 3], x => x.MatMul((x * 0.0 + 1.0).Detach().Transpose()).Slice(0, 0, 1) + Tensor.Concatenate([x, s_half.Reshape([1, 3])]).Slice(0, 2, 1).Tanh().Sum());
        Assert.Equal(0, Count(program, "tanh"));
        Assert.Equal(0, Count(program, "concatenate"));
    }

    [Fact]
    public void A_constant_that_requires_a_gradient_is_folded_too()
    {
        // Slicing the joined tensors gives the constant back, and its tanh is computed by the compiler.
        Tensor leaf = s_half.WithGradient();
        Program<double> program = Compile([2, 3], x => x * Tensor.Concatenate([x, leaf.Reshape([1, 3])]).Slice(0, 2, 1).Tanh());
        Assert.Equal(1, program.InstructionCount);
        program.Run(Tensor.Ones([2, 3], DType.Float64));
        Assert.Equal(s_half.Tanh().ToDoubles(), program.Output(0)[..3].ToArray());
    }

    [Fact]
    public void What_no_result_needs_is_not_computed()
    {
        Program<double> program = Compile([3], x =>
        {
            _ = x.Exp().Sum();
            return x.Tanh();
        });
        Assert.Equal(1, program.InstructionCount);
        Assert.Equal(0, Count(program, "exp("));
    }

    [Fact]
    public void Gradients_that_no_one_asks_for_are_not_computed()
    {
        var w = new Parameter(Tensor.Ones([3, 3], DType.Float64), "w");
        var program = Program<double>.Compile(x => [.. Gradients.VectorJacobianProduct([x[0].MatMul(w)], [x[0]], [x[1]])], new("x", [2, 3]), new("a", [2, 3]));
        Assert.Equal(1, program.InstructionCount);
    }

    [Fact]
    public void Exact_identities_cost_nothing()
    {
        foreach (Func<Tensor, Tensor> identity in new Func<Tensor, Tensor>[]
        {
            x => x * 1.0, x => 1.0 * x, x => x / 1.0, x => x - 0.0, x => -(-x), x => x.Detach(), x => x.Pow(1),
            x => x * Tensor.Ones([4, 3], DType.Float64).Max(), x => -1.0 * (x * -1.0),
            x => x.Reshape([2, 6]).Reshape([3, 4]).Reshape([4, 3]), x => x.Transpose().Transpose(), x => x.Sum([]), x => x.Slice(0, 0, 4),
            x => x.BroadcastTo([4, 3]), x => x.Transpose([0, 1]),
            x => Tensor.Concatenate([x, x.Exp()]).Slice(0, 0, 4), x => Tensor.Concatenate([x.Exp(), x], 1).Slice(1, 3, 3), x => Tensor.Concatenate([x]),
        })
        {
            Assert.Equal(1, Compile([4, 3], x => identity(x.Tanh())).InstructionCount);
        }
    }

    [Fact]
    public void A_slice_of_joined_tensors_is_a_slice_of_the_one_that_holds_it()
    {
        var x = Tensor.From([1.0, 2, 3, 4], [4]);
        foreach (Func<Tensor, Tensor> function in new Func<Tensor, Tensor>[]
        {
            x => Tensor.Concatenate([x, x * 10.0, x * 100.0]).Slice(0, 5, 2), x => Tensor.Concatenate([x, x * 10.0, x * 100.0]).Slice(0, 8, 4),
            x => Tensor.Stack([x, x * 10.0], 1).Select(1, 1), x => Tensor.Stack([x, x * 10.0]).Slice(0, 0, 1).Slice(1, 1, 2),
        })
        {
            Program<double> program = Compile([4], function);
            Assert.Equal(0, Count(program, "concatenate"));
            program.Run(x);
            Assert.Equal(function(x).ToDoubles(), program.Output(0).ToArray());
        }
    }

    [Fact]
    public void A_slice_across_joined_tensors_keeps_them_joined()
    {
        Program<double> program = Compile([4], x => Tensor.Concatenate([x, x * 10.0]).Slice(0, 3, 2));
        Assert.Equal(1, Count(program, "concatenate"));
        program.Run(Tensor.From([1.0, 2, 3, 4], [4]));
        Assert.Equal([4.0, 10], program.Output(0).ToArray());
    }

    [Fact]
    public void Identities_that_are_not_exact_are_left_alone()
    {
        // −0 + 0 is +0, ∞ · 0 is NaN, x − x is NaN for ∞, and subtracting −0 turns −0 into +0.
        var program = Program<double>.Compile(x => [x[0] + 0.0, x[0] * 0.0, x[0] - x[0], x[0] - -0.0, x[0] / x[0]], new ProgramInput("x", [3]));
        double[] at = [-0.0, double.PositiveInfinity, 1];
        program.Run(Tensor.From(at));
        var e = Tensor.From(at);
        Tensor[] eager = [e + 0.0, e * 0.0, e - e, e - -0.0, e / e];
        for (int i = 0; i < eager.Length; i++)
        {
            Assert.Equal(eager[i].ToDoubles().Select(BitConverter.DoubleToInt64Bits), program.Output(i).ToArray().Select(BitConverter.DoubleToInt64Bits));
        }
    }

    [Fact]
    public void An_identity_that_broadcasts_is_kept()
    {
        var program = Program<double>.Compile(x => [x[0] * Tensor.Ones([2, 1], DType.Float64), x[0] * Tensor.Ones([1, 1], DType.Float64)], new ProgramInput("x", [3]));
        Assert.Equal([2, 3], program.OutputShapes[0]);
        Assert.Equal([1, 3], program.OutputShapes[1]);
        program.Run(s_half);
        Assert.Equal([0.5, -0.5, 1.5, 0.5, -0.5, 1.5], program.Output(0).ToArray());
        Assert.Equal([0.5, -0.5, 1.5], program.Output(1).ToArray());
    }

    [Fact]
    public void Sums_with_negatives_become_differences()
    {
        foreach (Func<Tensor, Tensor> function in new Func<Tensor, Tensor>[] { x => x + -x.Tanh(), x => -x.Tanh() + x, x => x - -x.Tanh() })
        {
            Program<double> program = Compile([3], function);
            Assert.Equal(0, Count(program, "negate"));
            program.Run(s_half);
            Assert.Equal(function(s_half).ToDoubles(), program.Output(0).ToArray());
        }
    }

    [Fact]
    public void Products_with_itself_are_powers()
    {
        Assert.Equal(1, Count(Compile([3], x => x * x), "square("));
        Assert.Equal(1, Compile([3], x => x * x * x).InstructionCount);
        Assert.Equal(1, Count(Compile([3], x => x * x * x), "cube("));
    }

    [Fact]
    public void A_broadcast_operand_is_not_written_out()
    {
        foreach (Func<Tensor, Tensor> function in new Func<Tensor, Tensor>[]
        {
            x => x + s_half.BroadcastTo([4, 3]), x => x.Select(0, 0).Exp().BroadcastTo([4, 3]) * x, x => x / x.Sum([1], keepAxes: true).BroadcastTo([4, 3]),
            x => x - x.Sum().BroadcastTo([4, 3]),
        })
        {
            Program<double> program = Compile([4, 3], function);
            Assert.Equal(0, Count(program, "broadcast("));
        }
    }

    [Fact]
    public void Two_broadcast_operands_still_reach_the_common_shape()
    {
        var program = Program<double>.Compile(
            x => [x[0].BroadcastTo([2, 3]) + x[0].Square().BroadcastTo([2, 3]), x[0].BroadcastTo([2, 3]) * x[1].BroadcastTo([2, 3])], new("x", [3]), new("y", [2, 1]));
        program.Run(Tensor.From(1.0, 2, 3), Tensor.From([10.0, 100], [2, 1]));
        Assert.Equal([2.0, 6, 12, 2, 6, 12], program.Output(0).ToArray());
        Assert.Equal([10.0, 20, 30, 100, 200, 300], program.Output(1).ToArray());
        Assert.Equal(1, Count(program, "multiply("));
    }

    [Fact]
    public void Transposed_operands_are_folded_into_the_product()
    {
        Assert.Equal(1, Count(Pair([4, 3], [4, 5], (x, y) => x.Transpose().MatMul(y)), "matmul_tn("));
        Assert.Equal(1, Count(Pair([3, 4], [5, 4], (x, y) => x.MatMul(y.Transpose())), "matmul_nt("));
        Assert.Equal(1, Count(Pair([4, 3], [5, 4], (x, y) => x.Transpose().MatMul(y.Transpose())), "matmul_tt("));
        Assert.Equal(1, Count(Pair([5, 4], [4, 3], (x, y) => x.MatMul(y).Transpose()), "matmul_tt("));
        Assert.Equal(1, Count(Pair([4, 5], [4, 3], (x, y) => x.Transpose().MatMul(y).Transpose()), "matmul_tn(y, x)"));
        foreach (Program<double> program in new[] { Pair([4, 3], [4, 5], (x, y) => x.Transpose().MatMul(y)), Pair([5, 4], [4, 3], (x, y) => x.MatMul(y).Transpose()) })
        {
            Assert.Equal(1, program.InstructionCount);
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void A_layer_is_one_instruction(string activation)
    {
        Func<Tensor, Tensor> function = Activation.Parse(activation).Apply;
        var w = new Parameter(Tensor.Ones([3, 5], DType.Float64), "w");
        var b = new Parameter(Tensor.Ones([5], DType.Float64), "b");
        foreach ((Shape shape, Func<Tensor, Tensor> layer) in new (Shape, Func<Tensor, Tensor>)[]
        {
            ([4, 3], x => function(x.MatMul(w) + b)),
            ([4, 3], x => function(b + x.MatMul(w))),
            ([4, 3], x => function(x.MatMul(w) + b.Reshape([1, 5]))),
            ([2, 4, 3], x => function(x.MatMul(w) + b)),
            ([2, 4, 3], x => function(b + x.MatMul(w))),
        })
        {
            Program<double> program = Compile(shape, layer);
            Assert.Equal(1, program.InstructionCount);
            Assert.Equal(1, Count(program, $"linear+{activation.ToLowerInvariant()}(x"));
        }
    }

    public static TheoryData<string> Activations => [.. Activation.All.Where(x => x != Activation.Identity).Select(x => x.Name)];

    [Fact]
    public void The_way_back_through_a_layer_is_one_product()
    {
        var w = new Parameter(Tensor.Ones([5, 5], DType.Float64), "w");
        var program = Program<double>.Compile(
            x =>
            {
                Tensor f = x[0].MatMul(w).Tanh().MatMul(w).Tanh();
                return [f, .. Gradients.VectorJacobianProduct([f], [x[0]], [x[1]])];
            },
            new("x", [4, 5]), new("a", [4, 5]));
        Assert.Equal(1, Count(program, "matmul+tanh_gradient("));
    }

    [Theory]
    [InlineData(20, 16, 16, "matmul", 1)]
    [InlineData(1, 16, 16, "matmul", 1)]
    [InlineData(20, 16, 1, "matmul_nt", 1)]
    [InlineData(20, 16, 64, "matmul", 1)]
    [InlineData(300, 16, 16, "matmul_nt", 0)]
    public void A_weight_is_turned_once_a_change_where_its_product_is_faster_so(int rows, int inner, int columns, string product, int transposes)
    {
        var w = new Parameter(Values.Random<double>(new Random(5), [columns, inner]), "w");
        var v = new Parameter(Values.Random<double>(new Random(6), [inner, columns]), "v");
        Program<double>[] programs = [Compile([rows, inner], x => x.MatMul(w.Transpose())), Compile([rows, inner], x => x.MatMul(v))];
        Assert.Equal(1, Count(programs[0], product + "("));
        Assert.Equal(product == "matmul_nt" ? 0 : transposes, Count(programs[0], "transpose(w)"));
        Tensor input = Values.Random<double>(new Random(7), [rows, inner]);
        foreach (double scale in new[] { 1.0, -2 })
        {
            w.SetValues([.. w.ToDoubles().Select(x => x * scale)]);
            v.SetValues([.. v.ToDoubles().Select(x => x * scale)]);
            foreach ((Program<double> program, Tensor weight) in new[] { (programs[0], w.Transpose()), (programs[1], (Tensor)v) })
            {
                program.Run(input);
                Values.AssertClose(input.MatMul(weight).ToDoubles(), program.Output(0).ToArray(), 1e-14, "product");
                Assert.Equal(1, program.InstructionCount);
            }
        }
    }

    [Fact]
    public void A_product_that_is_also_needed_bare_is_not_computed_twice()
    {
        var w = new Parameter(Tensor.Ones([3, 5], DType.Float64), "w");
        var b = new Parameter(Tensor.Ones([5], DType.Float64), "b");
        var program = Program<double>.Compile(
            x =>
            {
                Tensor product = x[0].MatMul(w);
                return [(product + b).Tanh(), product];
            },
            new ProgramInput("x", [4, 3]));
        Assert.Equal(1, Count(program, "matmul(") + Count(program, "linear"));
    }

    [Fact]
    public void An_element_wise_chain_works_in_one_place()
    {
        Program<double> program = Compile([64], x => x.Tanh().Exp().Sin().Cos().Abs().Sqrt().Square());

        // The argument, the result, and one place in between.
        Assert.True(program.ArenaLength <= 3 * 64, program.ToString());
    }

    [Fact]
    public void Memory_does_not_grow_with_the_length_of_a_chain()
    {
        Tensor Chain(Tensor x, int length) => Enumerable.Range(0, length).Aggregate(x, (y, _) => (y.MatMul(x) * 0.1).Tanh() + x);
        Assert.Equal(Compile([8, 8], x => Chain(x, 5)).ArenaLength, Compile([8, 8], x => Chain(x, 50)).ArenaLength);
    }

    [Fact]
    public void Ten_thousand_operations_compile_without_overflowing_the_stack()
    {
        Program<double> program = Compile([1], x => Enumerable.Range(0, 10_000).Aggregate(x, (y, i) => i % 2 == 0 ? y * 1.5 : y / 1.5));
        program.Run(Tensor.From(3.0));
        Assert.Equal(3, program.Output(0)[0], 1e-11);
        Assert.Equal(10_000, program.InstructionCount);
    }

    private static Program<double> Compile(Shape shape, Func<Tensor, Tensor> function) => Program<double>.Compile(x => [function(x[0])], new ProgramInput("x", shape));

    private static Program<double> Pair(Shape left, Shape right, Func<Tensor, Tensor, Tensor> function) =>
        Program<double>.Compile(x => [function(x[0], x[1])], new("x", left), new("y", right));

    private static int Count(Program<double> program, string text) => program.ToString().Split(text).Length - 1;
}
