using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

public class PerSampleOdeBlockTests
{
    private const int Batch = 3;

    [Fact]
    public void Linear_decay_over_each_samples_span_and_its_gradients_equal_the_closed_form()
    {
        // z(dt) = z₀·e^(a·dt): dz/ddt = a·z, dz/dz₀ = e^(a·dt), dz/da = dt·z, summed over samples.
        var rate = new Parameter(Tensor.From(-0.7), "rate");
        var layer = new PerSampleOdeBlock(VectorField.Define((t, z) => rate * z, [rate]))
        {
            Solver = new Dopri5(),
            AdaptiveSteps = new AdaptiveSteps { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 },
        };
        double[] start = [1.5, -0.4, 2];
        double[] spans = [0.3, 1.7, -0.9];
        var z0 = new Parameter(Tensor.From(start, [Batch, 1]));
        var dt = new Parameter(Tensor.From(spans, [Batch, 1]));
        Tensor end = layer.Forward(z0, dt);
        double[] exact = [.. start.Zip(spans, (z, t) => z * Math.Exp(-0.7 * t))];
        Close.To(exact, end.ToDoubles(), 1e-9);
        double[][] gradients = LossGradient.Taken(() => layer.Forward(z0, dt).Sum(), [z0, dt, rate]);
        Close.To([.. spans.Select(t => Math.Exp(-0.7 * t))], gradients[0], 1e-9);
        Close.To([.. exact.Select(z => -0.7 * z)], gradients[1], 1e-9);
        Close.To([exact.Zip(spans, (z, t) => z * t).Sum()], gradients[2], 1e-9);
    }

    [Theory]
    [InlineData("euler", false, false)]
    [InlineData("rk4", false, false)]
    [InlineData("rk4", true, false)]
    [InlineData("rk4", false, true)]
    [InlineData("tsit5", true, true)]
    [InlineData("ab2", false, true)]
    public void Gradients_of_states_spans_and_parameters_equal_finite_differences(string solver, bool perComponent, bool allStates)
    {
        LayerField field = Field(timeDependent: false);
        var layer = new PerSampleOdeBlock(field) { Solver = OdeSolver.Parse(solver), StepCount = 4 };
        var z0 = new Parameter(Normal(1, [Batch, 2]));
        var dt = new Parameter(Normal(2, perComponent ? [Batch, 2] : [Batch, 1]));
        Tensor weights = Normal(3, [5, Batch, 2]);
        LossGradient.EqualsFiniteDifferences(
            () => allStates ? (layer.ForwardAll(z0, dt) * weights).Sum() : (layer.Forward(z0, dt) * weights.Select(0, 0)).Sum(),
            [z0, dt, .. field.Parameters]);
    }

    [Fact]
    public void With_a_field_of_time_gradients_of_initial_times_equal_finite_differences_too()
    {
        LayerField field = Field(timeDependent: true);
        var layer = new PerSampleOdeBlock(field) { StepCount = 3 };
        var z0 = new Parameter(Normal(1, [Batch, 2]));
        var dt = new Parameter(Normal(2, [Batch, 1]));
        var t0 = new Parameter(Normal(4, [Batch, 1]));
        LossGradient.EqualsFiniteDifferences(() => layer.Forward(z0, dt, t0).Square().Sum(), [z0, dt, t0, .. field.Parameters]);
    }

    [Fact]
    public void Each_sample_is_solved_as_it_would_be_alone()
    {
        LayerField field = Field(timeDependent: true);
        var layer = new PerSampleOdeBlock(field);
        Tensor z0 = Normal(1, [Batch, 2]);
        double[] starts = [0.1, -1, 2];
        double[] spans = [0.7, -0.4, 1.3];
        double[] all = layer.ForwardAll(z0, Tensor.From(spans, [Batch, 1]), Tensor.From(starts, [Batch, 1])).ToDoubles();
        var single = new OdeBlock(field) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(1) };
        for (int i = 0; i < Batch; i++)
        {
            double[] times = [.. Enumerable.Range(0, 11).Select(k => starts[i] + (spans[i] * k / 10))];
            double[] alone = single.Forward(z0.Slice(0, i, 1), times).ToDoubles();
            for (int k = 0; k <= 10; k++)
            {
                // Times are rounded in another order: a few units in the last place of numbers of order one.
                Close.To(alone[(2 * k)..((2 * k) + 2)], all[(2 * ((k * Batch) + i))..(2 * ((k * Batch) + i + 1))], 1e-13);
            }
        }
    }

    [Fact]
    public void The_gradient_of_a_span_is_the_sum_over_returned_states_of_their_share_times_the_field()
    {
        // dL/d(dt) = Σ_k (k/n)·g_k·f(z_k) for the exact flow; RK4 with 50 steps of 0.03 is within 1e-9 of it.
        LayerField field = Field(timeDependent: false);
        var layer = new PerSampleOdeBlock(field) { StepCount = 50 };
        Tensor z0 = Normal(1, [Batch, 2]);
        var dt = new Parameter(Tensor.From([0.5, 1.5, -1], [Batch, 1]));
        Tensor weights = Normal(3, [51, Batch, 2]);
        double[] taken = LossGradient.Taken(() => (layer.ForwardAll(z0, dt) * weights).Sum(), [dt])[0];
        Tensor states = layer.ForwardAll(z0, dt).Detach();
        var share = Tensor.From([.. Enumerable.Range(0, 51).Select(k => k / 50.0)], [51, 1, 1]);
        double[] formula = (share * weights * field.Layer.Forward(states)).Sum([0, 2]).ToDoubles();
        Close.To(formula, taken, 1e-8);
    }

    [Fact]
    public void A_span_of_zero_keeps_the_state_to_the_bit()
    {
        var layer = new PerSampleOdeBlock(Field(timeDependent: false));
        Tensor z0 = Normal(1, [Batch, 2]);
        double[] end = layer.Forward(z0, Tensor.From([0.0, 1, 0], [Batch, 1])).ToDoubles();
        Assert.Equal(z0.ToDoubles()[..2], end[..2]);
        Assert.Equal(z0.ToDoubles()[4..], end[4..]);
        Assert.NotEqual(z0.ToDoubles()[2..4], end[2..4]);
    }

    [Fact]
    public void A_state_of_several_tensors_gives_what_one_tensor_gives()
    {
        LayerField field = Field(timeDependent: false);
        var tuple = new TupleField(
            [1, 1],
            (t, z) =>
            {
                Tensor f = field.Forward(t, Tensor.Concatenate([z[0], z[1]], -1));
                return [f.Slice(-1, 0, 1), f.Slice(-1, 1, 1)];
            },
            field);
        Tensor z0 = Normal(1, [Batch, 2]);
        Tensor dt = Normal(2, [Batch, 1]);
        var layer = new PerSampleOdeBlock(tuple);
        IReadOnlyList<Tensor> parts = layer.Forward([z0.Slice(1, 0, 1), z0.Slice(1, 1, 1)], dt);
        Assert.Equal(new PerSampleOdeBlock(field).Forward(z0, dt).ToDoubles(), Tensor.Concatenate([.. parts], -1).ToDoubles());
        Assert.Equal([11, Batch, 1], layer.ForwardAll([z0.Slice(1, 0, 1), z0.Slice(1, 1, 1)], dt)[1].Shape.Lengths.ToArray());
        Assert.Equal(field.Parameters.ToArray(), layer.Parameters.ToArray());
    }

    [Fact]
    public void The_adjoint_gradient_approaches_the_direct_one()
    {
        LayerField field = Field(timeDependent: false);
        Tensor z0 = Normal(1, [Batch, 2]);
        var dt = new Parameter(Normal(2, [Batch, 1]));
        double[] With(GradientMethod method)
        {
            var layer = new PerSampleOdeBlock(field) { GradientMethod = method, StepCount = 40 };
            return [.. LossGradient.Taken(() => layer.Forward(z0, dt).Square().Sum(), [dt, .. field.Parameters]).SelectMany(x => x)];
        }

        // RK4 of order four: (1/40)⁴ is 4e-7 of terms below one.
        Close.To(With(GradientMethod.Direct), With(GradientMethod.BacksolveAdjoint), 1e-6);
    }

    [Fact]
    public void Wrong_shapes_are_refused_with_what_would_fit()
    {
        var layer = new PerSampleOdeBlock(Field(timeDependent: false));
        Tensor z0 = Normal(1, [Batch, 2]);
        Assert.Contains("[batch, 1]", Assert.Throws<ArgumentException>(() => layer.Forward(z0, Tensor.Ones([Batch], DType.Float64))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => layer.Forward(z0, Tensor.Ones([Batch, 1], DType.Float64), Tensor.Ones([1, 1], DType.Float64)));
        Assert.Throws<InvalidOperationException>(() => layer.Forward([z0], Tensor.Ones([Batch, 1], DType.Float64)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PerSampleOdeBlock(Field(timeDependent: false)) { StepCount = 0 });
    }

    private static LayerField Field(bool timeDependent) => new Mlp(timeDependent ? 3 : 2, [6], 2, Activation.Tanh, new RandomSource(5), DType.Float64)
        .AsField(timeDependent ? TimeInput.Concatenated : TimeInput.Ignored);

    private static Tensor Normal(int seed, Shape shape) => new RandomSource(seed).Normal(shape, dtype: DType.Float64);
}
