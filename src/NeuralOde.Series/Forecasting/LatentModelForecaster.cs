using NeuralOde.Series.Latent;
using NeuralOde.Series.Latent.Fitting;

namespace NeuralOde.Series.Forecasting;

/// <summary>Forecasts by a latent model: one that is learned anew from each training part, or one that exists and infers its states from each training part.</summary>
public sealed class LatentModelForecaster : IForecaster
{
    private readonly Func<TimeSeriesSet, CancellationToken, LatentForecaster> _model;
    private readonly LatentForecastOptions _options;
    private readonly string _description;

    /// <summary>Learns a latent model from each training part.</summary>
    /// <param name="options">How it is learned; null for the defaults.</param>
    /// <param name="forecasting">How many draws a forecast takes; null for the defaults. The level is not used.</param>
    public LatentModelForecaster(LatentFitOptions? options = null, LatentForecastOptions? forecasting = null)
    {
        _options = forecasting ?? new LatentForecastOptions();
        _description = "a latent model learned from what series have in common";
        _model = (training, cancellation) =>
        {
            LatentForecaster model = LatentSeriesFitter.Fit(training, options, cancellationToken: cancellation).Forecaster;
            cancellation.ThrowIfCancellationRequested();
            return model;
        };
    }

    /// <summary>Keeps a model as it is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="forecasting">How many draws a forecast takes; null for the defaults. The level is not used.</param>
    public LatentModelForecaster(LatentForecaster model, LatentForecastOptions? forecasting = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = forecasting ?? new LatentForecastOptions();
        _description = "a latent model that existed before";
        _model = (_, _) => model;
    }

    /// <inheritdoc/>
    public string Name => "latent";

    /// <inheritdoc/>
    /// <exception cref="SeriesException">There is one series only, or its components are not those of the model.</exception>
    public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        return new Fitted(_model(training, cancellation), training, _options, _description);
    }

    private sealed class Fitted(LatentForecaster model, TimeSeriesSet training, LatentForecastOptions options, string description) : IFittedForecaster
    {
        public IReadOnlyList<string> Descriptions { get; } = [.. training.Components.Select(_ => description)];

        public ForecastDistribution Predict(TimeSeriesSet at)
        {
            // The same seed draws the same states for each level, so the bands lie within one another.
            SeriesForecast[] bands = [.. ForecastDistribution.Levels.Select(level => model.Predict(training, at, options with { Level = level }))];
            return new ForecastDistribution([.. bands.Reverse().Select(static x => x.Lower), bands[0].Mean, .. bands.Select(static x => x.Upper)]);
        }
    }
}
