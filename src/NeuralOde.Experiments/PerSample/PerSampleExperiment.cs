using NeuralOde.Series.Evaluation;

namespace NeuralOde.Experiments.PerSample;

/// <summary>
/// Learns a vector field from series of which no two share their observation times, by a <see cref="PerSampleOdeBlock"/>: one call takes each sample
/// of a batch over its own time span.
/// </summary>
/// <remarks>
/// A training step starts at a random observation of each sample, goes over the next gaps, and compares the states at their ends with what was observed there.
/// </remarks>
public static class PerSampleExperiment
{
    private const int TestCount = 100;

    /// <summary>Makes the data, learns, and measures.</summary>
    /// <param name="options">The settings; the defaults where null.</param>
    /// <param name="progress">Reported about 20 times per second, and at the end; losses are mean squared differences.</param>
    /// <param name="cancellationToken">Ends training early; the result then is of the model so far.</param>
    /// <returns>The result.</returns>
    /// <exception cref="Settings.SettingException">A setting is out of range.</exception>
    /// <exception cref="TrainingException">A solve failed, or the loss or its gradient left the range of single precision.</exception>
    public static PerSampleResult Run(PerSampleOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new PerSampleOptions();
        PerSampleOptions.Settings.Check(options);
        var random = new RandomSource(options.Seed);
        TimeSeriesSet training = Observe(options, options.SeriesCount, random.Split(), options.Noise);

        // Test series are of another seed, so that no setting of this run reaches them, and without noise.
        TimeSeriesSet test = Observe(options, TestCount, new RandomSource(~options.Seed), noise: 0);
        var layer = new PerSampleOdeBlock(new Mlp(2, options.Hidden, 2, random: random.Split()).AsField()) { StepCount = options.StepCount };
        var adam = new Adam(layer.Parameters, options.LearningRate);
        var task = new PerSampleTask(options, layer, training, random.Split());
        var run = new TrainingOptions
        {
            Iterations = options.Iterations,
            Schedule = LearningRateSchedule.Cosine(),
            Selection = ModelSelection.Last,
            Validation = ValidationPlan.None,
            Failures = FailurePolicy.GiveUp,
        };
        TrainingResult result = new TrainingRun(task, adam, run).Run(progress, cancellationToken);
        if (result.Failure is { } failure)
        {
            throw new TrainingException(failure, "Try a smaller learning rate, or more steps.");
        }

        TimeSeriesSet predicted = Predict(layer, test);
        return new PerSampleResult(
            options,
            layer,
            training,
            test,
            predicted,
            result.Losses,
            FieldError(options, layer, test),
            ForecastErrors.Between(test, predicted).PooledRmse,
            result.Elapsed,
            result.Outcome == TrainingOutcome.Canceled);
    }

    /// <summary>Series from different initial states, observed at different times.</summary>
    private static TimeSeriesSet Observe(PerSampleOptions options, int count, RandomSource random, double noise)
    {
        var series = new TimeSeries[count];
        for (int i = 0; i < count; i++)
        {
            double[] start = [.. Enumerable.Range(0, 2).Select(_ => options.InitialRange * ((2 * random.NextUniform()) - 1))];

            // Two times that are one to the solver are as good as never drawn.
            double[] times = [0, .. Enumerable.Range(1, options.Observations - 1).Select(_ => options.Duration * random.NextUniform()).Where(static t => t > 1e-6).Order()];
            times = [.. times.Where((t, k) => k == 0 || t - times[k - 1] > 1e-6)];
            double[] draws = random.Normal([2 * times.Length], deviation: 1, dtype: DType.Float64).ToDoubles();
            series[i] = new TimeSeries($"{i + 1}", times, [.. options.Dynamics.TrajectoryFrom(start, times).Zip(draws, (z, e) => z + (noise * e))]);
        }

        return new TimeSeriesSet(["z1", "z2"], series, seriesName: "series");
    }

    internal static float[] Row(TimeSeries series, int point) => [(float)series[point, 0], (float)series[point, 1]];

    /// <summary>Every series from its first state, each gap in one call for all series.</summary>
    private static TimeSeriesSet Predict(PerSampleOdeBlock layer, TimeSeriesSet test)
    {
        using IDisposable scope = GradientMode.Disable();
        int count = test.Series.Count;
        var state = Tensor.From([.. test.Series.SelectMany(static x => Row(x, 0))], [count, 2]);
        List<double>[] values = [.. test.Series.Select(static x => x.Values[..2].ToArray().ToList())];
        for (int k = 1; k < test.Series.Max(static x => x.Count); k++)
        {
            state = layer.Forward(state, Tensor.From([.. test.Series.Select(x => k < x.Count ? (float)(x.Times[k] - x.Times[k - 1]) : 0f)], [count, 1]));
            double[] now = state.ToDoubles();
            for (int i = 0; i < count; i++)
            {
                if (k < test.Series[i].Count)
                {
                    values[i].AddRange([now[2 * i], now[(2 * i) + 1]]);
                }
            }
        }

        return test.WithSeries([.. test.Series.Select((x, i) => x.WithValues([.. values[i]]))]);
    }

    /// <summary>The root mean square of the learned field's difference from the true one over that of the true one, where the test series are.</summary>
    private static double FieldError(PerSampleOptions options, PerSampleOdeBlock layer, TimeSeriesSet test)
    {
        using IDisposable scope = GradientMode.Disable();
        double[] states = [.. test.Series.SelectMany(static x => x.Values.ToArray())];
        double[] learned = layer.Field.Forward(Tensor.Scalar(0f), Tensor.From(states, [states.Length / 2, 2]).ToSingle()).ToDoubles();
        double error = 0, size = 0;
        Span<double> truth = stackalloc double[2];
        for (int i = 0; i < states.Length; i += 2)
        {
            options.Dynamics.Field(0, states.AsSpan(i, 2), truth);
            for (int c = 0; c < 2; c++)
            {
                error += (learned[i + c] - truth[c]) * (learned[i + c] - truth[c]);
                size += truth[c] * truth[c];
            }
        }

        return Math.Sqrt(error / size);
    }
}

/// <summary>What was learned, and how well.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Layer">The layer with the learned field.</param>
/// <param name="Training">What was learned from, with its noise.</param>
/// <param name="Test">Series that were not learned from, exact.</param>
/// <param name="Predicted">Those series as the learned field has them from their first states.</param>
/// <param name="Losses">Each training step's loss.</param>
/// <param name="FieldError">The root mean square of the learned field's difference from the true one over that of the true one, at the test series' states.</param>
/// <param name="PathError">The root-mean-square error of the predicted test series.</param>
/// <param name="Elapsed">Time of training.</param>
/// <param name="WasCanceled">Whether training was stopped.</param>
public sealed record PerSampleResult(
    PerSampleOptions Options,
    PerSampleOdeBlock Layer,
    TimeSeriesSet Training,
    TimeSeriesSet Test,
    TimeSeriesSet Predicted,
    IReadOnlyList<double> Losses,
    double FieldError,
    double PathError,
    TimeSpan Elapsed,
    bool WasCanceled);
