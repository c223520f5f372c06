using System.Globalization;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>What a program gives back, and when it looks at its parameters.</summary>
public class ProgramTests
{
    [Fact]
    public void Results_that_are_arguments_parameters_constants_duplicates_or_views_are_right()
    {
        var p = new Parameter(Tensor.From(5.0, 6), "p");
        var constant = Tensor.From(7.0, 8);
        var program = Program<double>.Compile(
            x =>
            {
                Tensor y = x[0] * 2.0;
                return [
                    x[0], p, constant, y, y, y.Reshape([2, 1]), x[0].Reshape([2, 1]), p.Reshape([1, 2]), p * 2.0, p * 2.0, constant * 2.0, x[1],
                    y.Detach(), p.Detach(), Tensor.Scalar(3, DType.Float64)
                ];
            },
            new("x", [2]), new("unused", [3]));
        foreach (double v in new[] { 1.0, 10 })
        {
            p.SetValues([5 * v, 6 * v]);
            program.Run(Tensor.From(v, v + 1), Tensor.From(v, v, v));
            double[][] expected =
            [
                [v, v + 1], [5 * v, 6 * v], [7, 8], [2 * v, (2 * v) + 2], [2 * v, (2 * v) + 2], [2 * v, (2 * v) + 2], [v, v + 1], [5 * v, 6 * v],
                [10 * v, 12 * v], [10 * v, 12 * v], [14, 16], [v, v, v], [2 * v, (2 * v) + 2], [5 * v, 6 * v], [3],
            ];
            Assert.Equal(expected.Length, program.OutputShapes.Count);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], program.Output(i).ToArray());
            }
        }

        Assert.Equal([2, 1], program.OutputShapes[5]);
        Assert.Equal([1, 2], program.OutputShapes[7]);
    }

    [Fact]
    public void Arguments_keep_their_values_between_runs_and_are_not_written_to()
    {
        var program = Program<double>.Compile(x => [x[0].Exp().Tanh() + x[1], x[0].Reshape([2]).Square().Abs()], new("x", [2, 1]), new("y", [2, 1]));
        program.Run(Tensor.From([1.0, 2], [2, 1]), Tensor.From([3.0, 4], [2, 1]));
        double[] first = program.Output(0).ToArray();
        program.Run();
        Assert.Equal(first, program.Output(0).ToArray());
        Assert.Equal([1.0, 2], program.Input(0).ToArray());
        Assert.Equal([3.0, 4], program.Input(1).ToArray());
    }

    [Fact]
    public void Programs_of_one_function_do_not_share_memory()
    {
        Program<double> Make() => Program<double>.Compile(x => [x[0].Exp()], new ProgramInput("x", [2]));
        (Program<double> a, Program<double> b) = (Make(), Make());
        a.Run(Tensor.From(0.0, 0));
        b.Run(Tensor.From(1.0, 1));
        Assert.Equal([1.0, 1], a.Output(0).ToArray());
    }

    [Fact]
    public void What_depends_on_parameters_only_is_computed_when_one_has_changed()
    {
        var p = new Parameter(Tensor.From([1.0, 2, 3, 4], [2, 2]), "p");
        var q = new Parameter(Tensor.From(1.0, 1), "q");
        var program = Program<double>.Compile(x => [x[0].MatMul((p.Exp() + q).Tanh()), (p + q).Sum()], new ProgramInput("x", [3, 2]));
        Assert.Equal(1, program.InstructionCount);
        Assert.Contains("when a parameter has changed", program.ToString());
        Tensor x = Values.Random<double>(new Random(16), [3, 2]);
        foreach (Parameter changed in new[] { p, q, p })
        {
            changed.SetValues(Values.Random(new Random(17), changed.ElementCount));
            program.Run(x);
            Values.AssertClose(x.MatMul((p.Exp() + q).Tanh()).ToDoubles(), program.Output(0).ToArray(), 1e-15, "x exp(p)");
            Values.AssertClose((p + q).Sum().ToDoubles(), program.Output(1).ToArray(), 1e-15, "sum");
        }
    }

    [Fact]
    public void A_parameter_changed_in_place_is_seen_once_it_is_marked()
    {
        var p = new Parameter(Tensor.From(1.0, 2), "p");
        var program = Program<double>.Compile(_ => [p.Square()]);
        program.Run();
        p.MutableValues<double>()[0] = 3;
        p.MarkChanged();
        program.Run();
        Assert.Equal([9.0, 4], program.Output(0).ToArray());
    }

    [Fact]
    public void Many_programs_see_the_change_of_a_shared_parameter()
    {
        var p = new Parameter(Tensor.From(1.0), "p");
        Program<double>[] programs = [.. Enumerable.Range(0, 3).Select(i => Program<double>.Compile(x => [p.Exp() * (i + 1.0)]))];
        var other = new Parameter(Tensor.From(1.0), "other");
        foreach (double value in new[] { 0.0, 1, 2 })
        {
            p.SetValues([value]);
            foreach ((Program<double> program, int i) in programs.Select((x, i) => (x, i)))
            {
                program.Run();
                other.SetValues([value]);
                program.Run();
                Assert.Equal(Math.Exp(value) * (i + 1), program.Output(0)[0], 1e-14);
            }
        }
    }

    [Fact]
    public void Parameters_are_those_that_the_results_need()
    {
        var p = new Parameter(Tensor.From(1.0), "p");
        var unused = new Parameter(Tensor.From(1.0), "unused");
        var q = new Parameter(Tensor.From(1.0), "q");
        var program = Program<double>.Compile(
            x =>
            {
                _ = unused * x[0];
                return [(x[0] * p) + q + p];
            },
            new ProgramInput("x", [1]));
        Assert.Equal([p, q], program.Parameters);
    }

    [Fact]
    public void The_printed_program_names_arguments_parameters_and_numbers_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            var p = new Parameter(Tensor.From(1.0, 2), "bias");
            string text = Program<double>.Compile(x => [(x[0] * 1.5) - p], new ProgramInput("state", [2])).ToString();
            Assert.Contains("program double (state [2])", text);
            Assert.Contains("multiply(state, 1.5)", text);
            Assert.Contains(", bias)", text);
            Assert.Contains("2 instructions", text);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Empty_tensors_pass_through()
    {
        var program = Program<double>.Compile(x => [x[0].Tanh() + 1.0, x[0].Sum([0]), x[0].Reshape([3, 0])], new ProgramInput("x", [0, 3]));
        program.Run();
        Assert.Equal(0, program.Output(0).Length);
        Assert.Equal([0.0, 0, 0], program.Output(1).ToArray());
        Assert.Equal([3, 0], program.OutputShapes[2]);
    }

    [Fact]
    public void An_empty_bias_of_many_rows_is_broadcast_like_any_other()
    {
        var program = Program<double>.Compile(x => [x[0].MatMul(x[1]) + x[2]], new("x", [1, 2]), new("w", [2, 0]), new("b", [5, 0]));
        program.Run();
        Assert.Equal([5, 0], program.OutputShapes[0]);
    }

    [Fact]
    public void A_program_without_arguments_or_results_runs()
    {
        var none = Program<float>.Compile(_ => []);
        none.Run();
        Assert.Empty(none.OutputShapes);
        Assert.Equal(0, none.InstructionCount);
    }
}
