using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Stretches the bands of another method by what the last fifth of what is learned from asks for, near and far apart. The method is fitted twice: without that part, and with
/// everything. Bands of a network know nothing of how its errors grow; these do.
/// </summary>
/// <param name="inner">The method.</param>
/// <param name="known">What is known of the series beforehand; null for nothing.</param>
public sealed class CalibratedForecaster(IForecaster inner, ForecastOptions? known = null) : IForecaster
{
    /// <summary>A band that is as wide as residuals is a guess: a single trial counts as much.</summary>
    private const double Prior = 1;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        BandCalibration[]? calibrations = null;
        try
        {
            HoldOutSplit split = HoldOut.Fraction(0.2).Split(training);
            ForecastDistribution forecast = inner.Fit(split.Training, cancellation).Predict(split.HeldOut);
            calibrations = [.. Enumerable.Range(0, training.Components.Count).Select(c => BandCalibration.Of(Trials(split, forecast, c), [1], Prior))];
        }
        catch (NeuralOdeException)
        {
            // Series that are too short to be parted keep the method's own bands.
        }

        IFittedForecaster fitted = inner.Fit(training, cancellation);
        return calibrations is null ? fitted : new Fitted(fitted, training, known ?? new ForecastOptions(), calibrations);
    }

    private static List<OriginTrials.Trial> Trials(HoldOutSplit split, ForecastDistribution forecast, int component)
    {
        List<OriginTrials.Trial> trials = [];
        for (int s = 0; s < split.HeldOut.Series.Count; s++)
        {
            TimeSeries before = split.Training.Series[s], after = split.HeldOut.Series[s];
            int[] rows = [.. Enumerable.Range(0, after.Count).Where(i => !double.IsNaN(after[i, component]))];
            if (rows.Length > 0)
            {
                double[] quantiles = [.. rows.SelectMany(i => ForecastDistribution.Probabilities.Select(p => forecast.Quantile(p).Series[s][i, component]))];
                trials.Add(new OriginTrials.Trial(
                    [.. rows.Select(i => after.Times[i] - before.Times[^1])], [.. rows.Select(i => after[i, component])], [quantiles], 1, Length(before), 0));
            }
        }

        return trials;
    }

    private static double Length(TimeSeries series) => Math.Max(series.Times[^1] - series.Times[0], double.Epsilon);

    private sealed class Fitted(IFittedForecaster inner, TimeSeriesSet training, ForecastOptions known, BandCalibration[] calibrations) : IFittedForecaster
    {
        private readonly (double Low, double High)[] _bounds = [.. ForecastData.Of(training, known).Components.Select(static x => (x.Low, x.High))];

        public IReadOnlyList<string> Descriptions => inner.Descriptions;

        public ForecastDistribution Predict(TimeSeriesSet at)
        {
            ForecastDistribution forecast = inner.Predict(at);
            int components = at.Components.Count;
            double[][][] values = [.. ForecastDistribution.Probabilities.Select(p => (double[][])[.. forecast.Quantile(p).Series.Select(static x => x.Values.ToArray())])];
            double[] quantiles = new double[NormalQuantiles.Count];
            for (int s = 0; s < at.Series.Count; s++)
            {
                TimeSeries learned = training.Series.First(x => x.Id == at.Series[s].Id);
                for (int i = 0; i < values[0][s].Length; i++)
                {
                    for (int k = 0; k < quantiles.Length; k++)
                    {
                        quantiles[k] = values[k][s][i];
                    }

                    int c = i % components;
                    calibrations[c].Stretch((at.Series[s].Times[i / components] - learned.Times[^1]) / Length(learned), quantiles, _bounds[c].Low, _bounds[c].High);
                    for (int k = 0; k < quantiles.Length; k++)
                    {
                        values[k][s][i] = quantiles[k];
                    }
                }
            }

            return new ForecastDistribution([.. ForecastDistribution.Probabilities.Select((p, k) =>
            {
                TimeSeriesSet own = forecast.Quantile(p);
                return own.WithSeries([.. own.Series.Select((x, s) => x.WithValues(values[k][s]))]);
            })]);
        }
    }
}
