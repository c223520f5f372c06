using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>Forecasts each component by itself, by one method; by its last value where the method needs more.</summary>
internal sealed class ComponentForecaster(IComponentMethod method, ForecastOptions options) : IForecaster
{
    public string Name => method.Name;

    public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default)
    {
        var data = ForecastData.Of(training, options);
        return new FittedComponents(training, data, [.. data.Components.Select(x => method.Fit(x, cancellation) ?? new BaselineMethod(Baseline.LastValue).Fit(x, cancellation)!)]);
    }
}
