namespace NeuralOde.Experiments.PerSample;

/// <summary>Learns from series that were observed at different times: a step starts at a random observation of each sample, and covers the next gaps.</summary>
internal sealed class PerSampleTask(PerSampleOptions options, PerSampleOdeBlock layer, TimeSeriesSet training, RandomSource random) : ITrainingTask
{
    public Module Model => layer;

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("batches", random)];

    public double Step(TrainingPosition position)
    {
        using var scope = TensorScope.Begin();
        Tensor loss = Loss();
        loss.Backward();
        return loss.ToScalar();
    }

    private Tensor Loss()
    {
        int batch = options.BatchSize;
        var chosen = new (TimeSeries Series, int First)[batch];
        for (int i = 0; i < batch; i++)
        {
            TimeSeries series = training.Series[random.NextInteger(training.Series.Count)];
            chosen[i] = (series, random.NextInteger(Math.Max(1, series.Count - 1)));
        }

        Tensor state = At(0);
        var sum = Tensor.Scalar(0f);
        for (int k = 1; k <= options.Ahead; k++)
        {
            // Where a series has ended, a span of 0 keeps the state, and what is compared with it does not count.
            var span = Tensor.From([.. chosen.Select(x => x.First + k < x.Series.Count ? (float)(x.Series.Times[x.First + k] - x.Series.Times[x.First + k - 1]) : 0f)], [batch, 1]);
            var mask = Tensor.From([.. chosen.Select(x => x.First + k < x.Series.Count ? 1f : 0f)], [batch, 1]);
            state = layer.Forward(state, span);
            sum += Losses.Loss.MeanSquared(state, At(k), mask);
        }

        return sum * (1.0 / options.Ahead);

        Tensor At(int k) => Tensor.From([.. chosen.SelectMany(x => PerSampleExperiment.Row(x.Series, Math.Min(x.First + k, x.Series.Count - 1)))], [batch, 2]);
    }
}
