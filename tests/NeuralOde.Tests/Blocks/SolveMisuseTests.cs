using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

/// <summary>Uses of a block that would give wrong numbers or grow without bound: each is right, or an error that says what is wrong.</summary>
public class SolveMisuseTests
{
    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void A_buffer_that_changes_between_a_solve_and_its_gradient_is_an_error(string method)
    {
        var w = new Parameter(Tensor.From(0.3), "w");
        var u = new Parameter(Tensor.From(1.0), "u", isTrainable: false);
        var ode = new OdeBlock(VectorField.Define((t, z) => w * z * u)) { GradientMethod = GradientMethod.Parse(method) };
        Tensor Solve(double value)
        {
            u.SetValues<double>([value]);
            return ode.Forward(Tensor.From([1.0], [1, 1]), 0, 1).Select(0, 1).Sum();
        }

        Tensor both = Solve(1) + Solve(2);
        Assert.Contains("buffer", Assert.Throws<InvalidOperationException>(both.Backward).Message, StringComparison.Ordinal);

        // Taken in time: Σ u e^(w u).
        w.ClearGradient();
        Solve(1).Backward();
        Solve(2).Backward();
        Assert.Equal(Math.Exp(0.3) + (2 * Math.Exp(0.6)), w.Gradient!.ToScalar(), 1e-4);
    }

    [Fact]
    public void A_parameter_that_changes_between_a_solve_and_its_gradient_is_an_error()
    {
        var w = new Parameter(Tensor.From(0.3), "w");
        Tensor loss = new OdeBlock(VectorField.Define((t, z) => w * z)).Forward(Tensor.From([1.0], [1, 1]), 0, 1).Sum();
        w.SetValues<double>([0.4]);
        Assert.Throws<InvalidOperationException>(loss.Backward);
    }

    [Fact]
    public void Noise_drawn_inside_a_field_is_an_error()
    {
        var random = new RandomSource(1);
        foreach (Func<Tensor, Tensor> noise in (Func<Tensor, Tensor>[])[z => random.Normal(z.Shape), z => random.Uniform(z.Shape), z => z * random.NextUniform()])
        {
            var ode = new OdeBlock(VectorField.Define((t, z) => z * noise(z)));
            Assert.Contains("Random numbers", Assert.Throws<InvalidOperationException>(() => ode.Forward(Tensor.Ones([1, 1]), 0, 1)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("euler")]
    public void What_is_not_finite_before_a_solve_is_named(string solver)
    {
        StepSizeControl steps = solver == "euler" ? FixedSteps.OfLength(0.1) : new AdaptiveSteps();
        var network = new Mlp(2, [3], 2, dtype: DType.Float64);
        var ode = new OdeBlock(network.AsField()) { Solver = OdeSolver.Parse(solver), Steps = steps };
        string Fault(Tensor z0) => Assert.Throws<OdeSolveException>(() => ode.Forward(z0, 0, 1)).Message;
        Assert.StartsWith("Element [1, 0] of the initial state is NaN", Fault(Tensor.From([1, 2, double.NaN, 4], [2, 2])), StringComparison.Ordinal);
        Assert.StartsWith("Element [0, 1] of the initial state is", Fault(Tensor.From([1, double.PositiveInfinity, 0, 4], [2, 2])), StringComparison.Ordinal);
        network.Layers[1].Weight.SetValues<double>([0, 0, 0, 0, double.NaN, 0]);
        Assert.StartsWith("Element [1, 1] of the parameter 'field.network.layer1.weight' is NaN", Fault(Tensor.Ones([1, 2], DType.Float64)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_finite_among_states_spans_and_initial_times_is_named()
    {
        var layer = new PerSampleOdeBlock(new LinearField(2, new RandomSource(1)));
        string Fault(float state, float span, float start) => Assert.Throws<OdeSolveException>(
            () => layer.Forward(Tensor.From([0, 0, state, 1], [2, 2]), Tensor.From([1, span], [2, 1]), Tensor.From([start, 0], [2, 1]))).Message;
        Assert.StartsWith("Element [1, 0] of the initial state is NaN", Fault(float.NaN, 1, 0), StringComparison.Ordinal);
        Assert.StartsWith("Element [1, 0] of the time spans is NaN", Fault(1, float.NaN, 0), StringComparison.Ordinal);
        var driven = new PerSampleOdeBlock(VectorField.Define((t, z) => z * t));
        Assert.StartsWith("Element [0, 0] of the initial times is NaN", Assert.Throws<OdeSolveException>(
            () => driven.Forward(Tensor.Ones([1, 1]), Tensor.Ones([1, 1]), Tensor.Full([1, 1], double.NaN))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spans_of_their_own_with_adaptive_steps_work_with_the_defaults()
    {
        var layer = new PerSampleOdeBlock(VectorField.Define((t, z) => -z)) { AdaptiveSteps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-10 } };
        double[] end = layer.Forward(Tensor.From([1.0, 2.0], [2, 1]), Tensor.From([0.5, 1.5], [2, 1])).ToDoubles();
        Assert.Equal(Math.Exp(-0.5), end[0], 1e-7);
        Assert.Equal(2 * Math.Exp(-1.5), end[1], 1e-7);
        Assert.Same(SolverDefaults.Solver, layer.Solver);
        Assert.IsType<RungeKutta4>(new PerSampleOdeBlock(new LinearField(2)).Solver);
    }

    [Fact]
    public void Batches_of_1_to_601_rows_keep_a_bounded_number_of_programs()
    {
        var ode = new OdeBlock(VectorField.Define((t, z) => -z)) { Solver = new Euler(), Steps = FixedSteps.PerInterval(1) };
        WeakReference first = FirstProgram(ode);
        for (int rows = 1; rows <= 601; rows++)
        {
            Assert.Equal(0, ode.Forward(Tensor.Ones([rows, 2]), 0, 1)[1, rows - 1, 1]);
        }

        Assert.Equal(ComputeSettings.Current.MaxCachedPrograms, ode.ProgramCount);
        GC.Collect();
        Assert.False(first.IsAlive);

        // Those used last are there still, and an older one is compiled again.
        Assert.Same(ode.Compile<float>([601, 2]), ode.Compile<float>([601, 2]));
        Assert.Equal(0, ode.Forward(Tensor.Ones([1, 2]), 0, 1)[1, 0, 0]);
    }

    [Fact]
    public void One_block_on_four_threads_is_right()
    {
        const int Threads = 4, Solves = 1500;
        LayerField field = new Mlp(2, [4], 2, random: new RandomSource(1), dtype: DType.Float64).AsField();
        var ode = new OdeBlock(field) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(2) };
        Tensor[] starts = [.. Enumerable.Range(0, Threads).Select(i => new RandomSource(i).Normal([1 + (i % 2), 2], dtype: DType.Float64))];
        double[][] expected = [.. starts.Select(x => ode.Forward(x, 0, 1).ToDoubles())];
        int wrong = 0;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            for (int repeat = 0; repeat < Solves; repeat++)
            {
                Tensor states = ode.Forward(starts[i].WithGradient(), 0, 1);
                Tensor gradient = Gradients.Of(states.Sum(), [states])[0];
                if (!states.ToDoubles().SequenceEqual(expected[i]) || gradient.ElementCount != states.ElementCount)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Each_solve_has_its_own_statistics_and_a_meter_adds_them_up()
    {
        var ode = new OdeBlock(new LinearField(2, new RandomSource(1))) { Solver = new Euler(), Steps = FixedSteps.PerInterval(3) };
        var z0 = Tensor.Ones([1, 2]);
        OdeBlockSolution shorter = ode.Solve(z0, 0, 1);
        using var outer = SolveMeter.Start();
        OdeBlockSolution longer;
        using (var meter = SolveMeter.Start())
        {
            longer = ode.Solve(z0, 0, 1, 2);
            Assert.Equal((1, 6, 0), (meter.SolveCount, meter.Forward.Evaluations, meter.Backward.VectorJacobianProducts));
        }

        Assert.Equal((3, 6), (shorter.Forward.Evaluations, longer.Forward.Evaluations));
        Assert.Null(longer.Backward);
        longer.States.Sum().Backward();
        Assert.Equal(6, longer.Backward!.Value.VectorJacobianProducts);
        Assert.Null(shorter.Backward);
        new OdeLayer(ode).Forward(z0);
        Assert.Equal((2, 9, 6), (outer.SolveCount, outer.Forward.Evaluations, outer.Backward.VectorJacobianProducts));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference FirstProgram(OdeBlock ode) => new(ode.Compile<float>([1, 2]));
}
