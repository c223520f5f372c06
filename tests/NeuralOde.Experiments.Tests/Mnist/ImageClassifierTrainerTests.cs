using NeuralOde.Blocks;
using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Settings;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.TestSupport;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Tests.Mnist;

public class ImageClassifierTrainerTests
{
    private static readonly ImageTrainingOptions s_options = new()
    {
        Epochs = 2,
        LearningRate = 0.02,
        Schedule = LearningRateSchedule.Cosine(),
        GradientNormBound = 5,
        Batches = new ImageBatchOptions { BatchSize = 16, MaxShift = 1, Seed = 4 },
    };

    private static readonly ImageDataset s_training = BrightSides.Images(200);
    private static readonly ImageDataset s_measured = BrightSides.Images(90, seed: 2);

    [Fact]
    public void An_easy_problem_is_learned_and_recorded()
    {
        Layer classifier = BrightSides.Mlp();
        double before = ClassifierEvaluation.Of(classifier, s_measured, PixelScale.Mnist).Accuracy;
        ImageTrainingResult result = new ImageClassifierTrainer(classifier, s_training, s_measured, s_options with { Epochs = 6 }).Run();
        Assert.Equal(TrainingOutcome.Completed, result.Outcome);
        Assert.Equal(6 * 13, result.History.Steps.Count);
        Assert.Equal(Enumerable.Range(1, 6), result.History.Epochs.Select(x => x.Number));
        Assert.True(result.History.Epochs[^1].MeasuredAccuracy > Math.Max(0.9, before), $"{before} {result.History.Epochs[^1]}");
        Assert.True(result.History.Epochs[^1].TrainingLoss < result.History.Epochs[0].TrainingLoss);
        Assert.Equal(200, result.History.Steps.Skip(13).Take(13).Sum(x => x.Images));
        Assert.Equal(result.History.Epochs[1].TrainingAccuracy, result.History.Steps.Skip(13).Take(13).Sum(x => x.Correct) / 200.0);

        var after = ClassifierEvaluation.Of(classifier, s_measured, PixelScale.Mnist, batchSize: 7);
        Assert.Equal(result.History.Epochs[^1].MeasuredAccuracy, after.Accuracy);
        Assert.Equal(90, after.Confusion.Cast<int>().Sum());
        Assert.Equal(after.Correct, Enumerable.Range(0, 3).Sum(i => after.Confusion[i, i]));
        Assert.Equal(after.Correct, Enumerable.Range(0, 90).Count(i => after.Predicted[i] == s_measured.Labels[i]));
    }

    [Fact]
    public void The_loss_is_the_cross_entropy_of_the_batch()
    {
        Layer classifier = BrightSides.Mlp();
        ImageTrainingOptions options = s_options with { Epochs = 1, Batches = s_options.Batches with { BatchSize = 200, MaxShift = 0 } };
        var before = ClassifierEvaluation.Of(classifier, s_training, PixelScale.Mnist);
        ImageTrainingStep step = new ImageClassifierTrainer(classifier, s_training, null, options).Run().History.Steps[0];

        // One is summed in single precision, the other in double: a mean of 200 numbers of about 1.
        Assert.Equal(before.Loss, step.Loss, 1e-5);
        Assert.Equal(before.Correct, step.Correct);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(20)]
    [InlineData(26)]
    public void A_run_that_is_stopped_and_resumed_ends_with_the_same_bits(int steps)
    {
        using var folder = new TemporaryFolder();
        Layer straight = BrightSides.Mlp();
        ImageTrainingResult expected = new ImageClassifierTrainer(straight, s_training, s_measured, s_options).Run();

        ImageTrainingOptions kept = s_options with { CheckpointPath = folder.File("run") };
        using var stop = new CancellationTokenSource();
        var stopped = new ImageClassifierTrainer(BrightSides.Mlp(), s_training, s_measured, kept);
        ImageTrainingResult half = stopped.Run(new StopAfter(stop, steps), stop.Token);
        Assert.Equal(TrainingOutcome.Canceled, half.Outcome);

        // New objects, of other first values.
        Layer resumed = BrightSides.Mlp(seed: 77);
        var trainer = new ImageClassifierTrainer(resumed, s_training, s_measured, kept);
        trainer.Resume(folder.File("run"));
        ImageTrainingResult rest = trainer.Run();
        Assert.Equal(TrainingOutcome.Completed, rest.Outcome);
        Assert.Equal(expected.History.Steps, rest.History.Steps);
        Assert.Equal(expected.History.Epochs.Select(x => x with { TrainingTime = default }), rest.History.Epochs.Select(x => x with { TrainingTime = default }));
        Assert.All(straight.Parameters.Zip(resumed.Parameters), x => Assert.Equal(x.First.ToArray<float>(), x.Second.ToArray<float>()));
    }

    [Fact]
    public void A_run_that_dies_goes_on_from_its_last_checkpoint_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        Layer straight = BrightSides.Mlp();
        new ImageClassifierTrainer(straight, s_training, null, s_options).Run();
        ImageTrainingOptions kept = s_options with { CheckpointPath = folder.File("run"), CheckpointInterval = 4 };
        Assert.Throws<InvalidTimeZoneException>(() => new ImageClassifierTrainer(BrightSides.Mlp(), s_training, null, kept).Run(new DieAfter(18)));
        Layer resumed = BrightSides.Mlp(seed: 5);
        var trainer = new ImageClassifierTrainer(resumed, s_training, null, kept);
        trainer.Resume(folder.File("run"));
        Assert.Equal(26, trainer.Run().History.Steps.Count);
        Assert.All(straight.Parameters.Zip(resumed.Parameters), x => Assert.Equal(x.First.ToArray<float>(), x.Second.ToArray<float>()));
    }

    [Fact]
    public void A_run_at_a_constant_rate_can_be_made_longer()
    {
        using var folder = new TemporaryFolder();
        ImageTrainingOptions constant = s_options with { Schedule = LearningRateSchedule.Constant, CheckpointPath = folder.File("run") };
        Layer straight = BrightSides.Mlp();
        new ImageClassifierTrainer(straight, s_training, null, constant with { CheckpointPath = null }).Run();
        new ImageClassifierTrainer(BrightSides.Mlp(), s_training, null, constant with { Epochs = 1 }).Run();
        Layer resumed = BrightSides.Mlp();
        var trainer = new ImageClassifierTrainer(resumed, s_training, null, constant);
        trainer.Resume(folder.File("run"));
        trainer.Run();
        Assert.All(straight.Parameters.Zip(resumed.Parameters), x => Assert.Equal(x.First.ToArray<float>(), x.Second.ToArray<float>()));
    }

    [Fact]
    public void A_checkpoint_of_other_settings_is_refused_and_the_setting_named()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("run");
        ImageTrainingOptions settings = s_options with { CheckpointPath = path, RunSettings = [("model", "mlp")] };
        new ImageClassifierTrainer(BrightSides.Mlp(), s_training, null, settings).Run();
        Assert.Contains("learning rate was '0.02' and is '0.01'", Fault(settings with { LearningRate = 0.01 }));
        Assert.Contains("schedule was 'cosine' and is '1 1 1 1 0.1", Fault(settings with { Schedule = LearningRateSchedule.Step(0.1, 0.5) }));
        Assert.Contains("epochs was '2' and is '3'", Fault(settings with { Epochs = 3 }));
        Assert.Contains("model was 'mlp' and is 'resnet'", Fault(settings with { RunSettings = [("model", "resnet")] }));
        Assert.Contains("shift was '1' and is '0'", Fault(settings with { Batches = settings.Batches with { MaxShift = 0 } }));
        Assert.Contains("seed was '4' and is '9'; ", Fault(settings with { Batches = settings.Batches with { Seed = 9, BatchSize = 16 } }, BrightSides.Images(201)));
        Assert.Contains("training images was '200, sum", Fault(settings, BrightSides.Images(200, seed: 8)));
        Assert.Contains("has the shape", Fault(settings, classifier: BrightSides.Mlp(hidden: 9)));

        Assert.Contains(
            "measured images was 'none' and is '90, sum",
            Assert.Throws<CheckpointException>(() => new ImageClassifierTrainer(BrightSides.Mlp(), s_training, s_measured, settings).Resume(path)).Message);

        BrightSides.Mlp().Save(folder.File("model"));
        Assert.Contains("a checkpoint of a training run is wanted", Fault(settings, file: folder.File("model")));

        string Fault(ImageTrainingOptions other, ImageDataset? images = null, Layer? classifier = null, string? file = null)
        {
            classifier ??= BrightSides.Mlp(seed: 6);
            float[][] before = [.. classifier.Parameters.Select(x => x.ToArray<float>())];
            var trainer = new ImageClassifierTrainer(classifier, images ?? s_training, null, other);
            string message = Assert.ThrowsAny<NeuralOdeException>(() => trainer.Resume(file ?? path)).Message;
            Assert.Equal(before, classifier.Parameters.Select(x => x.ToArray<float>()));
            return message;
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_and_is_told()
    {
        ImageTrainingResult result = new ImageClassifierTrainer(
            BrightSides.Mlp(), s_training, null, s_options with { LearningRate = 1e30, GradientNormBound = null, Schedule = LearningRateSchedule.Constant }).Run();
        Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
        Assert.Equal(TrainingFailureReason.LossNotFinite, result.Failure!.Reason);
        Assert.Contains("The loss of step", result.Failure.Problem);
    }

    [Fact]
    public void Evaluations_of_an_ode_within_are_counted()
    {
        var random = new RandomSource(1);
        Layer classifier = new Sequential(
            new Flatten(),
            new Linear(36, 4, random: random),
            new OdeLayer(new OdeBlock(new Mlp(4, [5], 4, random: random).AsField()) { Solver = new Euler(), Steps = FixedSteps.OfLength(0.25) }),
            new Linear(4, 3, random: random));
        ImageTrainingResult result = new ImageClassifierTrainer(classifier, s_training, s_measured, s_options with { Epochs = 1 }).Run();
        Assert.All(result.History.Steps, x => Assert.Equal((4, 4), (x.ForwardEvaluations, x.BackwardEvaluations)));
        Assert.Equal(4, result.History.Epochs[0].ForwardEvaluations);
        Assert.Equal(4, ClassifierEvaluation.Of(classifier, s_measured, PixelScale.Mnist).Evaluations);
    }

    [Fact]
    public void Steps_take_their_tensors_from_memory_that_is_used_again()
    {
        const int Hidden = 4096, Batch = 64;
        var step = new ClassifierStep(BrightSides.Mlp(hidden: Hidden), 3);
        var batches = new ImageBatches(s_training, new ImageBatchOptions { BatchSize = Batch });

        // One hidden activation alone would be a megabyte.
        Assert.InRange(Allocation.InSteadyState(() => step.Run(batches.Get(0, 0))), 0, sizeof(float) * Hidden * Batch / 8);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<SettingException>(() => new ImageClassifierTrainer(BrightSides.Mlp(), s_training, null, s_options with { Epochs = 0 }));
        Assert.Throws<SettingException>(() => new ImageClassifierTrainer(BrightSides.Mlp(), s_training, null, s_options with { LearningRate = 0 }));
        Assert.Throws<SettingException>(() => new ImageClassifierTrainer(BrightSides.Mlp(), s_training, null, s_options with { GradientNormBound = double.NaN }));
        var wrong = new ImageClassifierTrainer(new Sequential(new Flatten(), new Linear(36, 4)), s_training);
        Assert.Contains("returns float32 logits of shape [32, 3]", Assert.Throws<ArgumentException>(() => wrong.Run()).Message);
    }

    private sealed class StopAfter(CancellationTokenSource stop, int steps) : IProgress<ImageTrainingProgress>
    {
        public void Report(ImageTrainingProgress value)
        {
            if (value.Step >= steps)
            {
                stop.Cancel();
            }
        }
    }

    private sealed class DieAfter(int steps) : IProgress<ImageTrainingProgress>
    {
        public void Report(ImageTrainingProgress value)
        {
            if (value.Step >= steps)
            {
                throw new InvalidTimeZoneException("the lights went out");
            }
        }
    }
}
