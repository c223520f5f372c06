using NeuralOde.Experiments.Dynamics;
using NeuralOde.Experiments.PerSample;
using NeuralOde.Settings;

namespace NeuralOde.Experiments.Tests.PerSample;

public class PerSampleExperimentTests
{
    [Fact]
    public void A_field_is_learned_from_series_that_share_no_times()
    {
        PerSampleResult result = PerSampleExperiment.Run(new PerSampleOptions { Dynamics = KnownDynamics.Spiral, Iterations = 500 });
        Assert.Equal(result.Training.Series.Count, result.Training.Series.Select(static x => x.Times[1]).Distinct().Count());

        // An untrained network's field has nothing to do with the true one: its error is about 1.
        Assert.True(result.FieldError < 0.1, $"{result.FieldError}");
        Assert.True(result.PathError < 0.1, $"{result.PathError}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_one_others()
    {
        var few = new PerSampleOptions { Iterations = 5, SeriesCount = 10, BatchSize = 4 };
        Assert.Equal(PerSampleExperiment.Run(few).Losses, PerSampleExperiment.Run(few).Losses);
        Assert.NotEqual(PerSampleExperiment.Run(few).Losses, PerSampleExperiment.Run(few with { Seed = 1 }).Losses);
    }

    [Fact]
    public void Bad_settings_are_told() =>
        Assert.Throws<SettingException>(() => PerSampleExperiment.Run(new PerSampleOptions { Observations = 1 }));
}
