using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Forecasting;

/// <summary>The methods that forecast tables.</summary>
public static class Forecasters
{
    /// <summary>A simple forecast.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="options">What is known beforehand; null for nothing.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException">There is no such baseline.</exception>
    public static IForecaster Of(Baseline kind, ForecastOptions? options = null)
    {
        ArgumentException.ThrowIf(!Enum.IsDefined(kind), $"There is no baseline {kind}.", nameof(kind));
        return new ComponentForecaster(new BaselineMethod(kind), options ?? new ForecastOptions());
    }

    /// <summary>All simple forecasts, in the order of <see cref="Baseline"/>.</summary>
    /// <param name="options">What is known beforehand; null for nothing.</param>
    /// <returns>The methods.</returns>
    public static IReadOnlyList<IForecaster> Baselines(ForecastOptions? options = null) => [.. Enum.GetValues<Baseline>().Select(kind => Of(kind, options))];

    /// <summary>
    /// Linear stochastic differential equations with hidden states (trend, season, cycles, autoregression), filtered exactly at irregular times with missing values, and
    /// fitted by maximum restricted likelihood. The structures and transforms that Akaike's criterion supports are averaged.
    /// </summary>
    /// <param name="options">What is known beforehand; null for nothing.</param>
    /// <returns>The method.</returns>
    public static IForecaster Linear(ForecastOptions? options = null) => new ComponentForecaster(new LinearMethod(), options ?? new ForecastOptions());
}
