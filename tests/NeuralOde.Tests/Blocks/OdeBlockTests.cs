using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Blocks;

public class OdeBlockTests
{
    [Fact]
    public void A_field_that_returns_another_shape_is_refused_with_both_shapes()
    {
        var ode = new OdeBlock(VectorField.Define((t, z) => z.Sum([-1], keepAxes: true)));
        ArgumentException error = Assert.Throws<ArgumentException>(() => ode.Forward(Tensor.Zeros([3, 2]), 0, 1));
        Assert.Contains("[3, 1]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_without_an_error_estimate_asks_for_steps()
    {
        var ode = new OdeBlock(new LinearField(2)) { Solver = new Euler() };
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => ode.Forward(Tensor.Zeros([1, 2]), 0, 1));
        Assert.Contains("FixedSteps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_not_finite_is_reported_with_time_and_component()
    {
        // z₁' = √(1 − z₀) with z₀ = t is NaN just behind t = 1.
        var ode = new OdeBlock(VectorField.Define((t, z) => Tensor.Concatenate([Tensor.Ones([1, 1]), (1.0 - z.Slice(1, 0, 1)).Sqrt()], 1)))
        {
            Solver = new RungeKutta4(),
            Steps = FixedSteps.OfLength(0.1),
        };
        OdeSolveException error = Assert.Throws<OdeSolveException>(() => ode.Forward(Tensor.Zeros([1, 2]), 0, 2));
        Assert.Equal(SolveStatus.NotFinite, error.Reason);
        Assert.Equal(1, error.Result.Component);
        Assert.InRange(error.Result.Time, 0.99, 1.11);
    }

    [Fact]
    public void Parameters_captured_by_a_lambda_are_found_and_learned()
    {
        var rate = new Parameter(Tensor.Scalar(0.2, DType.Float64), "rate");
        var ode = new OdeBlock(VectorField.Define((t, z) => -(rate * z))) { Steps = new AdaptiveSteps { RelativeTolerance = 1e-8 } };
        var adam = new Adam(ode.Parameters, 0.05);
        var z0 = Tensor.Ones([1, 1], DType.Float64);
        var observed = Tensor.From([1, Math.Exp(-0.7)], [2, 1, 1]);
        for (int i = 0; i < 300; i++)
        {
            Loss.MeanSquared(ode.Forward(z0, 0, 1), observed).Backward();
            adam.Step();
        }

        Assert.Same(rate, Assert.Single(ode.Parameters));
        Assert.Equal(0.7, rate.ToScalar(), 1e-3);
    }

    [Fact]
    public void A_captured_leaf_that_is_no_parameter_is_refused_rather_than_forgotten()
    {
        Tensor rate = Tensor.Scalar(0.5).WithGradient();
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => new OdeBlock(VectorField.Define((t, z) => -(rate * z))).Forward(Tensor.Ones([1, 1]), 0, 1));
        Assert.Contains("new Parameter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_that_only_the_order_of_use_tells_apart_are_not_saved_until_they_are_named()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.safetensors");
        Parameter x = new(Tensor.Scalar(2.0)), y = new(Tensor.Scalar(3.0));
        OdeBlock unnamed = Solved(new OdeBlock(VectorField.Define((t, z) => (x * z) + y)));
        Assert.Contains("uses several parameters named 'parameter'", Assert.Throws<InvalidOperationException>(() => unnamed.Save(path)).Message, StringComparison.Ordinal);
        Assert.Contains("new Parameter(values, \"rate\")", Assert.Throws<InvalidOperationException>(() => unnamed.Load(path)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new ModuleList(unnamed).Save(path));
        Assert.False(File.Exists(path));

        // Listed, the list's order counts, whichever the function uses first.
        Parameter first = new(Tensor.Scalar(2.0)), second = new(Tensor.Scalar(3.0));
        Solved(new OdeBlock(VectorField.Define((t, z) => (first * z) + second, [first, second]))).Save(path);
        Parameter a = new(Tensor.Scalar(0.0)), b = new(Tensor.Scalar(0.0));
        new OdeBlock(VectorField.Define((t, z) => b + (a * z), [a, b])).Load(path);
        Assert.Equal((2, 3), (a.ToScalar(), b.ToScalar()));

        // Named, their names do.
        Parameter slope = new(Tensor.Scalar(4.0), "slope"), offset = new(Tensor.Scalar(5.0), "offset");
        Solved(new OdeBlock(VectorField.Define((t, z) => (slope * z) + offset))).Save(path);
        Parameter loadedSlope = new(Tensor.Scalar(0.0), "slope"), loadedOffset = new(Tensor.Scalar(0.0), "offset");
        Solved(new OdeBlock(VectorField.Define((t, z) => loadedOffset + (loadedSlope * z)))).Load(path);
        Assert.Equal((4, 5), (loadedSlope.ToScalar(), loadedOffset.ToScalar()));

        static OdeBlock Solved(OdeBlock ode)
        {
            ode.Forward(Tensor.Ones([1, 1]), 0, 0.1);
            return ode;
        }
    }

    private sealed class ModuleList : Module
    {
        public ModuleList(Module inner) => AddModule("inner", inner);
    }

    [Fact]
    public void A_field_given_as_code_is_saved_when_its_parameters_are_known()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.safetensors");
        OdeBlock Make(Parameter rate) => new(VectorField.Define((t, z) => -(rate * z)));
        var first = new Parameter(Tensor.Scalar(0.25), "rate");
        OdeBlock ode = Make(first);
        Assert.Throws<InvalidOperationException>(() => ode.Save(path));
        ode.Forward(Tensor.Ones([1, 1]), 0, 1);
        ode.Save(path);

        var second = new Parameter(Tensor.Scalar(0.0), "rate");
        Assert.Throws<InvalidOperationException>(() => Make(second).Load(path));
        new OdeBlock(VectorField.Define((t, z) => -(second * z), [second])).Load(path);
        Assert.Equal(0.25, second.ToScalar());
    }

    [Fact]
    public void A_loss_of_shapes_that_would_broadcast_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Loss.MeanSquared(Tensor.Zeros([4, 1]), Tensor.Zeros([4])));
        Assert.Contains("[4, 1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_can_be_taken_once_and_several_solves_can_wait_for_theirs()
    {
        LayerField field = new Mlp(2, [4], 2, dtype: DType.Float64, random: new RandomSource(1)).AsField();
        var ode = new OdeBlock(field);
        var a = Tensor.From([0.1, 0.2], [1, 2]);
        var b = Tensor.From([-0.4, 0.3], [1, 2]);
        ode.Forward(a, 0, 1).Sum().Backward();
        ode.Forward(b, 0, 1).Sum().Backward();
        double[] apart = field.Parameters[0].Gradient!.ToDoubles();
        field.Parameters.ClearGradients();
        Tensor together = ode.Forward(a, 0, 1).Sum() + ode.Forward(b, 0, 1).Sum();
        together.Backward();
        Close.To(apart, field.Parameters[0].Gradient!.ToDoubles(), 1e-13);
        Assert.Throws<InvalidOperationException>(together.Backward);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    [InlineData("truncated")]
    public void A_whole_training_step_allocates_nothing_while_another_model_changes_its_mode(string method)
    {
        (OdeSolver, StepSizeControl)[] methods = [(new Euler(), FixedSteps.OfLength(0.05)), (new Dopri5(), new AdaptiveSteps { RelativeTolerance = 1e-4 })];
        foreach ((OdeSolver solver, StepSizeControl steps) in methods)
        {
            var ode = new OdeBlock(new Mlp(2, [16, 16], 2, Activation.Elu, random: new RandomSource(1)).AsField())
            {
                Solver = solver,
                Steps = steps,
                GradientMethod = GradientMethod.Parse(method),
            };
            var trainer = new TrajectoryTrainer<float>(ode, [1, 2], Loss.MeanSquared, new Adam(ode.Parameters, 1e-4));
            float[] z0 = [0.6f, 0.3f];
            double[] times = [0, 0.2, 0.4, 0.7];
            float[] observed = [0.6f, 0.3f, 0.5f, 0.4f, 0.4f, 0.5f, 0.2f, 0.6f];
            var another = new Dropout(0.5);
            bool isMeasured = false;
            var switching = new Thread(() =>
            {
                while (!Volatile.Read(ref isMeasured))
                {
                    another.SwitchToEvaluation();
                    another.SwitchToTraining();
                }
            });
            switching.Start();
            long allocated = Allocation.InSteadyState(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    trainer.Step(z0, times, observed);
                }
            });
            Volatile.Write(ref isMeasured, true);
            switching.Join();
            Assert.Equal(0, allocated);
        }
    }

    [Fact]
    public void The_compiled_training_step_gives_the_gradients_of_the_tape()
    {
        LayerField field = new Mlp(2, [8], 2, random: new RandomSource(4), dtype: DType.Float64).AsField();
        var ode = new OdeBlock(field);
        double[] z0 = [0.1, -0.2, 0.5, 0.9];
        double[] times = [0, 0.5, 1.5];
        double[] observed = new RandomSource(2).Normal([3, 2, 2], dtype: DType.Float64).ToDoubles();
        double loss = new TrajectoryTrainer<double>(ode, [2, 2], Loss.MeanAbsolute).Step(z0, times, observed);
        double[] compiled = [.. field.Parameters.SelectMany(x => x.Gradient!.ToDoubles())];
        field.Parameters.ClearGradients();
        Tensor taped = Loss.MeanAbsolute(ode.Forward(Tensor.From(z0, [2, 2]), times), Tensor.From(observed, [3, 2, 2]));
        taped.Backward();
        Assert.Equal(taped.ToScalar(), loss, 1e-14);
        Close.To([.. field.Parameters.SelectMany(x => x.Gradient!.ToDoubles())], compiled, 1e-12);
    }

    [Fact]
    public void A_loss_with_parameters_of_its_own_gives_them_their_gradients()
    {
        var ode = new OdeBlock(new Mlp(2, [6], 2, random: new RandomSource(4), dtype: DType.Float64).AsField());
        var decoder = new Linear(2, 1, random: new RandomSource(5), dtype: DType.Float64);
        Tensor Measure(Tensor states, Tensor observed) => Loss.MeanSquared(decoder.Forward(states), observed);
        double[] z0 = [0.1, -0.2];
        double[] times = [0, 0.5, 1.5];
        double[] observed = [0.3, 0.1, -0.4];
        new TrajectoryTrainer<double>(ode, [1, 2], Measure, observedShape: [1, 1]).Step(z0, times, observed);
        Parameter[] all = [.. ode.Parameters, .. decoder.Parameters];
        double[] compiled = [.. all.SelectMany(x => x.Gradient!.ToDoubles())];
        ode.Parameters.ClearGradients();
        decoder.Parameters.ClearGradients();
        Measure(ode.Forward(Tensor.From(z0, [1, 2]), times), Tensor.From(observed, [3, 1, 1])).Backward();
        Close.To([.. all.SelectMany(x => x.Gradient!.ToDoubles())], compiled, 1e-12);
    }

    [Fact]
    public void Missing_observations_leave_value_and_gradient_finite()
    {
        Tensor predicted = Tensor.From([1.0, 2.0, 3.0], [3]).WithGradient();
        var observed = Tensor.From([1.5, double.NaN, 2.0], [3]);
        Tensor loss = Loss.MeanSquared(predicted, observed, Tensor.From([1.0, 0.0, 1.0], [3]));
        loss.Backward();
        Assert.Equal((0.25 + 1) / 2, loss.ToScalar(), 1e-15);
        Assert.Equal([-0.5, 0, 1], predicted.Gradient!.ToDoubles());
    }
}
