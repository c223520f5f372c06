namespace NeuralOde.Tensors.Tests;

/// <summary>What a user's own operations are refused for, and how programs treat them. Values and gradients: <see cref="OperationCases"/>.</summary>
public class CustomOperationTests
{
    [Fact]
    public void Wrong_inputs_are_refused_by_name()
    {
        var product = new ComplexProduct(false);
        Assert.Contains("'complex_product' takes 2 inputs", Assert.Throws<ArgumentException>(() => product.Apply(Tensor.Ones([3, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("[3, 2] and [2, 2]", Assert.Throws<ArgumentException>(() => product.Apply(Tensor.Ones([3, 2]), Tensor.Ones([2, 2]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => product.Apply(Tensor.Ones([3, 2]), Tensor.Ones([3, 2], DType.Float64)));
        Assert.Throws<ArgumentNullException>(() => product.Apply(Tensor.Ones([3, 2]), null!));
        Assert.Throws<ArgumentException>(() => Program<float>.Compile(x => [product.Apply(x[0], x[0])], new ProgramInput("x", [3])));
    }

    [Fact]
    public void Wrong_cotangents_are_refused_by_name_eager_and_compiled()
    {
        (Func<Tensor, Tensor?[]> Gradient, string Message)[] cases =
        [
            (g => [g, g], "gave 2 cotangents for 1 input"),
            (g => [g.Sum()], "gave double [] for input 0, which is double [3]"),
            (g => [Tensor.Ones([3])], "gave float [3] for input 0, which is double [3]"),
            (_ => null!, "gave null for 1 input"),
        ];
        foreach ((Func<Tensor, Tensor?[]> gradient, string message) in cases)
        {
            var operation = new Copy(gradient);
            Tensor x = Tensor.From([1.0, 2, 3]).WithGradient();
            Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => operation.Apply(x).Sum().Backward()).Message, StringComparison.Ordinal);
            Assert.Contains(
                message,
                Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(v => Gradients.Of(operation.Apply(v[0]).Sum(), v), new ProgramInput("x", [3]))).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_cotangent_is_no_gradient()
    {
        Tensor x = Tensor.From([1.0, 2, 3]).WithGradient();
        Assert.Equal([0, 0, 0], Gradients.Of(new Copy(_ => [null]).Apply(x).Sum(), [x])[0].ToArray<double>());
    }

    [Fact]
    public void Equal_operations_on_equal_inputs_are_one_instruction()
    {
        var program = Program<double>.Compile(x => [new ComplexProduct(false).Apply(x[0], x[1]) + new ComplexProduct(false).Apply(x[0], x[1])], new("x", [4, 2]), new("y", [4, 2]));
        Assert.Equal(1, program.ToString().Split("complex_product(x, y)").Length - 1);
        program = Program<double>.Compile(x => [new ComplexProduct(false).Apply(x[0], x[1]) + new ComplexProduct(true).Apply(x[0], x[1])], new("x", [4, 2]), new("y", [4, 2]));
        Assert.Contains("complex_product(x, y)", program.ToString(), StringComparison.Ordinal);
        Assert.Contains("complex_product_conjugate(x, y)", program.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_with_a_custom_operation_allocates_nothing()
    {
        var root = new CubeRoot();
        var program = Program<float>.Compile(x => [root.Apply(x[0]) * 2.0], new ProgramInput("x", [100]));
        Assert.Equal(0, Allocation.InSteadyState(program.Run));
    }

    [Fact]
    public void Parameters_reach_a_custom_operation_live()
    {
        var parameter = new Parameter(Tensor.From([8.0, 1]), "p");
        var root = new CubeRoot();
        var program = Program<double>.Compile(x => [root.Apply(parameter) + x[0]], new ProgramInput("x", [2]));
        program.Run(Tensor.From([0.0, 0]));
        Assert.Equal([2, 1], program.Output(0).ToArray());
        parameter.SetValues<double>([1, 8]);
        program.Run(Tensor.From([0.0, 0]));
        Assert.Equal([1, 2], program.Output(0).ToArray());
    }

    private sealed class Copy(Func<Tensor, Tensor?[]> gradient) : CustomOperation
    {
        public override string Name => "copy";

        protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

        protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output) => inputs[0].CopyTo(output);

        protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => gradient(cotangent);
    }
}
