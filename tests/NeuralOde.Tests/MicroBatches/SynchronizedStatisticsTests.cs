using NeuralOde.MicroBatches;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.MicroBatches;

/// <summary>Micro-batches whose normalizations take their statistics over the whole batch. "Processes" are threads here.</summary>
public class SynchronizedStatisticsTests
{
    private static readonly TrainingOptions s_options = new() { Iterations = 4, Validation = ValidationPlan.None, Selection = ModelSelection.Last };

    // Micro-batches of equal and of different sizes, of one sample, and empty ones; the gradient through the solver's steps, and the adjoint's, which solves backward.
    [Theory]
    [InlineData(4, 12, false)]
    [InlineData(4, 11, false)]
    [InlineData(4, 11, true)]
    [InlineData(7, 7, false)]
    [InlineData(7, 5, true)]
    public void Gradients_and_running_statistics_are_those_of_the_undivided_batch(int microBatches, int samples, bool isAdjoint)
    {
        GradientMethod gradient = isAdjoint ? GradientMethod.BacksolveAdjoint : GradientMethod.Direct;
        double[][] gradients = new double[2][], states = new double[2][];
        double[] losses = new double[2];
        for (int i = 0; i < 2; i++)
        {
            var task = new NormalizedRegression(samples, DType.Float64, gradient);
            using var steps = new MicroBatchSteps(task, i == 0 ? new DataParallel(1) : new DataParallel(microBatches) { SynchronizesStatistics = true });
            losses[i] = steps.Run(new TrainingPosition(0, 1, default), default);
            gradients[i] = [.. task.Model.Parameters.SelectMany(static x => x.Gradient!.ToDoubles())];
            states[i] = task.State;
        }

        // The sums are the same in another order: some hundred additions of numbers near 1, each rounded by 2⁻⁵³, which normalizations with small variances amplify some ten
        // times.
        Assert.Equal(losses[0], losses[1], 1e-13);
        Assert.All(states[0].Zip(states[1]), static x => Assert.Equal(x.First, x.Second, 1e-13));
        double largest = gradients[0].Max(Math.Abs);
        Assert.All(gradients[0].Zip(gradients[1]), x => Assert.Equal(x.First, x.Second, 1e-12 * largest));

        // Statistics of micro-batches are others: the comparison can fail.
        var apart = new NormalizedRegression(12, DType.Float64, gradient);
        using var separate = new MicroBatchSteps(apart, new DataParallel(4));
        Assert.True(Math.Abs(separate.Run(new TrainingPosition(0, 1, default), default) - losses[0]) > 1e-4);
    }

    [Theory]
    [InlineData(4, 16, DType.Float32)]
    [InlineData(5, 11, DType.Float64)]
    [InlineData(6, 4, DType.Float32)]
    public void Any_number_of_processes_gives_the_same_bits(int microBatches, int samples, DType dtype)
    {
        var alone = new NormalizedRegression(samples, dtype);
        TrainingResult expected = alone.Make(s_options with { DataParallel = new DataParallel(microBatches) { SynchronizesStatistics = true } }).Run();
        for (int size = 1; size <= microBatches; size++)
        {
            (double[] State, IReadOnlyList<double> Losses)[] results = ThreadCommunicator.Run(size, processes =>
            {
                var task = new NormalizedRegression(samples, dtype);
                TrainingResult result = task.Make(s_options with { DataParallel = new DataParallel(microBatches, processes) { SynchronizesStatistics = true } }).Run();
                return (task.State, result.Losses);
            });
            Assert.All(results, x => Assert.Equal(alone.State, x.State));
            Assert.All(results, x => Assert.Equal(expected.Losses, x.Losses));
        }
    }

    [Fact]
    public void A_failed_micro_batch_fails_the_step_in_every_process()
    {
        int[] failed = ThreadCommunicator.Run(2, static processes =>
        {
            var task = new NormalizedRegression(16, DType.Float32) { Fails = static x => x.Start == 12 };
            return task.Make(s_options with { DataParallel = new DataParallel(4, processes) { SynchronizesStatistics = true } }).Run().FailedSteps;
        });
        Assert.All(failed, static x => Assert.Equal(4, x));
    }

    [Fact]
    public void Steps_that_each_micro_batch_would_choose_are_refused_before_training()
    {
        NormalizedRegression[] tasks =
        [
            new(16, DType.Float64, steps: new AdaptiveSteps()), new(16, DType.Float64, GradientMethod.GaussAdjoint), new(16, DType.Float64, GradientMethod.Auto),
            new(16, DType.Float64, new BacksolveAdjoint { Steps = new AdaptiveSteps() }),
        ];
        Assert.All(tasks, static task =>
        {
            TrainingException failure = Assert.Throws<TrainingException>(() => task.Make(s_options with { DataParallel = new DataParallel(4) { SynchronizesStatistics = true } }));
            Assert.Equal(TrainingFailureReason.MicroBatchesApart, failure.Reason);
            Assert.Contains("fixed steps", failure.Message);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Micro_batches_that_compute_other_operations_are_an_error_in_every_process(int size)
    {
        TrainingException[] failures = ThreadCommunicator.Run(size, static processes => Assert.Throws<TrainingException>(() =>
        {
            var task = new NormalizedRegression(16, DType.Float64) { ComputesTwice = static x => x.Start == 4 };
            return task.Make(s_options with { DataParallel = new DataParallel(4, processes) { SynchronizesStatistics = true } }).Run();
        }));
        Assert.All(failures, static x => Assert.Equal(TrainingFailureReason.MicroBatchesApart, x.Reason));
        Assert.All(failures, static x => Assert.Contains("at iteration 0 its micro-batches did not compute the same operations", x.Message));
    }

    [Fact]
    public void A_task_whose_model_cannot_be_copied_is_refused()
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(static () => new Regression(16).Make(
            s_options with { DataParallel = new DataParallel(2) { SynchronizesStatistics = true } }));
        Assert.Contains("IReplicableTask", failure.Message);
    }

    [Fact]
    public void A_checkpoint_with_other_statistics_is_refused()
    {
        using var folder = new TestSupport.TemporaryFolder();
        string path = folder.File("run.safetensors");
        TrainingOptions kept = s_options with { Checkpointing = new Checkpointing(path, 2), DataParallel = new DataParallel(2) { SynchronizesStatistics = true } };
        new NormalizedRegression(8, DType.Float32).Make(kept).Run();
        CheckpointException refused = Assert.Throws<CheckpointException>(() => new NormalizedRegression(8, DType.Float32).Make(kept with { DataParallel = new DataParallel(2) })
            .Resume(path));
        Assert.Contains("statistics", refused.Message);
    }
}
