using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Training;

public class TrainingRunTests
{
    [Fact]
    public void The_model_that_validates_best_comes_back_with_its_buffers()
    {
        // x moves down by 1 each step; the error is least after 3 of 8.
        var task = new Descent { Error = x => Math.Abs(x - 7) };
        TrainingResult result = task.Run(new TrainingOptions { Iterations = 8, Validation = new ValidationPlan { Interval = 1 } });
        Assert.Equal(TrainingOutcome.Completed, result.Outcome);
        Assert.Equal((3, 0), (result.BestIteration, result.BestError));
        Assert.Equal(7, task.X);
        Assert.Equal(3, task.Steps.ToDoubles()[0]);
        Assert.Equal([2, 1, 0, 1, 2, 3, 4, 5], result.Validations.Select(static x => x.Error));
        Assert.Equal([10, 9, 8, 7, 6, 5, 4, 3], result.Losses);
    }

    [Fact]
    public void Validation_runs_in_evaluation_mode_and_every_module_gets_its_own_mode_back()
    {
        var task = new Descent();
        List<(bool Outer, bool Inner)> validating = [], training = [];
        task.Error = x =>
        {
            validating.Add((task.Model.IsTraining, task.Inner.IsTraining));
            return x;
        };
        task.BeforeStep = iteration =>
        {
            training.Add((task.Model.IsTraining, task.Inner.IsTraining));
            if (iteration == 1)
            {
                // Frozen by hand: it stays so.
                task.Inner.SwitchToEvaluation();
            }
        };
        task.Run(new TrainingOptions { Iterations = 4, Validation = new ValidationPlan { Interval = 1, AtStart = true } });
        Assert.Equal(Enumerable.Repeat((false, false), 5), validating);
        Assert.Equal([(true, true), (true, true), (true, false), (true, false)], training);
        Assert.True(task.Model.IsTraining);
    }

    [Fact]
    public void The_mode_comes_back_where_validation_throws()
    {
        var task = new Descent { Error = static _ => throw new InvalidTimeZoneException() };
        Assert.Throws<InvalidTimeZoneException>(() => task.Run(new TrainingOptions { Iterations = 2, Validation = new ValidationPlan { Interval = 1 } }));
        Assert.True(task.Model.IsTraining);
    }

    [Fact]
    public void Without_validation_the_last_model_is_returned_and_by_loss_the_least()
    {
        var last = new Descent();
        TrainingResult result = last.Run(new TrainingOptions { Iterations = 4 });
        Assert.Equal((6, 4), (last.X, result.BestIteration));
        Assert.Empty(result.Validations);

        // The loss belongs to the parameters before the step.
        var least = new Descent { Loss = x => Math.Abs(x - 8) };
        result = least.Run(new TrainingOptions { Iterations = 6, Selection = ModelSelection.Loss });
        Assert.Equal((8, 2, 0), (least.X, result.BestIteration, result.BestError));

        // While the latest counts as the best, a better one before is forgotten.
        var latest = new Descent { Loss = x => Math.Abs(x - 8) };
        result = latest.Run(new TrainingOptions { Iterations = 6, Selection = ModelSelection.Loss, LatestUntil = 0.75 });
        Assert.Equal((6, 4, 2), (latest.X, result.BestIteration, result.BestError));
    }

    [Fact]
    public void A_failed_step_is_skipped_and_the_optimizer_does_not_see_it()
    {
        var task = new Descent { Fails = static (iteration, _) => iteration is 1 or 3 };
        TrainingResult result = task.Run(new TrainingOptions { Iterations = 5 });
        Assert.Equal(TrainingOutcome.Completed, result.Outcome);
        Assert.Equal([10, double.NaN, 9, double.NaN, 8], result.Losses);
        Assert.Equal((2, 7.0), (result.FailedSteps, task.X));
        Assert.Null(result.Failure);
    }

    [Theory]
    [InlineData(double.NaN, 1, TrainingFailureReason.LossNotFinite)]
    [InlineData(double.PositiveInfinity, 1, TrainingFailureReason.LossNotFinite)]
    [InlineData(1, double.NaN, TrainingFailureReason.GradientNotFinite)]
    public void Numbers_that_are_not_finite_fail_a_step(double loss, double gradient, TrainingFailureReason reason)
    {
        foreach (double? bound in new double?[] { null, 1.0 })
        {
            var task = new Descent { Loss = _ => loss, Gradient = gradient };
            TrainingResult result = task.Run(new TrainingOptions { Iterations = 50, Failures = FailurePolicy.Skip(4), GradientNormBound = bound });
            Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
            Assert.Equal((reason, 4), (result.Failure!.Reason, result.Failure.Iteration));
            Assert.Equal((4, 4), (result.FailedSteps, result.Losses.Count));
            Assert.Equal(10, task.X);
            Assert.Equal(0, task.Model.Parameters[0].Gradient!.ToDoubles()[0]);
        }
    }

    [Fact]
    public void Giving_up_ends_at_the_first_failure_even_in_the_last_step()
    {
        var task = new Descent { Fails = static (iteration, _) => iteration == 2 };
        TrainingResult result = task.Run(new TrainingOptions { Iterations = 3, Failures = FailurePolicy.GiveUp });
        Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
        Assert.Equal((TrainingFailureReason.SolveFailed, 3), (result.Failure!.Reason, result.Failure.Iteration));
        Assert.Equal(result.Failure.Cause!.Message, result.Failure.Problem);
    }

    [Fact]
    public void Backing_off_goes_to_the_best_model_with_half_the_rate_and_gives_up_in_the_end()
    {
        // Below 5.5 every solve fails.
        var task = new Descent { Fails = static (_, x) => x < 5.5, Error = static x => x };
        List<double> before = [];
        task.BeforeStep = _ => before.Add(task.X);
        TrainingResult result = task.Run(
            new TrainingOptions { Iterations = 30, Failures = FailurePolicy.BackOff(inARow: 2, times: 2), Validation = new ValidationPlan { Interval = 4 } });

        // After 4 steps 6 is kept, after 8 5.5, after 12 5.25: from each, the next failures go back to it, with half the step.
        Assert.Equal([10, 9, 8, 7, 6, 5, 5, 6, 5.5, 5, 5, 5.5, 5.25, 5.25], before);
        Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
        Assert.Equal(5.25, task.X);
        Assert.Equal(6, result.FailedSteps);
    }

    [Fact]
    public void Backing_off_can_restart_the_optimizer()
    {
        foreach (bool restarts in new[] { true, false })
        {
            var task = new Descent { Fails = static (iteration, _) => iteration == 2 };
            var adam = new Adam(task.Model.Parameters, 0.5);
            new TrainingRun(task, adam, new TrainingOptions { Iterations = 4, Failures = FailurePolicy.BackOff(1, 1, restarts) }).Run();
            Assert.Equal(restarts ? 1 : 3, adam.StepCount);
        }
    }

    [Fact]
    public void Training_stops_when_validations_stay_no_better()
    {
        var task = new Descent { Error = static x => Math.Abs(x - 6) };
        TrainingResult result = task.Run(new TrainingOptions { Iterations = 100, Validation = new ValidationPlan { Interval = 2 }, EarlyStopping = new EarlyStopping(3) });
        Assert.Equal(TrainingOutcome.Completed, result.Outcome);
        Assert.True(result.StoppedEarly);
        Assert.Equal((10, 4), (result.Losses.Count, result.BestIteration));
        Assert.Equal(6, task.X);
    }

    [Fact]
    public void The_schedule_and_the_clipping_decide_about_the_step()
    {
        var task = new Descent { Gradient = 4 };
        task.Run(new TrainingOptions { Iterations = 2, Schedule = LearningRateSchedule.Step(0.5, 0.5), GradientNormBound = 2 });
        Assert.Equal(10 - 2 - 1, task.X);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [InlineData(7, false)]
    [InlineData(12, true)]
    public void A_run_that_is_stopped_anywhere_and_resumed_ends_with_the_same_bits(int at, bool whileValidating)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("run");
        TrainingOptions options = new()
        {
            Iterations = 12,
            Schedule = LearningRateSchedule.Cosine(),
            Validation = new ValidationPlan { Interval = 4 },
            Failures = FailurePolicy.BackOff(1, 5),
            Checkpointing = new Checkpointing(path, interval: 5),
            Settings = [("seed", "3")],
        };
        Descent Noisy() => new() { Noise = new RandomSource(3), Fails = static (iteration, _) => iteration == 6, Error = static x => Math.Abs(x - 8) };

        Descent whole = Noisy();
        TrainingResult expected = whole.RunAdam(options with { Checkpointing = null });

        using var cancel = new CancellationTokenSource();
        Descent stopped = Noisy();
        stopped.BeforeStep = iteration => Cancel(!whileValidating && iteration == at);
        stopped.BeforeValidation = iteration => Cancel(whileValidating && iteration == at);
        Assert.Equal(TrainingOutcome.Canceled, stopped.RunAdam(options, cancel.Token).Outcome);

        Descent resumed = Noisy();
        resumed.Noise = new RandomSource(99);
        TrainingRun run = resumed.Make(options);
        run.Resume(path);
        TrainingResult result = run.Run();
        Assert.Equal(expected.Losses, result.Losses);
        Assert.Equal(expected.Validations, result.Validations);
        Assert.Equal((expected.BestIteration, expected.BestError, expected.FailedSteps), (result.BestIteration, result.BestError, result.FailedSteps));
        Assert.Equal(whole.X, resumed.X);
        Assert.Equal(whole.Steps.ToDoubles(), resumed.Steps.ToDoubles());
        Assert.Equal(whole.Drawn, resumed.Drawn);
        Assert.Contains("seed was '3' and is '4'", Assert.Throws<CheckpointException>(() => Noisy().Make(options with { Settings = [("seed", "4")] }).Resume(path)).Message);

        void Cancel(bool now)
        {
            if (now)
            {
                cancel.Cancel();
            }
        }
    }

    [Fact]
    public void A_run_that_diverged_leaves_the_last_good_checkpoint()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("run");
        TrainingOptions options = new() { Iterations = 9, Failures = FailurePolicy.GiveUp, Checkpointing = new Checkpointing(path, 2) };
        new Descent { Fails = static (iteration, _) => iteration == 5 }.RunAdam(options);
        TrainingRun run = new Descent().Make(options);
        run.Resume(path);
        Assert.Equal(9, run.Run().Losses.Count);
        (SafeTensorsFile state, _) = TrainingCheckpoint.Read(path);
        Assert.Equal(9, state["drawn"].ToArray<long>()[0]);
    }

    [Fact]
    public void A_stopped_run_validates_once_more_where_asked_and_says_where_it_ended()
    {
        var task = new Descent { Error = static x => x };
        using var cancel = new CancellationTokenSource();
        task.BeforeStep = iteration =>
        {
            if (iteration == 2)
            {
                cancel.Cancel();
            }
        };
        TrainingResult result = task.Run(new TrainingOptions { Iterations = 9, Validation = new ValidationPlan { Interval = 5, Also = [1], WhenStopped = true } }, cancel.Token);
        Assert.Equal(TrainingOutcome.Canceled, result.Outcome);
        Assert.Equal(TrainingOutcome.Canceled, task.Ended);
        Assert.Equal([(1, 9), (3, 7)], result.Validations.Select(static x => (x.Iteration, (int)x.Error)));
    }

    [Fact]
    public void Progress_tells_the_best_so_far_and_the_end()
    {
        var reports = new Reports();
        var task = new Descent { Error = static x => Math.Abs(x - 8) };
        new TrainingRun(
            task, new Sgd(task.Model.Parameters, 1),
            new TrainingOptions { Iterations = 5, Validation = new ValidationPlan { Interval = 2 }, ProgressInterval = TimeSpan.FromDays(1) }).Run(reports);
        Assert.Equal([1, 5], reports.Heard.Select(static x => x.Iteration));
        Assert.Equal(0, reports.Heard[^1].Best);
        Assert.Equal(5, reports.Heard[^1].Iterations);
    }

    [Fact]
    public void A_step_allocates_no_more_than_its_task()
    {
        var task = new Descent();
        long at = 0, rest = 0;
        task.BeforeStep = iteration =>
        {
            long now = GC.GetAllocatedBytesForCurrentThread();
            rest = iteration is > 70 and < 120 ? rest + now - at : rest;
        };
        task.AfterStep = () => at = GC.GetAllocatedBytesForCurrentThread();
        task.Run(new TrainingOptions { Iterations = 200, Validation = ValidationPlan.None, GradientNormBound = 1 });
        Assert.Equal(0, rest);
    }

    [Fact]
    public void Options_out_of_range_are_refused_before_anything_is_done()
    {
        var task = new Descent();
        Assert.Throws<ArgumentOutOfRangeException>(() => task.Make(new TrainingOptions { Iterations = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => task.Make(new TrainingOptions { GradientNormBound = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => task.Make(new TrainingOptions { LatestUntil = double.NaN }));
        Assert.Throws<ArgumentException>(() => task.Make(new TrainingOptions { Selection = ModelSelection.Last, EarlyStopping = new EarlyStopping(2) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Checkpointing("run", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ValidationPlan { Interval = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => FailurePolicy.Skip(0));
        TrainingRun run = task.Make(new TrainingOptions { Iterations = 1 });
        run.Run();
        Assert.Throws<InvalidOperationException>(() => run.Run());
        Assert.Throws<InvalidOperationException>(() => run.Resume("run"));
    }

    private sealed class Reports : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Heard { get; } = [];

        public void Report(TrainingProgress value) => Heard.Add(value);
    }
}
