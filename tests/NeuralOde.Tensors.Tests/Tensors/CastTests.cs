namespace NeuralOde.Tensors.Tests;

public class CastTests
{
    [Fact]
    public void Gradients_flow_through_conversions_in_the_type_of_each_tensor()
    {
        var x = Tensor.From([0.5f, -1.5f], [2], requiresGradient: true);
        var y = Tensor.From([3.0, 4.0], [2], requiresGradient: true);
        Tensor loss = (x.ToDouble().Square() * y).Sum().ToSingle();
        Assert.Equal(DType.Float32, loss.DType);
        loss.Backward();
        Assert.Equal([3f, -12f], x.Gradient!.ToArray<float>());
        Assert.Equal([0.25, 2.25], y.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_gradient_through_conversions_can_be_differentiated_again()
    {
        var x = Tensor.From([0.5f, -1.5f], [2], requiresGradient: true);
        Tensor first = Gradients.Of(x.ToDouble().Cube().Sum(), [x], createGraph: true)[0];
        Tensor second = Gradients.Of(first.ToDouble().Sum(), [x])[0];
        Assert.Equal([3f, -9f], second.ToArray<float>());
    }

    [Fact]
    public void A_parameter_that_changed_after_its_conversion_is_noticed()
    {
        var parameter = new Parameter(Tensor.From([1f]), "p");
        Tensor loss = parameter.ToDouble().Square().Sum();
        parameter.SetValues<float>([2]);
        Assert.Throws<InvalidOperationException>(loss.Backward);
    }

    [Fact]
    public void Nothing_is_remembered_where_nothing_requires_a_gradient()
    {
        Assert.False(Tensor.From([1f]).ToDouble().RequiresGradient);
        using IDisposable scope = GradientMode.Disable();
        Assert.False(Tensor.From([1f], [1], requiresGradient: true).ToDouble().RequiresGradient);
    }

    [Fact]
    public void A_conversion_within_a_compiled_function_says_what_to_do_instead()
    {
        var parameter = new Parameter(Tensor.From([1f]), "p");
        foreach (Func<Tensor, Tensor> function in new Func<Tensor, Tensor>[] { x => x.ToSingle(), x => x * parameter.ToDouble() })
        {
            string message = Assert.Throws<InvalidOperationException>(() => Program<double>.Compile(x => [function(x[0])], new ProgramInput("x", [1]))).Message;
            Assert.Contains("one element type", message, StringComparison.Ordinal);
        }

        // What is a constant anyway may be converted.
        var constant = Tensor.From([2f]);
        var program = Program<double>.Compile(x => [x[0] * constant.ToDouble()], new ProgramInput("x", [1]));
        program.Run(Tensor.From(3.0));
        Assert.Equal(6, program.Output(0)[0]);
    }

    [Fact]
    public void Create_rounds_values_to_the_element_type()
    {
        var single = Tensor.Create<double>([0.1, 0.2], [2], DType.Float32);
        Assert.Equal([0.1f, 0.2f], single.ToArray<float>());
        var leaf = Tensor.Create<float>([0.1f, 0.2f], [1, 2], DType.Float64, requiresGradient: true);
        Assert.Equal([(double)0.1f, 0.2f], leaf.ToArray<double>());
        leaf.Square().Sum().Backward();
        Assert.Equal([2 * (double)0.1f, 2 * (double)0.2f], leaf.Gradient!.ToArray<double>());
        Assert.Throws<ArgumentException>(() => Tensor.Create<double>([1], [2], DType.Float64));
    }
}
