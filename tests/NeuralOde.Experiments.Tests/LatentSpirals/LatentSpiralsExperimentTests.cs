using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Optimizers;
using NeuralOde.Persistence;
using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Tests.LatentSpirals;

public class LatentSpiralsExperimentTests
{
    [Theory]
    [InlineData(SpiralDecoder.Ode)]
    [InlineData(SpiralDecoder.Rnn)]
    public void A_short_run_learns_and_is_measured_at_all_numbers_of_observations(SpiralDecoder decoder)
    {
        var experiment = new LatentSpiralsExperiment(Small(decoder, 60));
        double before = experiment.Measure()[2].Reconstruction.Median;
        LatentSpiralsResult result = experiment.Run();
        Assert.Equal(TrainingOutcome.Completed, result.Training.Outcome);
        Assert.Equal([30, 50, 100], result.Errors.Select(x => x.Observations));
        Assert.True(result.Errors[2].Reconstruction.Median < before);
        Assert.All(result.Errors, x => Assert.InRange(x.Extrapolation.Median, 0, x.Extrapolation.Percentile90));
        Assert.Equal(result.Errors, experiment.Measure());
    }

    [Fact]
    public void The_published_settings_are_those_of_the_write_up()
    {
        LatentSpiralsOptions published = LatentSpiralsOptions.Published;
        Assert.Equal("euler", published.Solver.Name);
        Assert.Equal("adjoint", published.Gradient.Name);
        Assert.Equal(0.001, published.Training.LearningRate);
        Assert.Equal(100, published.BatchSize);
        var model = (LatentOde)new LatentSpiralsExperiment(published).Model;

        // GRU 3→64, 64→12, 6→64→64→6, 6→64, 64→2.
        Assert.Equal((192 * (3 + 64 + 2)) + (12 * 65) + (64 * 7) + (64 * 65) + (6 * 65) + (64 * 7) + (2 * 65), model.Parameters.ValueCount);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_seed_others()
    {
        float[] Run(long seed)
        {
            LatentSpiralsOptions options = Small(SpiralDecoder.Ode, 3);
            var experiment = new LatentSpiralsExperiment(options with { Training = options.Training with { Seed = seed } });
            experiment.Run();
            return [.. experiment.Model.Parameters.SelectMany(x => x.ToArray<float>())];
        }

        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));
    }

    private static LatentSpiralsOptions Small(SpiralDecoder decoder, int iterations) => new()
    {
        Decoder = decoder,
        TrainingCount = 40,
        ValidationCount = 10,
        TestCount = 10,
        Hidden = 16,
        FieldHidden = 16,
        BatchSize = 20,
        Training = new LatentTrainingOptions { Iterations = iterations, ValidationInterval = 20, LearningRate = 0.01, Schedule = LearningRateSchedule.Constant },
    };
}
