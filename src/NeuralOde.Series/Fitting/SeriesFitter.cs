using System.Diagnostics;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;

namespace NeuralOde.Series.Fitting;

/// <summary>
/// Learns dynamics from noisy, irregular and incomplete series.
/// </summary>
/// <remarks>
/// Fitting an oscillation in one shot gets stuck: a trajectory that is out of step gains nothing from small changes. So training starts with short pieces that
/// each have a learned initial state, penalizes the jumps between them more and more, and doubles the pieces' length until each series is one
/// trajectory. Where a doubling makes the fit much worse (a system that forgets its past sooner than the series ends), the shorter pieces are kept.
/// </remarks>
public static class SeriesFitter
{
    private const double ShareOfLastStage = 0.4;
    private const int SnapshotCount = 6;
    private const int MaxFailures = 50;

    /// <summary>Learns.</summary>
    /// <param name="training">What is learned from, in natural values; nothing held out may be in it. Each series has at least two observed points.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="dataEnds">The natural time at which each series' data end, held-out part included; null where training sees everything.</param>
    /// <param name="progress">Hears where training stands, about every 20 iterations; errors are root mean squares in standardized units.</param>
    /// <param name="cancellationToken">Ends training early; the best model so far is returned.</param>
    /// <returns>The model and how it came about.</returns>
    /// <exception cref="SeriesException">A series is too short, or a component has no value.</exception>
    /// <exception cref="Settings.SettingException">An option is out of range.</exception>
    /// <exception cref="TrainingException">The solves fail again and again, however small the steps.</exception>
    public static SeriesFit Fit(
        TimeSeriesSet training,
        SeriesFitOptions? options = null,
        IReadOnlyList<double>? dataEnds = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        options ??= new SeriesFitOptions();
        SeriesFitOptions.Settings.Check(options);
        foreach (TimeSeries series in training.Series)
        {
            if (Enumerable.Range(0, series.Count).Count(series.IsObserved) < 2)
            {
                throw new SeriesException(
                    SeriesReason.TooFewPoints,
                    $"{(series.Id.Length == 0 ? "The series" : $"Series '{series.Id}'")} has fewer than "
                        + "two points with a value in the training part; dynamics cannot be learned from it.",
                    series.Id.Length == 0 ? "Hold out less." : "Hold out less, or leave it out.")
                {
                    Series = series.Id,
                };
            }
        }

        var run = new Run(training, options, dataEnds, progress, cancellationToken);
        return run.Train();
    }

    /// <summary>The stages' piece lengths, in observed intervals: doubled until the longest series is one piece.</summary>
    private static List<int> StageLengths(TimeSeriesSet series, int first)
    {
        int longest = series.Series.Max(one => Enumerable.Range(0, one.Count).Count(one.IsObserved) - 1);
        List<int> lengths = [];
        for (int length = first; ; length *= 2)
        {
            lengths.Add(length);

            // Up to 1.5 times the length, a series is one piece.
            if (longest < 1.5 * length)
            {
                return lengths;
            }
        }
    }

    private sealed class Run
    {
        private readonly TimeSeriesSet _natural;
        private readonly TimeSeriesSet _series;
        private readonly Standardization _scaling;
        private readonly SeriesFitOptions _options;
        private readonly IReadOnlyList<double> _dataEnds;
        private readonly IProgress<TrainingProgress>? _progress;
        private readonly CancellationToken _cancellation;
        private readonly SeriesField _field;
        private readonly List<double> _losses = [];
        private readonly List<int> _stageStarts = [];
        private readonly List<SeriesFitSnapshot> _snapshots = [];
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly List<GradientWarning> _gradientWarnings = [];
        private double? _gradientError;
        private int _failures;
        private int _planned;
        private int _reported;

        public Run(TimeSeriesSet training, SeriesFitOptions options, IReadOnlyList<double>? dataEnds, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
        {
            _natural = training;
            _options = options;
            _progress = progress;
            _cancellation = cancellation;
            _dataEnds = dataEnds ?? [.. training.Series.Select(static x => x.Times[^1])];
            _scaling = Standardization.Fit(training);
            _series = _scaling.Transform(training);
            _field = new SeriesField(SeriesFieldShape.For(_series, options.HiddenStates, options.TimeDependent, [.. options.Widths]), new RandomSource(options.Seed));
        }

        public SeriesFit Train()
        {
            List<int> lengths = StageLengths(_series, _options.FirstPieceLength);
            _planned = _options.Iterations;
            ShootingObjective? accepted = null;
            ParameterSnapshot? acceptedField = null;
            double acceptedMisfit = double.PositiveInfinity, leastMisfit = double.PositiveInfinity;
            for (int stage = 0; stage < lengths.Count; stage++)
            {
                int iterations = StageIterations(stage, lengths.Count);
                if (iterations == 0)
                {
                    continue;
                }

                var pieces = new ShootingPieces(_series, lengths[stage]);
                var objective = new ShootingObjective(_field, _series, pieces, ShootingStarts.Of(pieces, _series, _field.Layout, accepted), _options);
                _stageStarts.Add(_losses.Count);
                RunStage(objective, iterations);
                double misfit = objective.Misfit;

                // Longer pieces fit worse by rights, because their states answer for more noise; measured against the best of all stages, so
                // that many small losses do not add up unseen.
                bool forgets = misfit > Math.Max(4 * leastMisfit, leastMisfit + 0.15);
                leastMisfit = Math.Min(leastMisfit, misfit);

                // A stage that was cut short has not shown what longer pieces can do, so it must be better outright.
                bool worse = _cancellation.IsCancellationRequested ? accepted is not null && !(misfit < acceptedMisfit) : forgets;
                if (worse)
                {
                    acceptedField!.Restore();
                    break;
                }

                accepted = objective;
                acceptedMisfit = misfit;
                acceptedField = new ParameterSnapshot(_field);
                if (_cancellation.IsCancellationRequested)
                {
                    break;
                }
            }

            if (!_cancellation.IsCancellationRequested && _losses.Count > 0 && _reported < _options.Iterations)
            {
                // Ended before its time, or a solve failed at the end: whoever listens should see that nothing is to come.
                _planned = _losses.Count;
                Report(Math.Sqrt(acceptedMisfit), isLast: true);
            }

            SeriesModel model = MakeModel(accepted!);
            _snapshots.Add(new SeriesFitSnapshot(_losses.Count, model));
            return new SeriesFit(model)
            {
                Losses = _losses,
                StageStarts = _stageStarts,
                Snapshots = _snapshots,
                TrainingError = Math.Sqrt(acceptedMisfit),
                PieceLength = accepted!.Pieces.IsWhole ? null : (int)Math.Round(accepted.Pieces.Pieces.Average(static x => x.Last - x.First)),
                FailedSolves = _failures,
                GradientError = _gradientError,
                GradientWarnings = [.. _gradientWarnings.DistinctBy(static x => x.Reason)],
                WasCanceled = _cancellation.IsCancellationRequested,
                Elapsed = _watch.Elapsed,
            };
        }

        /// <summary>A stage's share of the iterations, all together exactly as many as were asked for. Where they are few, only the last stage has any.</summary>
        private int StageIterations(int stage, int stages)
        {
            int last = Math.Max(1, (int)(_options.Iterations * ShareOfLastStage));
            int each = stages == 1 ? 0 : (_options.Iterations - last) / (stages - 1);
            return stage == stages - 1 ? _options.Iterations - ((stages - 1) * each) : each;
        }

        /// <summary>Adam from the present state; it ends at the best that it saw.</summary>
        private void RunStage(ShootingObjective objective, int iterations)
        {
            var task = new ShootingTask(_field, objective, _losses, TakeSnapshot);
            var run = new TrainingRun(task, new Adam(task.Model.Parameters, _options.LearningRate), new TrainingOptions
            {
                Iterations = iterations,
                Schedule = LearningRateSchedule.Cosine(0.01),
                GradientNormBound = 5,
                Selection = ModelSelection.Loss,

                // A best that was measured with a weaker penalty would never be beaten.
                LatestUntil = 2.0 / 3,
                Failures = FailurePolicy.BackOff(inARow: 1, MaxFailures, restartsOptimizer: true),
                Validation = ValidationPlan.None,
                ProgressInterval = TimeSpan.Zero,
            });
            TrainingResult result = run.Run(_progress is null ? null : new StageProgress(this, run.Best, objective), _cancellation);
            _failures += result.FailedSteps;
            _gradientWarnings.AddRange(result.GradientWarnings);
            _gradientError = result.GradientError is { } error ? Math.Max(error, _gradientError ?? 0) : _gradientError;
            if (result.Outcome == TrainingOutcome.Diverged)
            {
                throw new TrainingException(
                    TrainingFailureReason.StepsKeepFailing,
                    $"{MaxFailures} solves failed, although the learning rate was halved every time.",
                    "Check the data for outliers, model positive components as logarithms, or try a smaller learning rate.");
            }

            task.Measure();
        }

        private void Report(double best, bool isLast)
        {
            if (_progress is not null && (isLast || _losses.Count % 20 == 0))
            {
                TimeSpan elapsed = _watch.Elapsed;
                _reported = _losses.Count;
                _progress.Report(new TrainingProgress(_losses.Count, _planned, _losses[^1], best, _losses.Count / elapsed.TotalSeconds, elapsed));
            }
        }

        private void TakeSnapshot(ShootingObjective objective)
        {
            // Denser at the beginning, where more changes: at 0, 4, 16, 36, 64 % of the run.
            int k = _snapshots.Count;
            if (k < SnapshotCount - 1 && _losses.Count >= (long)_planned * k * k / ((SnapshotCount - 1) * (SnapshotCount - 1)))
            {
                _snapshots.Add(new SeriesFitSnapshot(_losses.Count, MakeModel(objective)));
            }
        }

        private SeriesModel MakeModel(ShootingObjective objective)
        {
            double[] starts = objective.Starts.ToArray<double>();
            int learned = _field.Layout.LearnedStates;
            var paths = new SeriesPath[_series.Series.Count];
            ILookup<int, int> rowsOf = Enumerable.Range(0, objective.Pieces.Pieces.Length).ToLookup(row => objective.Pieces.Pieces[row].Series);
            for (int s = 0; s < paths.Length; s++)
            {
                int[] rows = [.. rowsOf[s]];
                TimeSeries natural = _natural.Series[s];
                paths[s] = new SeriesPath(
                    natural.Id,
                    [.. rows.Select(row => _series.Series[s].Times[objective.Pieces.Pieces[row].First])],
                    [.. rows.Select(row => (IReadOnlyList<double>)starts[(row * learned)..((row + 1) * learned)])],
                    natural.Times[^1],
                    Math.Max(natural.Times[^1], _dataEnds[s]));
            }

            return new SeriesModel(_field.Clone(), _scaling, _natural.SeriesName, paths);
        }

        /// <summary>Makes a stage's progress that of the whole fit, in units of the data.</summary>
        private sealed class StageProgress(Run fit, BestModel best, ShootingObjective objective) : IProgress<TrainingProgress>
        {
            private double _bestMisfit = double.PositiveInfinity;

            public void Report(TrainingProgress value)
            {
                if (double.IsNaN(value.Loss))
                {
                    return;
                }

                if (best.Iteration == value.Iteration - 1)
                {
                    _bestMisfit = objective.Misfit;
                }

                fit.Report(Math.Sqrt(_bestMisfit), isLast: value.Iteration == value.Iterations);
            }
        }
    }
}
