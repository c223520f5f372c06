using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Blocks;

public class FieldInputsTests
{
    private const int Batch = 3;

    private static readonly double[] s_times = [0, 0.4, 1.1];

    private static readonly StepSizeControl s_tight = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 };

    public static TheoryData<string, string> MethodsAndSolvers()
    {
        var data = new TheoryData<string, string>();
        foreach (string solver in (string[])["rk4", "tsit5", "ab3"])
        {
            data.Add(GradientMethod.Direct.Name, solver);
        }

        data.Add(GradientMethod.BacksolveAdjoint.Name, "tsit5");
        return data;
    }

    [Theory]
    [MemberData(nameof(MethodsAndSolvers))]
    public void Gradients_of_shared_and_per_row_inputs_equal_finite_differences(string method, string solver)
    {
        LayerField network = Network();
        var field = VectorField.Define((t, z, inputs) => (inputs["gain"] * network.Forward(t, z)) + (inputs["force"] * (2 * t).Sin()), network);
        bool adjoint = method == GradientMethod.BacksolveAdjoint.Name;
        var ode = new OdeBlock(field)
        {
            Solver = OdeSolver.Parse(solver),
            Steps = adjoint ? s_tight : FixedSteps.PerInterval(4),
            GradientMethod = GradientMethod.Parse(method),
        };
        var z0 = new Parameter(Normal(1, [Batch, 2]));
        var gain = new Parameter(Normal(2, [2]));
        var force = new Parameter(Normal(3, [Batch, 1]));
        Tensor weights = Normal(4, [3, Batch, 2]);

        // The adjoint is as exact as its solver: errors of 1e-11 a step, over some tens of steps.
        LossGradient.EqualsFiniteDifferences(
            () => (ode.Forward(z0, s_times, new FieldInputs { ["gain"] = gain, ["force"] = force }) * weights).Sum(),
            [z0, gain, force, .. network.Parameters],
            adjoint ? 1e-8 : 1e-9);
    }

    [Fact]
    public void A_gradient_reaches_what_an_input_was_computed_from()
    {
        // z' = u with u = v²: z(1) = z0 + v².
        var v = new Parameter(Tensor.From(1.5), "v");
        var ode = new OdeBlock(VectorField.Define((t, z, inputs) => inputs["u"] + (0 * z)));
        ode.Forward(Tensor.From([2.0]), [0, 1], new FieldInputs { ["u"] = v.Square() }).Select(0, 1).Sum().Backward();
        Assert.Equal(3, v.Gradient!.ToScalar(), 1e-12);
    }

    [Fact]
    public void Inputs_change_between_solves_without_compiling_again()
    {
        OdeBlock ode = Decay();
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(Math.Exp(-i), End(ode, i), 1e-6);
        }

        Assert.Equal(1, ode.ProgramCount);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void A_gradient_is_of_the_values_that_the_solve_had(string method)
    {
        // The same block solves with another rate before the gradient of the first solve is taken.
        OdeBlock ode = Decay(GradientMethod.Parse(method));
        var z0 = new Parameter(Tensor.From([1.0]), "z0");
        var inputs = new FieldInputs { ["rate"] = Tensor.From(1.0) };
        Tensor first = ode.Forward(z0, [0, 1], inputs).Select(0, 1).Sum();
        inputs["rate"] = Tensor.From(3.0);
        Tensor second = ode.Forward(z0, [0, 1], inputs).Select(0, 1).Sum();
        first.Backward();
        Assert.Equal(Math.Exp(-1), z0.Gradient!.ToScalar(), 1e-5);
        z0.ClearGradient();
        second.Backward();
        Assert.Equal(Math.Exp(-3), z0.Gradient!.ToScalar(), 1e-5);
    }

    [Fact]
    public void An_input_that_first_needs_no_gradient_can_need_one_later()
    {
        OdeBlock ode = Decay();
        End(ode, 2);
        var rate = new Parameter(Tensor.From(2.0), "rate");
        Tensor end = ode.Forward(Tensor.From([1.0]), [0, 1], new FieldInputs { ["rate"] = rate }).Select(0, 1).Sum();
        end.Backward();
        Assert.Equal(-Math.Exp(-2), rate.Gradient!.ToScalar(), 1e-5);

        // One program serves both from now on.
        End(ode, 2);
        Assert.Equal(1, ode.ProgramCount);
    }

    [Fact]
    public void An_input_that_needs_no_gradient_costs_none()
    {
        var field = VectorField.Define((t, z, inputs) => inputs["rate"] * z);
        var without = new CompiledField<double>(field, [Batch, 2], new FieldInput("rate", [Batch, 1], needsGradient: false));
        var with = new CompiledField<double>(field, [Batch, 2], new FieldInput("rate", [Batch, 1]));
        Assert.Equal(0, without.GradientLength);
        Assert.Equal(Batch, with.GradientLength);
        Assert.True(without.CompileVectorJacobianProduct().InstructionCount < with.CompileVectorJacobianProduct().InstructionCount);
    }

    [Fact]
    public void A_missing_an_unknown_or_a_misshapen_input_is_an_error_that_names_it()
    {
        OdeBlock ode = Decay();
        var z0 = Tensor.From([1.0]);
        string Fault(FieldInputs inputs) => Assert.Throws<ArgumentException>(() => ode.Forward(z0, [0, 1], inputs)).Message;

        Assert.Contains("'rate', which was not given; no inputs were", Assert.Throws<ArgumentException>(() => ode.Forward(z0, 0, 1)).Message);
        Assert.Contains("'rate', which was not given; given were 'rat'", Fault(new FieldInputs { ["rat"] = z0 }));
        Assert.Contains("does not read the input 'force'; it reads 'rate'", Fault(new FieldInputs { ["rate"] = z0, ["force"] = z0 }));
        Assert.Contains("rate [3]", Fault(new FieldInputs { ["rate"] = Tensor.From([1.0, 2, 3]) }));
        Assert.Contains("The input 'rate' is float and the state double", Fault(new FieldInputs { ["rate"] = z0.ToSingle() }));

        var strict = new OdeBlock(VectorField.Define((t, z, inputs) => inputs.Get("rate", [2]) * z));
        Assert.Contains(
            "'rate' of shape [2]; got [1]", Assert.Throws<ArgumentException>(() => strict.Forward(z0, [0, 1], new FieldInputs { ["rate"] = z0 })).Message);
        Assert.Contains(
            "name 'u'", Assert.Throws<ArgumentException>(() => new CompiledField<double>(strict.Field, [1], new FieldInput("u", [1]), new FieldInput("u", [2]))).Message);
    }

    [Fact]
    public void An_input_that_is_not_finite_is_named_when_the_solve_fails()
    {
        OdeBlock ode = Decay();
        OdeSolveException fault = Assert.Throws<OdeSolveException>(
            () => ode.Forward(Tensor.From([1.0]), [0, 1], new FieldInputs { ["rate"] = Tensor.From([double.NaN]) }));
        Assert.StartsWith("Element [0] of the input 'rate' is NaN", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compiled_field_whose_inputs_were_forgotten_gives_no_number()
    {
        var field = new CompiledField<double>(VectorField.Define((t, z, inputs) => inputs["rate"] * z), [1], new FieldInput("rate", [1]));
        double[] derivative = new double[1];
        field.Evaluate(0, [1], derivative);
        Assert.Equal(double.NaN, derivative[0]);
        field.SetInputs([4]);
        field.Evaluate(0, [2], derivative);
        Assert.Equal(8, derivative[0]);
        Assert.Contains("rate [1]", Assert.Throws<ArgumentException>(() => field.SetInputs([1, 2])).Message);
    }

    [Fact]
    public void Fields_around_a_field_hand_inputs_on_or_hand_on_others()
    {
        // Inner: z' = −rate·z. A tuple around it knows nothing of the rate; the faster one doubles it.
        var inner = VectorField.Define((t, z, inputs) => -inputs["rate"] * z);
        var tuple = new TupleField([1, 1], (t, z) => [inner.Forward(t, z[0]), inner.Forward(t, z[1])], inner);
        var faster = VectorField.Define((t, z, inputs) => tuple.Forward(t, z, inputs.With("rate", 2 * inputs["rate"])), tuple);
        Tensor end = new OdeBlock(faster).Forward(Tensor.From([1.0, 2], [1, 2]), [0, 1], new FieldInputs { ["rate"] = Tensor.From(0.5) });
        Close.To([Math.Exp(-1), 2 * Math.Exp(-1)], end.ToDoubles()[2..], 1e-5);
    }

    [Fact]
    public void Layers_with_spans_of_one_or_of_each_sample_take_inputs_too()
    {
        var field = VectorField.Define((t, z, inputs) => -inputs["rate"] * z);
        var inputs = new FieldInputs { ["rate"] = Tensor.From([1.0, 2, 3], [Batch, 1]) };
        var z0 = Tensor.Ones([Batch, 1], DType.Float64);
        Close.To([Math.Exp(-1), Math.Exp(-2), Math.Exp(-3)], new OdeLayer(new OdeBlock(field)).Forward(z0, inputs).ToDoubles(), 1e-5);
        var perSample = new PerSampleOdeBlock(field) { AdaptiveSteps = new() };
        Close.To([Math.Exp(-6), Math.Exp(-6), Math.Exp(-6)], perSample.Forward(z0, Tensor.From([6.0, 3, 2], [Batch, 1]), inputs: inputs).ToDoubles(), 1e-5);
    }

    [Fact]
    public void A_trainers_gradients_equal_those_of_the_tape_and_its_steps_allocate_nothing()
    {
        var rate = new Parameter(Normal(2, [Batch, 1]), "rate");
        OdeBlock ode = Decay();
        Tensor z0 = Normal(1, [Batch, 2]);
        Tensor observed = Normal(3, [3, Batch, 2]);
        Loss.MeanSquared(ode.Forward(z0, s_times, new FieldInputs { ["rate"] = rate }), observed).Backward();
        var trainer = new TrajectoryTrainer<double>(ode, [Batch, 2], Loss.MeanSquared, inputs: [new FieldInput("rate", [Batch, 1])]);
        (double[] start, double[] target, double[] rates) = (z0.ToDoubles(), observed.ToDoubles(), rate.ToDoubles());
        void Step() => trainer.Step(start, s_times, target, rates);
        Step();
        Assert.Equal(rate.Gradient!.ToDoubles(), trainer.InputGradient("rate").ToArray());

        // The field is looked at again before its fourth solve, and then not before its eighth.
        Step();
        Step();
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Contains("'speed'", Assert.Throws<ArgumentException>(() => trainer.InputGradient("speed").ToArray()).Message);
    }

    [Fact]
    public void A_field_can_do_without_an_input_and_changes_none_of_its_own()
    {
        var field = VectorField.Define((t, z, inputs) => inputs.TryGet("force") is { } force ? force + (0 * z) : 0 * z);
        var ode = new OdeBlock(field);
        var z0 = Tensor.From([1.0]);
        Assert.Equal(1, ode.Forward(z0, 0, 1)[1, 0]);
        Assert.Equal(3, ode.Forward(z0, [0, 1], new FieldInputs { ["force"] = Tensor.From(2.0) })[1, 0], 1e-12);

        var stubborn = VectorField.Define((t, z, inputs) =>
        {
            inputs["force"] = z;
            return z;
        });
        Assert.Throws<InvalidOperationException>(() => stubborn.Forward(z0, z0));
    }

    private static OdeBlock Decay(GradientMethod? method = null) =>
        new(VectorField.Define((t, z, inputs) => -inputs["rate"] * z)) { GradientMethod = method ?? GradientMethod.Direct };

    private static double End(OdeBlock ode, double rate) => ode.Forward(Tensor.From([1.0]), [0, 1], new FieldInputs { ["rate"] = Tensor.From(rate) })[1, 0];

    private static LayerField Network() => new Mlp(3, [8], 2, Activation.Tanh, random: new RandomSource(5), dtype: DType.Float64).AsField(TimeInput.Concatenated);

    private static Tensor Normal(long seed, Shape shape) => new RandomSource(seed).Normal(shape, dtype: DType.Float64);
}
