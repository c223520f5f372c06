using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Layers.Recurrent;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

public class OdeRnnTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_state_flows_between_observations_and_jumps_at_each(bool reverse)
    {
        OdeRnn layer = Layer(reverse);
        Tensor x = Normal(1, [3, 2, 2]);
        double[] times = [0.2, 0.5, 1.4];
        double[] states = layer.Forward(x, times).ToDoubles();
        var ode = new OdeBlock(layer.Flow.Field) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(2) };
        var state = Tensor.Zeros([2, 4], DType.Float64);
        for (int i = 0; i < 3; i++)
        {
            int step = reverse ? 2 - i : i;
            state = i == 0 ? state : ode.Forward(state, times[reverse ? step + 1 : step - 1], times[step]).Select(0, 1);
            state = layer.Cell.Forward(x.Select(0, step), state);

            // The rescaled flow rounds its products in another order.
            Close.To(state.ToDoubles(), states[(step * 8)..((step + 1) * 8)], 1e-13);
        }

        Close.To(state.ToDoubles(), layer.Final(x, times).ToDoubles(), 1e-13);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_a_batch_with_times_and_lengths_of_their_own_each_sequence_gives_what_it_gives_alone(bool reverse)
    {
        OdeRnn layer = Layer(reverse);
        Tensor x = Normal(1, [3, 2, 2]);
        double[] times = [0.2, 0, 0.5, 0.9, 1.4, double.NaN];
        Tensor mask = RecurrentLayer.MaskOf([3, 2], 3, DType.Float64);
        double[] together = layer.Final(x, times, mask).ToDoubles();
        Close.To(layer.Final(x.Slice(1, 0, 1), [0.2, 0.5, 1.4]).ToDoubles(), together[..4], 1e-13);
        Close.To(layer.Final(x.Slice(1, 1, 1).Slice(0, 0, 2), [0, 0.9]).ToDoubles(), together[4..], 1e-13);
    }

    [Fact]
    public void Gradients_equal_finite_differences()
    {
        OdeRnn layer = Layer(reverse: true);
        var x = new Parameter(Normal(1, [3, 2, 2]));
        double[] times = [0.2, 0, 0.5, 0.9, 1.4, 1];
        LossGradient.EqualsFiniteDifferences(() => layer.Forward(x, times, RecurrentLayer.MaskOf([3, 2], 3, DType.Float64)).Square().Sum(), [x, .. layer.Parameters]);
    }

    [Fact]
    public void Wrong_numbers_of_times_are_refused()
    {
        Assert.Contains("3 times, or 6", Assert.Throws<ArgumentException>(() => Layer(false).Forward(Normal(1, [3, 2, 2]), [0, 1])).Message, StringComparison.Ordinal);
    }

    private static OdeRnn Layer(bool reverse)
    {
        var random = new RandomSource(3);
        var flow = new PerSampleOdeBlock(new Mlp(4, [5], 4, random: random, dtype: DType.Float64).AsField()) { StepCount = 2 };
        return new OdeRnn(flow, new GruCell(2, 4, random, DType.Float64), reverse);
    }

    private static Tensor Normal(int seed, Shape shape) => new RandomSource(seed).Normal(shape, dtype: DType.Float64);
}
