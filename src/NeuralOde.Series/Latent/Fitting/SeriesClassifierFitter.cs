using NeuralOde.Losses;
using NeuralOde.MicroBatches;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>Learns to tell classes of series apart: encoder, latent differential equation and a linear layer together.</summary>
/// <remarks>
/// The loss is the cross entropy of the classes, from a draw of the latent state, plus the negative evidence lower bound of the series with a small weight, which
/// keeps the latent state about the whole series. Where there are enough series, some are not learned from: the best model is kept by its cross entropy on them.
/// </remarks>
public static class SeriesClassifierFitter
{
    /// <summary>Learns.</summary>
    /// <param name="training">The series with their classes, in natural values.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <param name="progress">Hears where training stands; the best error is the cross entropy on validation series.</param>
    /// <param name="cancellationToken">Ends training early; the best model so far is returned.</param>
    /// <returns>The model and how it came about.</returns>
    /// <exception cref="SeriesException">A component has no value.</exception>
    /// <exception cref="Settings.SettingException">An option is out of range.</exception>
    public static SeriesClassifierFit Fit(
        LabeledSeries training, LatentFitOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        options ??= new LatentFitOptions();
        LatentFitOptions.Settings.Check(options);
        options = options.Or(LatentFitOptions.ForClasses);
        var scaling = LatentSeriesScaling.Fit(training.Series);
        var random = new RandomSource(options.Seed);
        LatentModelShape shape = options.Shape(training.Series.Components.Count, training.Series.Covariates.Count);
        var network = new SeriesClassifierNetwork(shape, training.Classes.Count, random.Split());
        var classifier = new SeriesClassifier(network, shape, scaling, training.Classes);
        var task = new ClassificationTask(classifier, training, options, random.Split());
        TrainingResult result = new LatentTrainer(task, options.Training()).Run(progress, cancellationToken);
        return new SeriesClassifierFit(classifier, result, task.ValidationCount);
    }

    private sealed class ClassificationTask : LatentTask
    {
        private readonly SeriesClassifier _classifier;
        private readonly LatentFitOptions _options;
        private readonly (TimeSeries Series, int Label)[] _learned;
        private readonly LabeledSeries? _validation;
        private readonly ShuffledOrder _order;
        private readonly int _batchSize;
        private int[] _labels = [];
        private SeriesBatch? _target;
        private SeriesBatch? _encoded;

        public ClassificationTask(SeriesClassifier classifier, LabeledSeries training, LatentFitOptions options, RandomSource random)
        {
            _classifier = classifier;
            _options = options;
            Random = random;
            IReadOnlyList<TimeSeries> series = training.Series.Series;
            int[] order = new ShuffledOrder(series.Count, random).Next(series.Count).ToArray();
            int[] validating = order[..options.ValidationCount(series.Count)];
            ValidationCount = validating.Length;
            _learned = [.. Enumerable.Range(0, series.Count).Except(validating).Select(i => (classifier.Scaling.Observed(series[i]), training.Labels[i]))];
            _validation = validating.Length == 0
                ? null
                : new LabeledSeries(training.Series.WithSeries([.. validating.Select(i => series[i])]), training.Classes, [.. validating.Select(i => training.Labels[i])]);
            _order = new ShuffledOrder(_learned.Length, random);
            _batchSize = Math.Min(options.BatchSize, _learned.Length);
        }

        public int ValidationCount { get; }

        public override Module Model => _classifier.Network;

        public override int LatentCount => _classifier.Network.Latent.Encoder.LatentCount;

        public override RandomSource Random { get; }

        public override IReadOnlyList<long> Position
        {
            get => _order.Position;
            set => _order.Position = value;
        }

        public override int Draw()
        {
            (TimeSeries Series, int Label)[] some = [.. _order.Next(_batchSize).ToArray().Select(i => _learned[i])];
            _labels = Array.ConvertAll(some, static x => x.Label);
            _encoded = SeriesBatch.From([.. some.Select(static x => LatentSeriesScaling.Encoded(x.Series, x.Series.Count))]);
            _target = SeriesBatch.From([.. some.Select(static x => x.Series)]);
            return some.Length;
        }

        public override Tensor Loss(MicroBatch samples, Tensor noise, double divergenceWeight)
        {
            SeriesClassifierNetwork network = _classifier.Network;
            DiagonalGaussian posterior = network.Latent.Encode(_encoded!.Part(samples.Start, samples.Count));
            Tensor latent = posterior.Sample(noise);
            Tensor logits = network.Head.Forward(latent);
            int classes = _classifier.Classes.Count;
            float[] right = new float[samples.Count * classes];
            for (int i = 0; i < samples.Count; i++)
            {
                right[(i * classes) + _labels[samples.Start + i]] = 1;
            }

            Tensor crossEntropy = (logits.LogSumExp() - (logits * Tensor.From(right, [samples.Count, classes])).Sum([1])).Mean();
            if (_options.EvidenceWeight == 0)
            {
                return crossEntropy;
            }

            SeriesBatch target = _target!;
            Tensor bound = network.Latent.Elbo(posterior, latent, target.Part(samples.Start, samples.Count), divergenceWeight);
            return crossEntropy - ((_options.EvidenceWeight * target.Count / target.ObservedCount) * bound);
        }

        public override double? Validate() => _validation is null ? null : _classifier.Evaluate(_validation).Loss;
    }
}

/// <summary>The result of a fit of a classifier.</summary>
/// <param name="Classifier">The model, with the best parameters.</param>
/// <param name="Training">What training recorded.</param>
/// <param name="ValidationCount">How many series were not learned from, but used to keep the best model; 0 where the last one was kept.</param>
public sealed record SeriesClassifierFit(SeriesClassifier Classifier, TrainingResult Training, int ValidationCount)
{
    /// <summary>Whether training was canceled before its end.</summary>
    public bool WasCanceled => Training.Outcome == TrainingOutcome.Canceled;
}
