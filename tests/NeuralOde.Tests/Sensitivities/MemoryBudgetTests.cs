using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

public class MemoryBudgetTests
{
    [Theory]
    [InlineData("tsit5", false)]
    [InlineData("rk4", true)]
    [InlineData("kvaerno5", false)]
    [InlineData("reversible-heun", true)]
    public void Within_a_small_budget_the_direct_gradient_has_the_same_bits(string name, bool isFixed)
    {
        // The budget is smaller than the steps: a state of 6 values in double, some hundred steps.
        double[] whole = Gradient(null), small = Gradient(6_000), large = Gradient(1L << 30);
        Assert.Equal(whole, small);
        Assert.Equal(whole, large);

        double[] Gradient(long? budget)
        {
            LayerField field = new Mlp(2, [7], 2, Activation.Tanh, new RandomSource(2), DType.Float64).AsField();
            var ode = new OdeBlock(field)
            {
                Solver = OdeSolver.Parse(name),
                Steps = isFixed ? FixedSteps.PerInterval(100) : new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10, MaxStep = 0.02 },
                GradientMethod = new DirectGradient { MemoryBudget = budget, CheckInterval = 0 },
            };
            Tensor z0 = new RandomSource(3).Normal([3, 2], dtype: DType.Float64).WithGradient();
            ode.Forward(z0, 0, 0.7, 1.6).Square().Sum().Backward();
            return [.. z0.Gradient!.ToDoubles(), .. field.Parameters.SelectMany(static x => x.Gradient!.ToDoubles())];
        }
    }

    [Fact]
    public void Steps_that_are_computed_again_move_no_running_statistics()
    {
        (double[] Statistics, double[] Gradient) whole = Train(null), small = Train(4_000);
        Assert.Equal(whole.Statistics, small.Statistics);
        Assert.Equal(whole.Gradient, small.Gradient);

        static (double[] Statistics, double[] Gradient) Train(long? budget)
        {
            var norm = new BatchNorm(2, dtype: DType.Float64);
            var ode = new OdeBlock(new Sequential(new Linear(2, 2, random: new RandomSource(1), dtype: DType.Float64), norm).AsField())
            {
                Solver = new RungeKutta4(),
                Steps = FixedSteps.PerInterval(200),
                GradientMethod = new DirectGradient { MemoryBudget = budget },
            };
            ode.SwitchToTraining();
            ode.Forward(new RandomSource(3).Normal([3, 2], dtype: DType.Float64), 0, 1).Select(0, 1).Square().Sum().Backward();
            return ([.. ode.NamedBuffers().SelectMany(static x => x.Buffer.ToDoubles())], [.. ode.Parameters.SelectMany(static x => x.Gradient!.ToDoubles())]);
        }
    }

    [Fact]
    public void Steps_that_are_taken_back_need_the_same_memory_for_a_hundred_and_ten_thousand()
    {
        Assert.Equal(Bytes(100), Bytes(10_000));
        Assert.Contains("cannot be taken back", GradientMethod.Reversible.Unfit(new Tsit5())!, StringComparison.Ordinal);

        static long Bytes(int steps)
        {
            var ode = new OdeBlock(VectorField.Define((t, z) => z.Sin()))
            {
                Solver = new ReversibleHeun(),
                Steps = FixedSteps.PerInterval(steps),
                GradientMethod = GradientMethod.Reversible,
            };
            var z0 = Tensor.From([1.0], [1, 1], requiresGradient: true);
            ode.Forward(z0, 0, 1).Sum().Backward();
            return ode.Compile<double>([1, 1]).Rent().Bytes;
        }
    }

    [Fact]
    public void A_budget_that_no_step_fits_into_is_an_error_that_says_what_is_needed()
    {
        var ode = new OdeBlock(VectorField.Define((t, z) => -z)) { GradientMethod = new DirectGradient { MemoryBudget = 100 } };
        var z0 = Tensor.From([1.0], [1, 1], requiresGradient: true);
        Assert.Contains("too small", Assert.Throws<ArgumentException>(() => ode.Forward(z0, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new DirectGradient { MemoryBudget = 0 });
    }
}
