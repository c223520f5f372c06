using NeuralOde.Series.Fitting;
using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Models;
using NeuralOde.Series.Scaling;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Forecasts by dynamics of the columns themselves, which <see cref="SeriesFitter"/> learns anew from each training part. Its bands are normal and as wide as the residuals
/// of the fit: they do not widen with the horizon, unless <see cref="CalibratedForecaster"/> stretches them.
/// </summary>
/// <param name="options">How the dynamics are learned; null for the defaults.</param>
/// <param name="known">What is known of the series beforehand, for the bounds; null for nothing.</param>
public sealed class FieldForecaster(SeriesFitOptions? options = null, ForecastOptions? known = null) : IForecaster
{
    /// <inheritdoc/>
    public string Name => "field";

    /// <inheritdoc/>
    /// <exception cref="SeriesException">A series has fewer than two observed points, or a component has no value at all.</exception>
    /// <exception cref="TrainingException">The solves fail again and again.</exception>
    public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        SeriesFit fit;
        try
        {
            fit = SeriesFitter.Fit(training, options, cancellationToken: cancellation);
        }
        catch (OdeSolveException e)
        {
            throw new TrainingException(
                TrainingFailureReason.StepsKeepFailing, "The dynamics learned so far could not be solved over longer pieces.", "Try a smaller learning rate.", e);
        }

        cancellation.ThrowIfCancellationRequested();
        string how = fit.PieceLength is { } length ? $"dynamics learned over pieces of about {length} observations" : "dynamics learned over whole series";
        return new Fitted(fit.Model, how, training, known ?? new ForecastOptions());
    }

    /// <summary>Dynamics that were learned, with the spread of their residuals.</summary>
    internal sealed class Fitted : IFittedForecaster
    {
        private readonly SeriesModel _model;
        private readonly double[] _deviations;
        private readonly (double Low, double High)[] _bounds;

        public Fitted(SeriesModel model, string how, TimeSeriesSet training, ForecastOptions known)
        {
            _bounds = [.. ForecastData.Of(training, known).Components.Select(static x => (x.Low, x.High))];
            _model = model;
            _deviations = Residuals(training);
            Descriptions = [.. training.Components.Select(_ => how)];
        }

        public IReadOnlyList<string> Descriptions { get; }

        public SeriesModel Model => _model;

        public ForecastDistribution Predict(TimeSeriesSet at)
        {
            TimeSeriesSet forecast = _model.Predict(at);
            double[] standard = NormalQuantiles.Standard.ToArray();
            return new ForecastDistribution([.. standard.Select(z => forecast.WithSeries([.. forecast.Series.Select(x => Moved(x, z))]))]);
        }

        private TimeSeries Moved(TimeSeries forecast, double deviations)
        {
            double[] values = forecast.Values.ToArray();
            for (int i = 0; i < values.Length; i++)
            {
                int c = i % forecast.Components;
                ComponentScale scale = _model.Scaling.Components[c];
                values[i] = Math.Clamp(scale.Restore(scale.Standardize(values[i]) + (deviations * _deviations[c])), _bounds[c].Low, _bounds[c].High);
            }

            return forecast.WithValues(values);
        }

        /// <summary>The root mean square of each component's residuals, standardized.</summary>
        private double[] Residuals(TimeSeriesSet training)
        {
            double[] squares = new double[training.Components.Count];
            int[] counts = new int[squares.Length];
            foreach (TimeSeries series in training.Series)
            {
                int first = Enumerable.Range(0, series.Count).First(series.IsObserved);
                TimeSeries known = series.Slice(first, series.Count - first);
                TimeSeries fit = _model.Predict(_model.PathOf(series.Id), known.Times);
                for (int i = 0; i < known.Count; i++)
                {
                    for (int c = 0; c < squares.Length; c++)
                    {
                        if (!double.IsNaN(known[i, c]))
                        {
                            double error = _model.Scaling.Components[c].Standardize(fit[i, c]) - _model.Scaling.Components[c].Standardize(known[i, c]);
                            squares[c] += error * error;
                            counts[c]++;
                        }
                    }
                }
            }

            return [.. squares.Select((x, c) => Math.Sqrt(x / counts[c]))];
        }
    }
}
