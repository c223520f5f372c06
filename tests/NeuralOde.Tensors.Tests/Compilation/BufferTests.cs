namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Parameters that are not trainable: read live, moved at the end of a run, reached by no gradient.</summary>
public class BufferTests
{
    [Fact]
    public void A_program_reads_a_buffer_live_and_computes_anew_what_depends_on_it_alone()
    {
        Parameter buffer = Buffer(2, 3);
        var program = Program<double>.Compile(x => [x[0] * (1.0 / buffer.Sqrt())], new ProgramInput("x", [2]));
        Assert.Contains("when a parameter has changed", program.ToString());
        program.Run(Tensor.From(1.0, 1.0));
        Assert.Equal([1 / Math.Sqrt(2), 1 / Math.Sqrt(3)], program.Output(0).ToArray());
        buffer.SetValues<double>([4, 9]);
        program.Run(Tensor.From(1.0, 1.0));
        Assert.Equal([0.5, 1 / 3.0], program.Output(0).ToArray());
    }

    [Fact]
    public void A_buffer_is_no_parameter_of_a_program_and_gets_no_gradient()
    {
        Parameter buffer = Buffer(2, 3);
        var weight = new Parameter(Tensor.From(5.0, 7.0));
        var program = Program<double>.Compile(x => [x[0] * buffer * weight], new ProgramInput("x", [2]));
        Assert.Equal([weight], program.Parameters);
        Assert.Equal([buffer], program.Buffers);
        (weight * buffer).Sum().Backward();
        Assert.Null(buffer.Gradient);
        Assert.Equal([2.0, 3.0], weight.Gradient!.ToDoubles());
    }

    [Fact]
    public void Eager_code_moves_a_buffer_at_once_and_a_program_at_the_end_of_each_run_with_the_same_bits()
    {
        CheckMoves<float>();
        CheckMoves<double>();
    }

    private static void CheckMoves<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(1);
        Tensor start = Values.Random<T>(random, [5]);
        var eager = new Parameter(start, "running", isTrainable: false);
        var compiled = new Parameter(start, "running", isTrainable: false);
        Tensor Function(Parameter buffer, Tensor x)
        {
            Tensor mean = x.Mean([0]);
            buffer.MoveTowards(mean, 0.1);
            Tensor y = x.Square();
            buffer.MoveTowards(mean.Square(), 0.25);

            // Much that is computed afterwards, and could take the mean's place in memory.
            for (int i = 0; i < 5; i++)
            {
                y = (y.Tanh() + mean).Square();
            }

            return y;
        }

        var program = Program<T>.Compile(x => [Function(compiled, x[0])], new ProgramInput("x", [4, 5]));
        Assert.True(program.MovesBuffers);
        Assert.Equal([compiled], program.Buffers);
        string[] lines = program.ToString().TrimEnd().Split('\n');
        Assert.Contains("running = move_towards(running, ", lines[^2]);
        Assert.Contains(", 0.25)  [5]", lines[^1]);
        for (int step = 0; step < 4; step++)
        {
            Tensor x = Values.Random<T>(random, [4, 5]);
            Function(eager, x);
            program.Run(x);
            Assert.Equal(eager.ToDoubles(), compiled.ToDoubles());
        }
    }

    [Fact]
    public void What_a_program_reads_of_a_buffer_is_from_before_its_run()
    {
        Parameter buffer = Buffer(10);
        var program = Program<double>.Compile(
            x =>
            {
                buffer.MoveTowards(x[0], 0.5);
                return [buffer + 0.0, buffer * x[0]];
            },
            new ProgramInput("x", [1]));
        program.Run(Tensor.From(2.0));
        Assert.Equal(10, program.Output(0)[0]);
        Assert.Equal(20, program.Output(1)[0]);
        program.Run(Tensor.From(2.0));
        Assert.Equal(6, program.Output(0)[0]);
        Assert.Equal(12, program.Output(1)[0]);
        Assert.Equal(4, buffer.ToScalar());
    }

    [Fact]
    public void A_value_that_is_an_argument_a_constant_a_parameter_or_a_result_can_be_moved_towards()
    {
        Parameter[] buffers = [.. Enumerable.Range(0, 4).Select(_ => Buffer(0, 0))];
        var weight = new Parameter(Tensor.From(3.0, 4.0));
        var program = Program<double>.Compile(
            x =>
            {
                Tensor result = x[0] * 2.0;
                buffers[0].MoveTowards(x[0], 1);
                buffers[1].MoveTowards(Tensor.From(7.0, 8.0), 1);
                buffers[2].MoveTowards(weight, 1);
                buffers[3].MoveTowards(result, 1);
                return [result];
            },
            new ProgramInput("x", [2]));
        program.Run(Tensor.From(1.0, 2.0));
        Assert.Equal([[1.0, 2.0], [7.0, 8.0], [3.0, 4.0], [2.0, 4.0]], buffers.Select(x => x.ToDoubles()));
        weight.SetValues<double>([5, 6]);
        program.Run(Tensor.From(1.0, 2.0));
        Assert.Equal([5.0, 6.0], buffers[2].ToDoubles());
    }

    [Fact]
    public void Nothing_moves_and_nothing_is_written_down_while_updates_are_disabled()
    {
        Parameter buffer = Buffer(1, 2);
        Program<double> program;
        using (BufferUpdates.Disable())
        {
            buffer.MoveTowards(Tensor.From(5.0, 5.0), 1);
            program = Program<double>.Compile(
                x =>
                {
                    buffer.MoveTowards(x[0], 1);
                    return [x[0] + 1.0];
                },
                new ProgramInput("x", [2]));
        }

        program.Run(Tensor.From(3.0, 3.0));
        Assert.False(program.MovesBuffers);
        Assert.Equal([1.0, 2.0], buffer.ToDoubles());
    }

    [Fact]
    public void A_run_that_moves_a_buffer_allocates_nothing()
    {
        Parameter buffer = Buffer(1, 2);
        var program = Program<double>.Compile(
            x =>
            {
                buffer.MoveTowards(x[0].Square(), 0.1);
                return [x[0] + 1.0];
            },
            new ProgramInput("x", [2]));
        Assert.Equal(0, Allocation.InSteadyState(program.Run));
    }

    [Fact]
    public void Moves_that_make_no_sense_are_refused()
    {
        Parameter buffer = Buffer(1, 2);
        Assert.Contains("trainable", Assert.Throws<InvalidOperationException>(() => new Parameter(Tensor.From(1.0)).MoveTowards(Tensor.From(2.0), 0.1)).Message);
        Assert.Throws<ArgumentException>(() => buffer.MoveTowards(Tensor.From(1.0), 0.1));
        Assert.Throws<ArgumentException>(() => buffer.MoveTowards(Tensor.From(1f, 2f), 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.MoveTowards(Tensor.From(1.0, 2.0), 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.MoveTowards(Tensor.From(1.0, 2.0), double.NaN));
    }

    private static Parameter Buffer(params double[] values) => new(Tensor.From(values), "running", isTrainable: false);
}
