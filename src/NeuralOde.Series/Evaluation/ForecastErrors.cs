namespace NeuralOde.Series.Evaluation;

/// <summary>How far a forecast is from observations: the root-mean-square error over the values that were observed, of each component and of all.</summary>
public sealed class ForecastErrors
{
    private ForecastErrors(IReadOnlyList<string> components, double[] squares, int[] counts)
    {
        Components = components;
        Counts = counts;
        Rmse = [.. squares.Select((square, i) => Math.Sqrt(square / counts[i]))];
        Count = counts.Sum();
        PooledRmse = Math.Sqrt(squares.Sum() / Count);
    }

    /// <summary>The components' names.</summary>
    public IReadOnlyList<string> Components { get; }

    /// <summary>The error of each component; NaN where nothing was observed, or where the forecast has no value.</summary>
    public IReadOnlyList<double> Rmse { get; }

    /// <summary>The number of observed values of each component.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The error over all observed values of all components, each value with the same weight.</summary>
    public double PooledRmse { get; }

    /// <summary>The number of observed values.</summary>
    public int Count { get; }

    /// <summary>Compares a forecast with observations.</summary>
    /// <param name="observed">The observations, in natural values.</param>
    /// <param name="forecast">The forecast, in natural values: the same series with the same number of points, in the same order.</param>
    /// <param name="scale">The scale of the comparison.</param>
    /// <param name="standardization">The map of the training data; needed for <see cref="ErrorScale.Standardized"/> only.</param>
    /// <returns>The errors. A forecast that is missing, or has no logarithm, where something was observed makes its component's error NaN: it is not passed over.</returns>
    /// <exception cref="ArgumentException">The two sets do not match, or the standardization is missing or does not fit.</exception>
    public static ForecastErrors Between(
        TimeSeriesSet observed, TimeSeriesSet forecast, ErrorScale scale = ErrorScale.Natural, Standardization? standardization = null)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(forecast);
        CheckMatch(observed, forecast);
        Func<double, int, double> map = Map(observed, scale, standardization);
        double[] squares = new double[observed.Components.Count];
        int[] counts = new int[squares.Length];
        for (int s = 0; s < observed.Series.Count; s++)
        {
            for (int point = 0; point < observed.Series[s].Count; point++)
            {
                for (int c = 0; c < squares.Length; c++)
                {
                    double truth = observed.Series[s][point, c];
                    if (double.IsNaN(truth))
                    {
                        continue;
                    }

                    double error = map(forecast.Series[s][point, c], c) - map(truth, c);
                    squares[c] += error * error;
                    counts[c]++;
                }
            }
        }

        return new ForecastErrors(observed.Components, squares, counts);
    }

    private static Func<double, int, double> Map(TimeSeriesSet observed, ErrorScale scale, Standardization? standardization)
    {
        switch (scale)
        {
            case ErrorScale.Natural:
                return (value, _) => value;
            case ErrorScale.Logarithmic:
                bool[] isLog = Enumerable.Range(0, observed.Components.Count).Select(observed.IsLog).ToArray();
                return (value, c) => isLog[c] ? Log(value) : value;
            case ErrorScale.Standardized:
                IReadOnlyList<ComponentScale>? scales = standardization?.Components;
                ArgumentException.ThrowIf(
                    scales is null || !scales.Select(component => component.Name).SequenceEqual(observed.Components),
                    "Standardized errors need the standardization of the same components.", nameof(standardization));
                return (value, c) => scales[c].IsLog && !(value > 0) ? double.NaN : scales[c].Standardize(value);
            default:
                throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be natural, logarithmic or standardized.");
        }
    }

    /// <summary>A forecast at or below 0 has no error on a logarithmic scale; NaN says so.</summary>
    private static double Log(double value) => value > 0 ? Math.Log(value) : double.NaN;

    private static void CheckMatch(TimeSeriesSet observed, TimeSeriesSet forecast)
    {
        ArgumentException.ThrowIf(
            !observed.Components.SequenceEqual(forecast.Components),
            $"The forecast has the components {string.Join(", ", forecast.Components)}; the observations have {string.Join(", ", observed.Components)}.", nameof(forecast));
        ArgumentException.ThrowIf(
            observed.Series.Count != forecast.Series.Count, $"The forecast has {forecast.Series.Count} series; the observations have {observed.Series.Count}.", nameof(forecast));
        foreach ((TimeSeries truth, TimeSeries predicted) in observed.Series.Zip(forecast.Series))
        {
            ArgumentException.ThrowIf(
                truth.Id != predicted.Id || truth.Count != predicted.Count,
                $"The forecast's series '{predicted.Id}' with {predicted.Count} points stands where the observations have '{truth.Id}' with {truth.Count}.", nameof(forecast));
            for (int i = 0; i < truth.Count; i++)
            {
                // A thousandth of the gap: times that went through a model's unit and back differ by rounding.
                double gap = truth.Count == 1 ? Math.Max(1, Math.Abs(truth.Times[i])) : truth.Times[Math.Max(1, i)] - truth.Times[Math.Max(1, i) - 1];
                ArgumentException.ThrowIf(
                    Math.Abs(truth.Times[i] - predicted.Times[i]) > 1e-3 * gap,
                    $"The forecast's series '{predicted.Id}' has the time {predicted.Times[i]:R} where the observations have {truth.Times[i]:R}.", nameof(forecast));
            }
        }
    }
}
