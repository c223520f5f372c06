using NeuralOde.Experiments.Mnist;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.Mnist;

// The memory that is measured is the process's, so nothing may run beside these.
[CollectionDefinition(nameof(TrainingStepCostTests), DisableParallelization = true)]
[Collection(nameof(TrainingStepCostTests))]
public class TrainingStepCostTests
{
    private const int Channels = 16;
    private const int Images = 8;

    [Fact]
    public void The_memory_of_an_adjoint_step_does_not_depend_on_the_number_of_solver_steps()
    {
        Euler(GradientMethod.BacksolveAdjoint, 20);
        long few = Euler(GradientMethod.BacksolveAdjoint, 20).PeakBytes, many = Euler(GradientMethod.BacksolveAdjoint, 200).PeakBytes;
        Assert.InRange(many, 0.98 * few, 1.02 * few);
    }

    [Fact]
    public void The_memory_of_a_direct_step_grows_by_six_states_for_each_solver_step()
    {
        Euler(GradientMethod.Direct, 20);
        long[] bytes = [.. new[] { 20, 110, 200 }.Select(steps => Euler(GradientMethod.Direct, steps).PeakBytes)];

        // Of an Euler step the recording keeps the state (6x6 pixels after downsampling) and the derivative, which is its one stage. The product
        // of the backward pass finds what each of the two convolutions read and what each of them gave.
        double expected = 90.0 * (2 + 4) * Images * 6 * 6 * Channels * sizeof(float);
        Assert.InRange(bytes[1] - bytes[0], 0.98 * expected, 1.02 * expected);
        Assert.InRange(bytes[2] - bytes[1], 0.98 * expected, 1.02 * expected);
    }

    [Fact]
    public void The_memory_of_residual_blocks_grows_with_their_number()
    {
        ResNet(2);
        long[] bytes = [.. new[] { 2, 4, 6 }.Select(blocks => ResNet(blocks).PeakBytes)];
        Assert.True(bytes[1] > bytes[0]);

        // Equal blocks hold equally much; dictionaries and lists that grow by leaps are small beside them.
        Assert.InRange(bytes[2] - bytes[1], 0.95 * (bytes[1] - bytes[0]), 1.05 * (bytes[1] - bytes[0]));
    }

    [Fact]
    public void A_step_is_counted_and_timed()
    {
        TrainingStepCost cost = Euler(GradientMethod.Direct, 20);
        Assert.Equal((20, 20), (cost.ForwardEvaluations, cost.BackwardEvaluations));
        Assert.True(cost.Time > TimeSpan.Zero);
        Assert.Equal(MnistModels.Create(Options(GradientMethod.Direct, 20), new RandomSource(0)).Parameters.ValueCount, cost.Parameters);
    }

    [Fact]
    public void A_failure_is_thrown_where_it_was_asked_for()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainingStepCost.Measure(() => throw new InvalidOperationException(), batchSize: 0));
        Assert.Throws<InvalidOperationException>(() => TrainingStepCost.Measure(static () => throw new InvalidOperationException()));
        Assert.Throws<OperationCanceledException>(
            () => TrainingStepCost.Measure(() => MnistModels.Create(new() { Model = MnistModel.Mlp }, new RandomSource(0)), cancellationToken: new CancellationToken(true)));
    }

    private static MnistModelOptions Options(GradientMethod gradient, int steps) =>
        new() { Model = MnistModel.OdeNet, Channels = Channels, Solver = new Euler(), Steps = FixedSteps.PerInterval(steps), Gradient = gradient };

    private static TrainingStepCost Euler(GradientMethod gradient, int steps) => Measure(Options(gradient, steps));

    private static TrainingStepCost ResNet(int blocks) => Measure(new() { Model = MnistModel.ResNet, Channels = Channels, ResidualBlocks = blocks });

    private static TrainingStepCost Measure(MnistModelOptions options) => TrainingStepCost.Measure(() => MnistModels.Create(options, new RandomSource(0)), Images, steps: 1);
}
