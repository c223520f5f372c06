using NeuralOde.Persistence;
using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests.Latent.Fitting;

public sealed class SeriesClassifierFitterTests : IDisposable
{
    private static readonly LatentFitOptions s_short = new() { Iterations = 150, EncoderUnits = 12, LatentStates = 4, Widths = [8], LearningRate = 0.01 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rising_and_falling_series_of_unequal_lengths_are_told_apart()
    {
        SeriesClassifierFit fit = SeriesClassifierFitter.Fit(Slopes(40, seed: 1), s_short);
        Assert.Equal(6, fit.ValidationCount);
        SeriesClassification test = fit.Classifier.Evaluate(Slopes(60, seed: 2));

        // The slopes are ten deviations of the noise apart; nothing but the slope tells the classes.
        Assert.True(test.Accuracy >= 0.95, $"{test.Accuracy}");
        Assert.Equal(test.Count, test.Confusion.Cast<int>().Sum());
        Assert.Equal(test.Correct, test.Confusion[0, 0] + test.Confusion[1, 1]);
    }

    [Fact]
    public void A_saved_classifier_gives_the_same_bits()
    {
        LabeledSeries data = Slopes(8, seed: 3);
        SeriesClassifier model = SeriesClassifierFitter.Fit(data, s_short with { Iterations = 3 }).Classifier;
        string path = _folder.File("c.safetensors");
        model.Save(path);
        var loaded = SeriesClassifier.Load(path);
        Assert.Equal(model.Classes, loaded.Classes);
        Assert.Equal(model.Classify(data.Series), loaded.Classify(data.Series));
        Assert.All(loaded.Classify(data.Series), static x => Assert.Equal(1, x.Sum(), 1e-5));
        Assert.EndsWith(
            "it is a classifier of series, and a latent forecast model of series is wanted.",
            Assert.Throws<ModelFileException>(() => LatentForecaster.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_matched_by_name_and_strangers_refused()
    {
        LabeledSeries data = Slopes(8, seed: 4);
        SeriesClassifier model = SeriesClassifierFitter.Fit(data, s_short with { Iterations = 1 }).Classifier;
        var turned = new LabeledSeries(data.Series, ["up", "down"], [.. data.Labels.Select(static x => 1 - x)]);
        Assert.Equal(model.Evaluate(data).Correct, model.Evaluate(turned).Correct);
        var strange = new LabeledSeries(data.Series, ["down", "sideways"], [.. data.Labels]);
        Assert.Contains("no class 'sideways'", Assert.Throws<SeriesException>(() => model.Evaluate(strange)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_to_a_saved_classifier_loads_or_is_a_typed_failure()
    {
        string path = _folder.File("damage.safetensors");
        SeriesClassifierFitter.Fit(Slopes(8, seed: 6), s_short with { Iterations = 1 }).Classifier.Save(path);
        DamagedFiles.Check(path, static x => SeriesClassifier.Load(x));
    }

    private static LabeledSeries Slopes(int count, long seed)
    {
        var random = new RandomSource(seed);
        var series = new TimeSeries[count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.NextInteger(2);
            int length = 5 + random.NextInteger(6);
            double[] noise = random.Normal([length], deviation: 0.1).ToDoubles();
            double offset = random.NextUniform() - 0.5;
            series[i] = new TimeSeries(
                $"{i}", [.. Enumerable.Range(0, length).Select(static t => (double)t)],
                [.. noise.Select((x, t) => offset + ((labels[i] == 1 ? 0.5 : -0.5) * (t - (length / 2.0))) + x)]);
        }

        return new LabeledSeries(new TimeSeriesSet(["x"], series, seriesName: "series"), ["down", "up"], labels);
    }
}
