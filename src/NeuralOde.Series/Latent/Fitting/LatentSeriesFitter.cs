using NeuralOde.Losses;
using NeuralOde.MicroBatches;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>Learns a latent differential equation from many short series: irregular, incomplete, of unequal lengths.</summary>
/// <remarks>
/// Training maximizes the evidence lower bound. Of a part of the series only a first part is encoded, at random, but the whole training part decoded. Where there
/// are enough series, some are not learned from: the best model is kept by how likely it finds the last three tenths of each of them, given the rest.
/// </remarks>
public static class LatentSeriesFitter
{
    /// <summary>Learns.</summary>
    /// <param name="training">What is learned from, in natural values; nothing held out may be in it. Covariates are further inputs of the encoder.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <param name="known">What the model is to know of the series when it forecasts, held-out parts included; <paramref name="training"/> where null.</param>
    /// <param name="progress">Hears where training stands; the best error is minus the mean log density of a validation value.</param>
    /// <param name="cancellationToken">Ends training early; the best model so far is returned.</param>
    /// <returns>The model and how it came about.</returns>
    /// <exception cref="SeriesException">There are fewer than two series, or a component has no value.</exception>
    /// <exception cref="Settings.SettingException">An option is out of range.</exception>
    public static LatentSeriesFit Fit(
        TimeSeriesSet training,
        LatentFitOptions? options = null,
        TimeSeriesSet? known = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        options ??= new LatentFitOptions();
        LatentFitOptions.Settings.Check(options);
        options = options.Or(LatentFitOptions.ForSeries);
        SeriesException.ThrowIf(
            training.Series.Count < 2,
            SeriesReason.TooFewSeries, "A latent model learns what series have in common, so there must be at least two of them; there is one.",
            "Learn a single series with SeriesFitter.");
        var scaling = LatentSeriesScaling.Fit(training);
        scaling.Check(known ?? training);
        var random = new RandomSource(options.Seed);
        LatentModelShape shape = options.Shape(training.Components.Count, training.Covariates.Count);
        LatentOde model = shape.Create(random.Split());
        var task = new ForecastTask(model, [.. training.Series.Select(scaling.Observed)], options, random.Split());
        TrainingResult result = new LatentTrainer(task, options.Training()).Run(progress, cancellationToken);
        TimeSeriesSet kept = WithoutInputs(known ?? training), learned = WithoutInputs(training);
        double factor = LatentBandCalibration.Factor(
            new LatentForecaster(model, shape, scaling, kept), learned, [.. task.Tails.Select(x => (learned.Series[x.Index], RowOf(learned.Series[x.Index], x.Cut)))]);
        return new LatentSeriesFit(new LatentForecaster(model, shape, scaling, kept, factor), result, task.ValidationCount);
    }

    /// <summary>The row of a natural series before which so many points are that the model reads: its first, and those with a value.</summary>
    private static int RowOf(TimeSeries series, int observed) =>
        Enumerable.Range(0, series.Count).Where(i => i == 0 || series.IsObserved(i)).ElementAt(observed);

    /// <summary>Inputs are not read, so they are not kept.</summary>
    private static TimeSeriesSet WithoutInputs(TimeSeriesSet set) => set.Inputs.Count == 0 ? set : new(
        set.Components,
        [.. set.Series.Select(static x => new TimeSeries(x.Id, x.Times, x.Values, x.Covariates))],
        set.Time,
        set.LogComponents,
        set.Covariates,
        seriesName: set.SeriesName);

    /// <summary>Batches of series of which some are encoded in part.</summary>
    private sealed class ForecastTask : LatentTask
    {
        private const int LeastEncoded = 2;
        private const double ValidationCut = 0.7;
        private const int ValidationDraws = 8;

        private readonly LatentOde _model;
        private readonly LatentFitOptions _options;
        private readonly TimeSeries[] _learned;
        private readonly ShuffledOrder _order;
        private readonly int _batchSize;
        private readonly (SeriesBatch Known, SeriesBatch Later)? _validation;
        private readonly Tensor _validationNoise;
        private SeriesBatch? _target;
        private SeriesBatch? _parts;

        public ForecastTask(LatentOde model, TimeSeries[] series, LatentFitOptions options, RandomSource random)
        {
            _model = model;
            _options = options;
            Random = random;
            var shuffled = new ShuffledOrder(series.Length, random);
            int[] order = shuffled.Next(series.Length).ToArray();

            // What has too few points to be parted cannot validate.
            int[] validating = [.. order.Where(i => series[i].Count >= 4).Take(options.ValidationCount(series.Length))];
            ValidationCount = validating.Length;
            _learned = [.. Enumerable.Range(0, series.Length).Except(validating).Select(i => series[i])];
            _order = new ShuffledOrder(_learned.Length, random);
            _batchSize = Math.Min(options.BatchSize, _learned.Length);
            _validationNoise = random.Normal([ValidationDraws, Math.Max(1, ValidationCount), model.Encoder.LatentCount]);
            if (validating.Length > 0)
            {
                (TimeSeries Series, int Cut)[] parts =
                [
                    .. validating.Select(i => (series[i], Math.Clamp((int)(ValidationCut * series[i].Count), LeastEncoded, series[i].Count - 1)))
                ];
                Tails = [.. validating.Select((x, i) => (x, parts[i].Cut))];
                _validation = (
                    SeriesBatch.From([.. parts.Select(static x => LatentSeriesScaling.Encoded(x.Series, x.Cut))]),
                    SeriesBatch.From([.. parts.Select(static x => LatentSeriesScaling.After(x.Series, x.Cut))]));
            }
        }

        public int ValidationCount { get; }

        /// <summary>The series that are not learned from, and how many of their points are known when the rest is forecast.</summary>
        public IReadOnlyList<(int Index, int Cut)> Tails { get; } = [];

        public override Module Model => _model;

        public override int LatentCount => _model.Encoder.LatentCount;

        public override RandomSource Random { get; }

        public override IReadOnlyList<long> Position
        {
            get => _order.Position;
            set => _order.Position = value;
        }

        public override int Draw()
        {
            TimeSeries[] whole = [.. _order.Next(_batchSize).ToArray().Select(i => _learned[i])];
            TimeSeries[] parts = Array.ConvertAll(whole, Part);
            (_target, _parts) = (SeriesBatch.From(whole), SeriesBatch.From(parts));
            return whole.Length;
        }

        public override Tensor Loss(MicroBatch samples, Tensor noise, double divergenceWeight)
        {
            SeriesBatch target = _target!;
            DiagonalGaussian posterior = _model.Encode(_parts!.Part(samples.Start, samples.Count));
            Tensor bound = _model.Elbo(posterior, posterior.Sample(noise), target.Part(samples.Start, samples.Count), divergenceWeight);

            // Nats per value, so that learning rates mean the same for long and short series.
            return bound * (-(double)target.Count / target.ObservedCount);
        }

        public override double? Validate()
        {
            if (_validation is not var (known, later))
            {
                return null;
            }

            using IDisposable noGradients = GradientMode.Disable();
            using var scope = TensorScope.Begin();
            DiagonalGaussian posterior = _model.Encode(known);
            var deviation = Tensor.From([.. _model.Noise.Select(static x => (float)x)], [_model.Components]);
            var densities = new Tensor[ValidationDraws];
            for (int i = 0; i < densities.Length; i++)
            {
                Tensor predicted = _model.Predict(posterior.Sample(_validationNoise.Select(0, i)), later);
                densities[i] = (-0.5 * ((predicted - later.Values) / deviation).Square()) - deviation.Log();
            }

            // Each value's density under the mixture of the draws; constants that all models share are left out.
            Tensor each = Tensor.Stack(densities).LogSumExp(0) - Math.Log(ValidationDraws);
            return -(later.ValueMask is { } mask ? (each * mask).Sum() / mask.Sum() : each.Mean()).ToScalar();
        }

        private TimeSeries Part(TimeSeries series)
        {
            // Always as many numbers are drawn, whatever the series, which keeps runs with other data comparable.
            bool isPartial = Random.NextUniform() < _options.PartialShare;
            int points = LeastEncoded + Random.NextInteger(Math.Max(1, series.Count - LeastEncoded));
            return LatentSeriesScaling.Encoded(series, isPartial ? Math.Min(points, series.Count) : series.Count);
        }
    }
}

/// <summary>The result of a fit of a latent model.</summary>
/// <param name="Forecaster">The model, with the best parameters.</param>
/// <param name="Training">What training recorded.</param>
/// <param name="ValidationCount">How many series were not learned from, but used to keep the best model; 0 where the last one was kept.</param>
public sealed record LatentSeriesFit(LatentForecaster Forecaster, TrainingResult Training, int ValidationCount)
{
    /// <summary>Whether training was canceled before its end.</summary>
    public bool WasCanceled => Training.Outcome == TrainingOutcome.Canceled;
}
