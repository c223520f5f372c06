namespace NeuralOde.Series.Forecasting;

/// <summary>A way to forecast series: it learns from their past, and then gives distributions of what follows. Immutable.</summary>
public interface IForecaster
{
    /// <summary>What the method is called in tables, such as <c>seasonal naive</c>.</summary>
    string Name { get; }

    /// <summary>Learns from series. What is not in them has no influence on the forecast, except for the values of inputs that are given to it.</summary>
    /// <param name="training">The series; missing values are NaN.</param>
    /// <param name="cancellation">Stops the fit.</param>
    /// <returns>What was learned.</returns>
    /// <exception cref="SeriesException">A component has no value at all.</exception>
    /// <exception cref="OperationCanceledException">The fit was canceled.</exception>
    IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default);
}

/// <summary>A method that has learned from series and forecasts them.</summary>
public interface IFittedForecaster
{
    /// <summary>What was found and chosen for each component, in words.</summary>
    IReadOnlyList<string> Descriptions { get; }

    /// <summary>Forecasts series at given times.</summary>
    /// <param name="at">Series of the training set, by id, with times after the end of their training part; only times and inputs are read, not values.</param>
    /// <returns>Distributions at these times.</returns>
    /// <exception cref="ArgumentException">A series was not in the training set, or the components differ.</exception>
    ForecastDistribution Predict(TimeSeriesSet at);
}
