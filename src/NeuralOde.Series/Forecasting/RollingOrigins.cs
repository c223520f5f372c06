using NeuralOde.Series.Evaluation;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Evaluates methods as they would have been used: each learns from the part before an origin and forecasts the part after it, for several origins. Nothing after an
/// origin is seen before it. Immutable.
/// </summary>
/// <example>
/// <code>
/// RollingResult result = new RollingOrigins(HoldOut.Fraction(0.2)) { Count = 3 }.Evaluate(set, Forecasters.Baselines());
/// </code>
/// </example>
/// <param name="horizon">What is forecast from the last origin: the last part of each series. From earlier origins as many observed points are forecast.</param>
public sealed class RollingOrigins(HoldOut horizon)
{
    /// <summary>How many origins there are at most; short series have fewer.</summary>
    /// <value>At least 1; default 3.</value>
    public int Count
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 3;

    /// <summary>How many observed points are between two origins.</summary>
    /// <value>At least 1; the default, null, is half of the horizon.</value>
    public int? Spacing
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value ?? 1, 1);
            field = value;
        }
    }

    /// <summary>How many observed points a series keeps before its first origin.</summary>
    /// <value>At least 2; default 8.</value>
    public int MinimumTraining
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 2);
            field = value;
        }
    } = 8;

    /// <summary>What is known beforehand, for the season that errors are scaled by.</summary>
    /// <value>The default knows nothing.</value>
    public ForecastOptions Known { get; init; } = new();

    /// <summary>
    /// Does pieces of work somewhere and gives their results in order: a method at an origin is a piece. <c>HandOut.RunForAll</c> spreads them over processes, all of which then
    /// have all results.
    /// </summary>
    /// <value>Default null: one piece after another, here.</value>
    public Func<int, Func<int, byte[]>, IReadOnlyList<byte[]>>? Spread { get; init; }

    /// <summary>The parts to learn from and to forecast, the last origin first.</summary>
    /// <param name="set">The series.</param>
    /// <returns>At least one split; a series that is too short for an earlier origin is not in that split.</returns>
    /// <exception cref="SeriesException">A series would keep fewer than two observed points before the last origin.</exception>
    public IReadOnlyList<HoldOutSplit> Split(TimeSeriesSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        List<HoldOutSplit> splits = [horizon.Split(set)];
        for (int origin = 1; origin < Count; origin++)
        {
            List<TimeSeries> training = [], heldOut = [];
            for (int s = 0; s < set.Series.Count; s++)
            {
                TimeSeries series = set.Series[s];
                int[] observed = [.. Enumerable.Range(0, series.Count).Where(series.IsObserved)];
                TimeSeries last = splits[0].HeldOut.Series[s];
                int length = Enumerable.Range(0, last.Count).Count(last.IsObserved);
                int cut = observed.Length - length - (origin * (Spacing ?? Math.Max(1, length / 2)));
                if (length > 0 && cut >= MinimumTraining)
                {
                    training.Add(series.Slice(0, observed[cut]));
                    heldOut.Add(series.Slice(observed[cut], observed[cut + length - 1] + 1 - observed[cut]));
                }
            }

            if (training.Count == 0)
            {
                break;
            }

            splits.Add(new HoldOutSplit(set.WithSeries(training), set.WithSeries(heldOut)));
        }

        return splits;
    }

    /// <summary>Fits and scores methods at every origin.</summary>
    /// <param name="set">The series.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="progress">Is told of each method before it is fitted; null for nobody.</param>
    /// <param name="cancellation">Stops the evaluation.</param>
    /// <returns>The scores.</returns>
    /// <exception cref="SeriesException">A series would keep fewer than two observed points before the last origin.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    /// <remarks>A method that fails at an origin has no scores: it is no error, and <see cref="RollingResult.Forecasts"/> say why.</remarks>
    public RollingResult Evaluate(
        TimeSeriesSet set, IReadOnlyList<IForecaster> methods, IProgress<RollingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return Evaluate(Split(set), methods, Known, Spread, progress, cancellation);
    }

    /// <summary>Fits and scores methods on given splits, such as a hold-out.</summary>
    /// <param name="splits">What is learned from and what is forecast.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="known">What is known beforehand, for the season that errors are scaled by; null for nothing.</param>
    /// <param name="progress">Is told of each method before it is fitted; null for nobody.</param>
    /// <param name="cancellation">Stops the evaluation.</param>
    /// <returns>The scores.</returns>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public static RollingResult Evaluate(
        IReadOnlyList<HoldOutSplit> splits, IReadOnlyList<IForecaster> methods, ForecastOptions? known = null, IProgress<RollingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        return Evaluate(splits, methods, known, null, progress, cancellation);
    }

    private static RollingResult Evaluate(
        IReadOnlyList<HoldOutSplit> splits, IReadOnlyList<IForecaster> methods, ForecastOptions? known, Func<int, Func<int, byte[]>, IReadOnlyList<byte[]>>? spread,
        IProgress<RollingProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(methods);
        int count = splits.Count * methods.Count;
        RollingForecast[] forecasts = spread is null
            ? [.. Enumerable.Range(0, count).Select(Piece)]
            : [.. spread(count, i => RollingForecastBytes.Of(Piece(i))).Select((x, i) => RollingForecastBytes.From(x, methods[i % methods.Count].Name, i / methods.Count, splits))];
        IEnumerable<ForecastScore> scores = forecasts.SelectMany(x => x.Forecast is null
            ? ForecastScore.None(x.Method, x.Origin, splits[x.Origin], known ?? new ForecastOptions())
            : ForecastScore.Of(x.Method, x.Origin, splits[x.Origin], x.Forecast, known));
        return new RollingResult(splits, [.. methods.Select(static x => x.Name)], [.. scores], forecasts);

        RollingForecast Piece(int number)
        {
            (int origin, int m) = (number / methods.Count, number % methods.Count);
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new RollingProgress(methods[m].Name, origin, splits.Count));
            try
            {
                IFittedForecaster fitted = methods[m].Fit(splits[origin].Training, cancellation);
                return new RollingForecast(methods[m].Name, origin, fitted.Predict(splits[origin].HeldOut), fitted.Descriptions, null);
            }
            catch (NeuralOdeException e)
            {
                // One method that fails at one origin must not hide what the others can do.
                return new RollingForecast(methods[m].Name, origin, null, [], e);
            }
        }
    }
}

/// <summary>What an evaluation is about to do.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Origin">The origin, from 0, which is the last in time.</param>
/// <param name="Origins">How many origins there are.</param>
public sealed record RollingProgress(string Method, int Origin, int Origins);

/// <summary>What one method forecast from one origin.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Origin">The origin, from 0, which is the last in time.</param>
/// <param name="Forecast">The forecast; null where the method failed.</param>
/// <param name="Descriptions">What the method found and chose for each component, in words.</param>
/// <param name="Failure">Why it failed; null where it did not.</param>
public sealed record RollingForecast(
    string Method, int Origin, ForecastDistribution? Forecast, IReadOnlyList<string> Descriptions, NeuralOdeException? Failure);
