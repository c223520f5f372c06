using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>A fitted model for each component.</summary>
internal sealed class FittedComponents(TimeSeriesSet training, ForecastData data, IComponentModel[] models) : IFittedForecaster
{
    public IReadOnlyList<string> Descriptions { get; } = [.. models.Select(static x => x.Description)];

    public ForecastDistribution Predict(TimeSeriesSet at)
    {
        ArgumentNullException.ThrowIfNull(at);
        ArgumentException.ThrowIf(
            !at.Components.SequenceEqual(training.Components) || !at.Inputs.SequenceEqual(training.Inputs),
            $"The components or inputs to forecast are not those of the training set: {string.Join(", ", training.Components)}.", nameof(at));
        TimeSeries? incomplete = at.Series.FirstOrDefault(static x => x.InputValues.ToArray().Any(static value => !double.IsFinite(value)));
        SeriesException.ThrowIf(
            incomplete is not null, SeriesReason.InputMissing,
            $"An input has no value at a time that is to be forecast{(incomplete?.Id.Length > 0 ? $", of series '{incomplete.Id}'" : "")}.");
        int components = at.Components.Count;
        TimeSeries[][] quantiles = [.. Enumerable.Range(0, NormalQuantiles.Count).Select(_ => new TimeSeries[at.Series.Count])];
        for (int s = 0; s < at.Series.Count; s++)
        {
            TimeSeries series = at.Series[s];
            int index = data.IndexOf(series.Id);
            double[] times = [.. series.Times.ToArray().Select(data.Grid.ToGrid)];
            double[][] values = [.. Enumerable.Range(0, NormalQuantiles.Count).Select(_ => new double[series.Count * components])];
            for (int c = 0; c < components; c++)
            {
                double[] forecast = models[c].Quantiles(index, times, series.InputValues);
                for (int i = 0; i < forecast.Length; i++)
                {
                    values[i % NormalQuantiles.Count][(i / NormalQuantiles.Count * components) + c] = forecast[i];
                }
            }

            for (int k = 0; k < quantiles.Length; k++)
            {
                quantiles[k][s] = series.WithValues(values[k]);
            }
        }

        return new ForecastDistribution([.. quantiles.Select(at.WithSeries)]);
    }
}
