using NeuralOde.Series.Evaluation;

namespace NeuralOde.Series.Forecasting;

/// <summary>The scores of methods at several origins.</summary>
public sealed class RollingResult
{
    internal RollingResult(IReadOnlyList<HoldOutSplit> splits, IReadOnlyList<string> methods, IReadOnlyList<ForecastScore> scores, IReadOnlyList<RollingForecast> forecasts) =>
        (Splits, Methods, Scores, Forecasts) = (splits, methods, scores, forecasts);

    /// <summary>What was learned from and what was forecast, the last origin first.</summary>
    public IReadOnlyList<HoldOutSplit> Splits { get; }

    /// <summary>The methods' names.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>A score for each origin, method and component.</summary>
    public IReadOnlyList<ForecastScore> Scores { get; }

    /// <summary>What each method forecast from each origin, in the order of the origins.</summary>
    public IReadOnlyList<RollingForecast> Forecasts { get; }

    /// <summary>The scores of one method for one component, as means over the origins, in which each forecast value has the same weight.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="component">The component's name.</param>
    /// <returns>The mean; its origin is −1.</returns>
    /// <exception cref="ArgumentException">There are no such scores.</exception>
    public ForecastScore Mean(string method, string component)
    {
        ForecastScore[] all = [.. Scores.Where(x => x.Method == method && x.Component == component)];
        ArgumentException.ThrowIf(all.Length == 0, $"There are no scores of '{method}' for '{component}'.", nameof(method));
        ForecastScore[] scores = [.. all.Where(static x => x.Count > 0)];
        int count = scores.Sum(static x => x.Count);
        return new ForecastScore(
            method, component, -1, count, Mean(static x => x.Mase), Math.Sqrt(Mean(static x => x.Rmse * x.Rmse)),
            [.. ForecastDistribution.Levels.Select((_, k) => Mean(x => x.Coverage[k]))],
            [.. ForecastDistribution.Levels.Select((_, k) => Mean(x => x.IntervalScore[k]))], Mean(static x => x.Scale));

        double Mean(Func<ForecastScore, double> value) => count == 0 ? double.NaN : scores.Sum(x => x.Count * value(x)) / count;
    }

    /// <summary>The methods for one component, the one with the smallest mean error first.</summary>
    /// <param name="component">The component's name.</param>
    /// <returns>Mean scores over the origins; those without a number come last.</returns>
    public IReadOnlyList<ForecastScore> Ranking(string component) =>
        [.. Methods.Select(x => Mean(x, component)).OrderBy(static x => double.IsNaN(x.Mase) ? double.PositiveInfinity : x.Mase)];
}
