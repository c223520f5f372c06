namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Inputs in double precision of programs in single precision: times.</summary>
public class WideInputTests
{
    private static readonly ProgramInput s_t = new("t", Shape.Scalar) { IsWide = true };
    private static readonly ProgramInput s_x = new("x", [2]);

    [Fact]
    public void What_depends_on_them_and_on_numbers_alone_is_computed_in_double_precision()
    {
        // Neither number is one of single precision: their difference is 128 or 0 there.
        var program = Program<float>.Compile(x => [(x[0] - 1.7000000001e9).Sin() * x[1]], s_t, s_x);
        new[] { 1f, 2f }.CopyTo(program.Input(1));
        program.SetWide(0, 1.7000000008e9);
        program.Run();
        float sine = (float)Math.Sin(1.7000000008e9 - 1.7000000001e9);
        Assert.Equal([sine, 2 * sine], program.Output(0).ToArray());
        Assert.StartsWith("at every run, first: program double (t [])", program.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_are_exact_too()
    {
        var program = Program<float>.Compile(
            x =>
            {
                Tensor f = ((x[0] - 1.7000000001e9).Sin() * x[1]).Sum();
                return [.. Gradients.Of(f, [x[0], x[1]])];
            },
            s_t,
            s_x);
        new[] { 1f, 2f }.CopyTo(program.Input(1));
        program.SetWide(0, 1.7000000008e9);
        program.Run();
        double phase = 1.7000000008e9 - 1.7000000001e9;
        Assert.Equal(3 * Math.Cos(phase), program.Output(0)[0], 1e-6);
        Assert.Equal((float)Math.Sin(phase), program.Output(1)[0]);
    }

    [Fact]
    public void Small_parameters_join_them_and_are_read_live()
    {
        var rate = new Parameter(Tensor.From(2f, 3), "rate");
        var program = Program<float>.Compile(x => [(rate * x[0]).Cos() + x[1]], s_t, s_x);
        Assert.Equal([rate], program.Parameters);
        double t = 1.7e9 + 0.25;
        program.SetWide(0, t);
        program.Run();
        Assert.Equal([(float)Math.Cos(2 * t), (float)Math.Cos(3 * t)], program.Output(0).ToArray());
        rate.SetValues([0.5f, 1]);
        program.Run();
        Assert.Equal([(float)Math.Cos(0.5 * t), (float)Math.Cos(t)], program.Output(0).ToArray());
    }

    [Fact]
    public void Where_nothing_is_computed_of_them_alone_they_are_rounded_and_the_program_is_as_it_would_be()
    {
        static Tensor[] Function(Tensor[] x) => [Tensor.Concatenate([x[1], x[0].BroadcastTo([1])], 0)];
        var wide = Program<float>.Compile(Function, s_t, s_x);
        Assert.Equal(Program<float>.Compile(Function, s_t with { IsWide = false }, s_x).ToString(), wide.ToString());
        wide.SetWide(0, 0.1);
        wide.Run();
        Assert.Equal([0f, 0, 0.1f], wide.Output(0).ToArray());
    }

    [Fact]
    public void They_may_have_many_elements_and_be_results()
    {
        ProgramInput times = new("times", [3]) { IsWide = true };
        var program = Program<float>.Compile(x => [x[0] - 1e9, (x[0] - 1e9).Sum()], times);
        program.SetWide(0, [1e9 + 0.5, 1e9 + 1, 1e9 + 3]);
        program.Run();
        Assert.Equal([0.5f, 1, 3], program.Output(0).ToArray());
        Assert.Equal(4.5f, program.Output(1)[0]);
    }

    [Fact]
    public void A_program_in_double_precision_takes_them_as_others()
    {
        var program = Program<double>.Compile(x => [x[0] * x[1]], s_t, s_x);
        new[] { 1.0, 2 }.CopyTo(program.Input(1));
        program.SetWide(0, 0.1);
        program.Run();
        Assert.Equal([0.1, 0.2], program.Output(0).ToArray());
    }

    [Fact]
    public void They_are_written_by_their_own_method_only()
    {
        var program = Program<float>.Compile(x => [x[0] + x[1]], s_t, s_x);
        Assert.Equal(0, program.Input(0).Length);
        Assert.Contains("has 1 values; got 2", Assert.Throws<ArgumentException>(() => program.SetWide(0, [1, 2])).Message);
        Assert.Contains("'x' is not wide", Assert.Throws<ArgumentException>(() => program.SetWide(1, [1, 2])).Message);
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        var rate = new Parameter(Tensor.From(2f, 3), "rate");
        var program = Program<float>.Compile(x => [(rate * x[0]).Cos() + x[1]], s_t, s_x);
        program.SetWide(0, 1);
        program.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        program.SetWide(0, 2);
        rate.SetValues([0.5f, 1]);
        program.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
