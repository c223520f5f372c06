using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Blocks;

/// <summary>What a field captures when it is compiled, and changes later.</summary>
public class CaptureTests
{
    private static readonly Tensor s_start = Tensor.From([1.0, 2.0]);

    [Fact]
    public void A_captured_number_that_changed_is_an_error_that_says_to_make_it_an_input()
    {
        double rate = 2;
        var ode = new OdeBlock(VectorField.Define((t, z) => -rate * z));
        ode.Forward(s_start, 0, 1);
        rate = 3;
        string text = Assert.Throws<InvalidOperationException>(() => ode.Forward(s_start, 0, 1)).Message;
        Assert.Contains("a number that it captures was -2 and is -3 now", text);
        Assert.Contains("new FieldInputs", text);
    }

    [Fact]
    public void So_is_a_number_of_single_precision_or_a_member_of_a_field()
    {
        var field = new Gain { Factor = 0.1f };
        var ode = new OdeBlock(field);
        Tensor start = s_start.ToSingle();
        ode.Forward(start, 0, 1);
        field.Factor = 0.2f;
        Assert.Contains("captures was 0.1", Assert.Throws<InvalidOperationException>(() => ode.Forward(start, 0, 1)).Message);
    }

    [Fact]
    public void So_is_another_tensor_in_place_of_one()
    {
        var force = Tensor.From([1.0, 1.0]);
        var ode = new OdeBlock(VectorField.Define((t, z) => force - z));
        ode.Forward(s_start, 0, 1);

        // The same values in another tensor are no change.
        force = Tensor.From([1.0, 1.0]);
        ode.Forward(s_start, 0, 1);
        force = Tensor.From([1.0, 5.0]);
        ode.Forward(s_start, 0, 1);
        Assert.Contains("a tensor [2] that it captures has other values now", Assert.Throws<InvalidOperationException>(() => ode.Forward(s_start, 0, 1)).Message);
    }

    [Fact]
    public void So_is_another_branch_or_parameter()
    {
        bool isDamped = false;
        var first = new Parameter(Tensor.From(1.0), "first");
        Parameter used = first;
        var ode = new OdeBlock(VectorField.Define((t, z) => isDamped ? used * z.Sin() : used * z, [first]));
        ode.Forward(s_start, 0, 1);
        isDamped = true;
        Assert.Contains("the vector field is not what was compiled", Fault(ode), StringComparison.OrdinalIgnoreCase);
        isDamped = false;
        used = new Parameter(Tensor.From(1.0), "second");
        ode.Forward(s_start, 0, 1);
        Assert.Contains("parameter 'second' where it used parameter 'first'", Fault(ode));
    }

    [Fact]
    public void A_later_change_is_found_before_twice_as_many_solves()
    {
        double rate = 2;
        var ode = new OdeBlock(VectorField.Define((t, z) => -rate * z));
        for (int i = 0; i < 20; i++)
        {
            ode.Forward(s_start, 0, 1);
        }

        rate = 3;
        for (int i = 20; i < 31; i++)
        {
            ode.Forward(s_start, 0, 1);
        }

        Assert.Throws<InvalidOperationException>(() => ode.Forward(s_start, 0, 1));
    }

    [Fact]
    public void Parameters_buffers_modes_inputs_and_operations_of_ones_own_may_change()
    {
        var rate = new Parameter(Tensor.From(1.0), "rate");
        var buffer = new Parameter(Tensor.From(1.0), "buffer", isTrainable: false);
        var norm = new BatchNorm(2, dtype: DType.Float64);
        var field = VectorField.Define((t, z, inputs) => norm.Forward(new Twice().Apply(rate * buffer * z).Gather([1, 0])) + inputs["force"], [rate, buffer], norm);
        var ode = new OdeBlock(field);
        var start = Tensor.From([1.0, 2, 3, 4], [2, 2]);
        for (int i = 1; i < 10; i++)
        {
            rate.SetValues([(double)i]);
            buffer.SetValues([1.0 / i]);
            if (i % 3 == 0)
            {
                ode.SwitchToEvaluation();
            }
            else
            {
                ode.SwitchToTraining();
            }

            ode.Forward(start, [0, 1], new FieldInputs { ["force"] = Tensor.From(0.1 * i) });
        }
    }

    [Fact]
    public void A_compiled_field_that_outlives_a_mode_is_left_alone()
    {
        var norm = new BatchNorm(2, dtype: DType.Float64);
        Sensitivity<double> sensitivity = new OdeBlock(VectorField.Define((t, z) => norm.Forward(z), norm)) { Solver = new Dopri5() }.Compile<double>([2, 2]);
        SolveMemory<double> memory = sensitivity.Rent();
        sensitivity.Forward(memory, [1, 2, 3, 4], [0, 1], forGradient: false);
        norm.SwitchToEvaluation();
        Assert.True(sensitivity.Forward(memory, [1, 2, 3, 4], [0, 1], forGradient: false).IsSuccess);
    }

    [Fact]
    public void A_number_that_a_trainers_loss_captures_must_not_change_either()
    {
        double weight = 1;
        var trainer = new TrajectoryTrainer<double>(
            new OdeBlock(VectorField.Define((t, z) => -z)), [2], (predicted, observed) => weight * Loss.MeanSquared(predicted, observed));
        void Step() => trainer.Step([1, 2], [0, 1], [1, 2, 0, 0]);
        Step();
        weight = 0.5;
        string text = Assert.Throws<InvalidOperationException>(Step).Message;
        Assert.StartsWith("The loss is not what was compiled: a number that it captures was 1 and is 0.5 now", text, StringComparison.Ordinal);
        Assert.Contains("isTrainable: false", text);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void A_buffer_or_parameter_that_changed_between_a_solve_and_its_gradient_is_an_error(string method)
    {
        var w = new Parameter(Tensor.From(0.3), "w");
        var u = new Parameter(Tensor.From(1.0), "u", isTrainable: false);
        var ode = new OdeBlock(VectorField.Define((t, z) => w * z * u, [w, u])) { GradientMethod = GradientMethod.Parse(method) };
        Sensitivity<double> sensitivity = ode.Compile<double>([1]);
        SolveMemory<double> memory = sensitivity.Rent();
        double[] gradient = new double[1];
        void Solve(bool forGradient = true) => sensitivity.Forward(memory, [1], [0, 1], forGradient).ThrowIfFailed();
        void Backward() => sensitivity.Backward(memory, [0, 1], gradient, []);
        Solve();
        Backward();
        Assert.Equal(Math.Exp(0.3), gradient[0], 1e-6);
        foreach (Parameter changed in (Parameter[])[w, u])
        {
            Solve();
            changed.SetValues([2.0]);
            Assert.Contains("changed after the solve", Assert.Throws<InvalidOperationException>(Backward).Message);
        }

        Solve(forGradient: false);
        Assert.Contains("forGradient: true", Assert.Throws<InvalidOperationException>(Backward).Message);
    }

    [Fact]
    public void Noise_drawn_inside_a_field_is_an_error_that_says_to_make_it_an_input()
    {
        var ode = new OdeBlock(VectorField.Define((t, z) => z * new RandomSource(1).Normal([2], dtype: DType.Float64)));
        Assert.Contains("FieldInputs", Fault(ode));
    }

    private static string Fault(OdeBlock ode) => Assert.Throws<InvalidOperationException>(() => ode.Forward(s_start, 0, 1)).Message;

    private sealed class Gain : VectorField
    {
        public float Factor { get; set; }

        public override Tensor Forward(Tensor t, Tensor z) => Factor * z;
    }

    private sealed class Twice : CustomOperation
    {
        public override string Name => "twice";

        protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

        protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
        {
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = inputs[0][i] + inputs[0][i];
            }
        }

        protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => [2 * cotangent];
    }
}
