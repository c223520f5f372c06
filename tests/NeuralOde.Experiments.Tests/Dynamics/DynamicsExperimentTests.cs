using NeuralOde.Experiments.Dynamics;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Settings;
using NeuralOde.Solvers;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Tests.Dynamics;

public class DynamicsExperimentTests
{
    private static readonly DynamicsExperimentOptions s_short = DynamicsExperimentOptions.Default(KnownDynamics.Spiral) with { Iterations = 120 };

    [Fact]
    public void The_spiral_is_learned_to_the_accuracy_promised()
    {
        DynamicsExperimentResult result = new DynamicsExperiment(DynamicsExperimentOptions.Default(KnownDynamics.Spiral)).Run();
        Assert.Equal(TrainingOutcome.Completed, result.Outcome);
        Assert.True(result.Error <= 0.05, $"error {result.Error}");
        Assert.Equal(1_200, result.Iterations);
        Assert.Equal(0, result.FailedSolves);
    }

    [Fact]
    public void The_linear_spiral_is_learned_to_the_accuracy_promised()
    {
        DynamicsExperimentResult result = new DynamicsExperiment(DynamicsExperimentOptions.Default(KnownDynamics.Spiral, LearnedField.Linear)).Run();
        Assert.True(result.Error <= 0.01, $"error {result.Error}");
    }

    [Theory]
    [InlineData("spiral")]
    [InlineData("nonlinear")]
    [InlineData("cubic")]
    public void A_short_training_lowers_the_error_by_default_and_as_published(string name)
    {
        KnownDynamics dynamics = KnownDynamics.All.First(x => x.Name == name);
        foreach (DynamicsExperimentOptions options in new[] { DynamicsExperimentOptions.Default(dynamics), DynamicsExperimentOptions.Published(dynamics) })
        {
            DynamicsExperimentResult result = new DynamicsExperiment(options with { Iterations = 100 }).Run();
            Assert.True(result.ObservationError < 0.9 * result.Evaluations[0].Error, $"{result.Evaluations[0].Error} before and {result.ObservationError} after");
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_seed_does_not()
    {
        DynamicsExperimentResult a = new DynamicsExperiment(s_short with { Seed = 3 }).Run();
        DynamicsExperimentResult b = new DynamicsExperiment(s_short with { Seed = 3 }).Run();
        DynamicsExperimentResult c = new DynamicsExperiment(s_short with { Seed = 4 }).Run();
        Assert.Equal(a.Losses, b.Losses);
        Assert.Equal(a.Learned, b.Learned);
        Assert.Equal(a.Observations, b.Observations);
        Assert.NotEqual(a.Losses, c.Losses);
        Assert.NotEqual(a.Observations, c.Observations);
    }

    [Fact]
    public void The_noise_does_not_depend_on_the_model()
    {
        DynamicsExperimentResult network = new DynamicsExperiment(s_short with { Iterations = 1 }).Run();
        DynamicsExperimentResult linear = new DynamicsExperiment(s_short with { Iterations = 1, Field = LearnedField.Linear }).Run();
        Assert.Equal(network.Observations, linear.Observations);
    }

    [Fact]
    public void The_kept_model_is_the_one_nearest_to_the_observations()
    {
        DynamicsExperimentResult result = new DynamicsExperiment(s_short).Run();
        Assert.Equal(result.Evaluations.Min(x => x.Error), result.ObservationError);
        Assert.Equal(result.BestIteration, result.Evaluations.First(x => x.Error == result.ObservationError).Iteration);
        double error = Math.Sqrt(result.Learned.Zip(result.Observations, (a, b) => (a - b) * (a - b)).Average());
        Assert.Equal(result.ObservationError, error);
        Assert.Equal(result.Error, Math.Sqrt(0.5 * ((result.ComponentError(0) * result.ComponentError(0)) + (result.ComponentError(1) * result.ComponentError(1)))), 1e-12);
    }

    [Fact]
    public void Snapshots_run_from_before_training_to_its_end()
    {
        DynamicsExperimentResult result = new DynamicsExperiment(s_short).Run();
        Assert.Equal(0, result.Snapshots[0].Iteration);
        Assert.Equal(120, result.Snapshots[^1].Iteration);
        Assert.Equal(12, result.Snapshots.Count);
        Assert.All(result.Snapshots, x => Assert.Equal(400, x.States.Count));
    }

    [Theory]
    [InlineData(1, 12)]
    [InlineData(5, 12)]
    [InlineData(1_200, 12)]
    [InlineData(3_000, 2)]
    public void Snapshot_iterations_rise_to_the_last(int iterations, int count)
    {
        int[] at = DynamicsExperiment.SnapshotIterations(iterations, count);
        Assert.True(at.Length < count);
        Assert.Equal(iterations, at[^1]);
        Assert.True(at[0] >= 1);
        Assert.All(at.Zip(at.Skip(1)), x => Assert.True(x.Second > x.First));
    }

    [Fact]
    public void Cancellation_keeps_the_best_model_so_far()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Synchronous(x =>
        {
            if (x.Iteration >= 40)
            {
                cancellation.Cancel();
            }
        });

        // Long enough that a report, 20 a second, comes well before its end.
        DynamicsExperimentResult result = new DynamicsExperiment(s_short with { Iterations = 1_000_000 }).Run(progress, cancellation.Token);
        Assert.Equal(TrainingOutcome.Canceled, result.Outcome);
        Assert.InRange(result.Iterations, 40, 999_999);
        Assert.Equal(result.Evaluations.Min(x => x.Error), result.ObservationError);
        Assert.True(result.ObservationError < result.Evaluations[0].Error);
    }

    [Fact]
    public void Cancellation_before_the_start_returns_the_untrained_model()
    {
        DynamicsExperimentResult result = new DynamicsExperiment(s_short).Run(null, new CancellationToken(canceled: true));
        Assert.Equal(TrainingOutcome.Canceled, result.Outcome);
        Assert.Empty(result.Losses);
        Assert.Equal(0, result.BestIteration);
    }

    [Fact]
    public void Training_whose_solves_keep_failing_gives_up_and_says_why()
    {
        // One step cannot carry any window: every solve ends at the step limit.
        DynamicsExperimentOptions options = s_short with { Steps = new AdaptiveSteps { MaxSteps = 1, InitialStep = 1e-3 } };
        DynamicsExperimentResult result = new DynamicsExperiment(options).Run();
        Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
        Assert.Equal(result.Iterations, result.FailedSolves);
        Assert.Equal(TrainingFailureReason.SolveFailed, result.Failure!.Reason);
        Assert.Contains("limit of 1 steps", result.Failure.Problem);
        Assert.All(result.Losses, x => Assert.True(double.IsNaN(x)));
    }

    [Fact]
    public void Training_that_runs_away_goes_back_to_finite_parameters()
    {
        DynamicsExperimentOptions options = s_short with { Optimizer = OptimizerMethod.Sgd, LearningRate = 1e6, Schedule = LearningRateSchedule.Constant };
        DynamicsExperimentResult result = new DynamicsExperiment(options).Run();
        Assert.True(result.FailedSolves > 0);
        Assert.True(double.IsFinite(result.ObservationError));
        Assert.All(result.Learned, x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public void A_model_that_was_saved_is_the_same_after_loading()
    {
        using var folder = new TemporaryFolder();
        DynamicsExperimentResult result = new DynamicsExperiment(s_short).Run();
        result.Model.Save(folder.File("m.safetensors"), new Dictionary<string, string> { ["seed"] = "0" });
        DynamicsExperimentResult other = new DynamicsExperiment(s_short with { Seed = 9, Iterations = 1 }).Run();
        IReadOnlyDictionary<string, string> metadata = other.Model.Load(folder.File("m.safetensors"));
        Assert.Equal("0", metadata["seed"]);
        Assert.All(
            result.Model.NamedParameters().Zip(other.Model.NamedParameters()),
            x => Assert.Equal(x.First.Parameter.ToArray<float>(), x.Second.Parameter.ToArray<float>()));
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        Assert.Throws<SettingException>(() => new DynamicsExperiment(s_short with { Iterations = 0 }));
        Assert.Throws<SettingException>(() => new DynamicsExperiment(s_short with { SnapshotCount = 1 }));
        Assert.Throws<SettingException>(() => new DynamicsExperiment(s_short with { EvaluationInterval = 0 }));
        Assert.ThrowsAny<Exception>(() => new DynamicsExperiment(s_short with { Solver = new Euler() }));
    }

    private sealed class Synchronous(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
