using NeuralOde.MicroBatches;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Tests.Training;
using NeuralOde.Training;

namespace NeuralOde.Tests.MicroBatches;

/// <summary>Training steps that are divided into micro-batches and shared by "processes", which are threads here.</summary>
public class DataParallelTests
{
    private static readonly TrainingOptions s_options = new() { Iterations = 6, Validation = ValidationPlan.None, Selection = ModelSelection.Last, GradientNormBound = 1 };

    [Fact]
    public void One_micro_batch_gives_the_bits_of_an_undivided_batch()
    {
        Regression plain = new(10), divided = new(10);
        TrainingResult expected = plain.Make(s_options).Run();
        TrainingResult actual = divided.Make(s_options with { DataParallel = new DataParallel(1) }).Run();
        Assert.Equal(expected.Losses, actual.Losses);
        Assert.Equal(plain.State, divided.State);
        Assert.Equal(plain.Recorded, divided.Recorded);
    }

    // Numbers of processes that divide the micro-batches and that do not, micro-batches that divide the samples and that do not, and empty micro-batches.
    [Theory]
    [InlineData(2, 10, DType.Float32)]
    [InlineData(4, 16, DType.Float32)]
    [InlineData(5, 11, DType.Float64)]
    [InlineData(6, 13, DType.Float32)]
    [InlineData(8, 17, DType.Float64)]
    [InlineData(8, 5, DType.Float32)]
    public void Any_number_of_processes_gives_the_same_bits(int microBatches, int samples, DType dtype)
    {
        var alone = new Regression(samples, dtype);
        TrainingResult expected = alone.Make(s_options with { DataParallel = new DataParallel(microBatches) }).Run();
        for (int size = 1; size <= microBatches; size++)
        {
            (double[] State, IReadOnlyList<double> Losses, int Steps)[] results = ThreadCommunicator.Run(size, processes =>
            {
                var task = new Regression(samples, dtype);
                TrainingResult result = task.Make(s_options with { DataParallel = new DataParallel(microBatches, processes) }).Run();
                Assert.Equal(alone.Recorded, task.Recorded);
                return (task.State, result.Losses, task.Steps);
            });
            Assert.All(results, x => Assert.Equal(alone.State, x.State));
            Assert.All(results, x => Assert.Equal(expected.Losses, x.Losses));

            // Nobody computes what another one does.
            Assert.Equal(alone.Steps, results.Sum(static x => x.Steps));
        }
    }

    [Fact]
    public void Gradients_of_micro_batches_add_up_to_that_of_the_batch()
    {
        // Without a normalization over the batch the sum is the same but for rounding: at most 2⁻²⁴ for each of the few additions.
        double[][] weights = new double[2][];
        foreach ((int i, int microBatches) in new[] { (0, 1), (1, 7) })
        {
            var task = new Regression(21, DType.Float64);
            task.Model.SwitchToEvaluation();
            task.Model.Parameters.ClearGradients();
            var steps = new MicroBatchSteps(task, new DataParallel(microBatches));
            steps.Run(new TrainingPosition(0, 1, default), default);
            weights[i] = [.. task.Model.Parameters.SelectMany(static x => x.Gradient!.ToDoubles())];
        }

        Assert.All(weights[0].Zip(weights[1]), static x => Assert.Equal(x.First, x.Second, 1e-13));
    }

    [Fact]
    public void A_failed_micro_batch_fails_the_step_in_every_process_and_moves_nothing()
    {
        static bool Fails(int iteration, MicroBatch samples) => iteration == 2 && samples.Start == 12;
        var alone = new Regression(16) { Fails = Fails };
        TrainingResult expected = alone.Make(s_options with { DataParallel = new DataParallel(4) }).Run();
        Assert.Equal(1, expected.FailedSteps);
        foreach (int size in new[] { 2, 3, 4 })
        {
            (double[] State, int Failed)[] results = ThreadCommunicator.Run(size, processes =>
            {
                var task = new Regression(16) { Fails = Fails };
                return (task.Make(s_options with { DataParallel = new DataParallel(4, processes) }).Run() is var result ? task.State : [], result.FailedSteps);
            });
            Assert.All(results, x => Assert.Equal(alone.State, x.State));
            Assert.All(results, static x => Assert.Equal(1, x.Failed));
        }
    }

    [Fact]
    public void Every_process_knows_what_another_one_failed_of()
    {
        string[] causes = ThreadCommunicator.Run(2, static processes =>
        {
            var task = new Regression(16) { Fails = static (_, samples) => samples.Start == 12 };
            TrainingResult result = task.Make(s_options with { Failures = FailurePolicy.GiveUp, DataParallel = new DataParallel(4, processes) }).Run();
            Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
            return result.Failure!.Problem;
        });
        Assert.Equal(causes[1], causes[0]);
        Assert.Equal(new OdeSolveException(default).Problem, causes[0]);
    }

    [Fact]
    public void Processes_stop_together_after_one_was_asked_to()
    {
        int[] done = ThreadCommunicator.Run(3, static processes =>
        {
            using var cancellation = new CancellationTokenSource();
            var task = new Regression(12)
            {
                Fails = (iteration, _) =>
                {
                    if (iteration == 2 && processes.Rank == 1)
                    {
                        cancellation.Cancel();
                    }

                    return false;
                },
            };
            TrainingResult result = task.Make(s_options with { Iterations = 50, DataParallel = new DataParallel(3, processes) }).Run(cancellationToken: cancellation.Token);
            Assert.Equal(TrainingOutcome.Canceled, result.Outcome);
            return result.Losses.Count;
        });
        Assert.All(done, x => Assert.Equal(done[0], x));
        Assert.Equal(3, done[0]);
    }

    [Fact]
    public void The_first_process_writes_a_checkpoint_that_any_number_of_processes_resumes()
    {
        using var folder = new TestSupport.TemporaryFolder();
        string path = folder.File("run.safetensors");
        TrainingOptions kept = s_options with { Iterations = 9, Checkpointing = new Checkpointing(path, 4) };
        var straight = new Regression(12);
        straight.Make(kept with { Checkpointing = null, DataParallel = new DataParallel(6) }).Run();
        using var cancellation = new CancellationTokenSource();
        ThreadCommunicator.Run(3, processes =>
        {
            var task = new Regression(12) { Fails = (iteration, _) => Cancel(iteration == 5) };
            return task.Make(kept with { DataParallel = new DataParallel(6, processes) }).Run(cancellationToken: cancellation.Token);
        });
        double[][] states = ThreadCommunicator.Run(2, processes =>
        {
            var task = new Regression(12);
            TrainingRun run = task.Make(kept with { DataParallel = new DataParallel(6, processes) });
            run.Resume(path);
            run.Run();
            return task.State;
        });
        Assert.All(states, x => Assert.Equal(straight.State, x));
        CheckpointException refused = Assert.Throws<CheckpointException>(() => new Regression(12).Make(kept with { DataParallel = new DataParallel(4) }).Resume(path));
        Assert.Contains("micro-batches was '6' and is '4'", refused.Message);

        bool Cancel(bool now)
        {
            if (now)
            {
                cancellation.Cancel();
            }

            return false;
        }
    }

    [Fact]
    public void Processes_that_start_from_different_models_are_refused()
    {
        AggregateException failure = Assert.Throws<AggregateException>(() => ThreadCommunicator.Run(2, static processes =>
        {
            var task = new Regression(12);
            if (processes.Rank == 1)
            {
                Parameter first = task.Model.Parameters[0];
                float[] values = first.ToArray<float>();
                values[^1] = MathF.BitIncrement(values[^1]);
                first.SetValues<float>(values);
            }

            return task.Make(s_options with { DataParallel = new DataParallel(2, processes) }).Run();
        }));
        TrainingException inner = Assert.IsType<TrainingException>(failure.InnerException);
        Assert.Equal(TrainingFailureReason.ProcessesDiffer, inner.Reason);
        Assert.Contains("Process 1 has other parameters than process 0 at iteration 0.", inner.Message);
    }

    [Fact]
    public void More_processes_than_micro_batches_are_refused()
    {
        ArgumentException failure = Assert.ThrowsAny<ArgumentException>(() => new DataParallel(2, new Many()));
        Assert.Contains("3 processes cannot share 2 micro-batches", failure.Message);
    }

    [Fact]
    public void A_task_without_batches_is_refused()
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(() => new Descent().Make(s_options with { DataParallel = new DataParallel(2) }));
        Assert.Contains("IMicroBatchTask", failure.Message);
    }

    private sealed class Many : ICommunicator
    {
        public int Rank => 0;

        public int Size => 3;

        public void AllGather(ReadOnlySpan<byte> send, Span<byte> received) => throw new NotSupportedException();

        public void Exchange(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receivedLengths) => throw new NotSupportedException();
    }
}
