using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>How good one method's forecast of one component from one origin is. Errors are in units of the training part's own changes, so that they can be compared.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Component">The component's name.</param>
/// <param name="Origin">The origin, from 0, which is the last in time.</param>
/// <param name="Count">The number of observed values that were forecast.</param>
/// <param name="Mase">
/// The mean absolute error of the median over <paramref name="Scale"/> (Hyndman and Koehler 2006); NaN where nothing was observed or the scale is 0.
/// </param>
/// <param name="Rmse">The root-mean-square error of the median, in natural values.</param>
/// <param name="Coverage">For each of <see cref="ForecastDistribution.Levels"/>, the share of values within the band.</param>
/// <param name="IntervalScore">
/// For each of the levels, the mean interval score over <paramref name="Scale"/>: the width of the band, and 2/(1 − level) times the distance of each value outside it
/// (Gneiting and Raftery 2007, equation 43). Lower is better.
/// </param>
/// <param name="Scale">The mean absolute change from one value to the next in the training part, or from season to season where there is one.</param>
public sealed record ForecastScore(
    string Method, string Component, int Origin, int Count, double Mase, double Rmse, IReadOnlyList<double> Coverage, IReadOnlyList<double> IntervalScore, double Scale)
{
    /// <summary>Scores a forecast.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="origin">The origin.</param>
    /// <param name="split">What was learned from, and what was to be forecast.</param>
    /// <param name="forecast">The forecast of the second part.</param>
    /// <param name="options">What was known beforehand, for the season; null for nothing.</param>
    /// <returns>A score for each component.</returns>
    /// <exception cref="ArgumentException">The forecast is of other series or times.</exception>
    public static IReadOnlyList<ForecastScore> Of(string method, int origin, HoldOutSplit split, ForecastDistribution forecast, ForecastOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(forecast);
        _ = forecast.Coverage(split.HeldOut, ForecastDistribution.Levels[0]);
        var data = ForecastData.Of(split.Training, options ?? new ForecastOptions());
        return [.. Enumerable.Range(0, split.HeldOut.Components.Count).Select(c => One(method, origin, c, split.HeldOut, forecast, ScaleOf(data.Components[c])))];
    }

    /// <summary>The scores of a method that gave no forecast: the values were there, and all errors are NaN.</summary>
    internal static IReadOnlyList<ForecastScore> None(string method, int origin, HoldOutSplit split, ForecastOptions options)
    {
        var data = ForecastData.Of(split.Training, options);
        double[] nothing = [.. ForecastDistribution.Levels.Select(static _ => double.NaN)];
        return [.. Enumerable.Range(0, split.HeldOut.Components.Count).Select(c => new ForecastScore(
            method, split.HeldOut.Components[c], origin, split.HeldOut.Series.Sum(x => x.ObservedCount(c)), double.NaN, double.NaN, nothing, nothing,
                ScaleOf(data.Components[c])))];
    }

    private static ForecastScore One(string method, int origin, int component, TimeSeriesSet heldOut, ForecastDistribution forecast, double scale)
    {
        IReadOnlyList<double> levels = ForecastDistribution.Levels;
        double[] inside = new double[levels.Count], scores = new double[levels.Count];
        double absolute = 0, squares = 0;
        int count = 0;
        for (int s = 0; s < heldOut.Series.Count; s++)
        {
            for (int i = 0; i < heldOut.Series[s].Count; i++)
            {
                double truth = heldOut.Series[s][i, component];
                if (double.IsNaN(truth))
                {
                    continue;
                }

                double error = forecast.Median.Series[s][i, component] - truth;
                absolute += Math.Abs(error);
                squares += error * error;
                count++;
                for (int k = 0; k < levels.Count; k++)
                {
                    double low = forecast.Lower(levels[k]).Series[s][i, component], high = forecast.Upper(levels[k]).Series[s][i, component];
                    inside[k] += truth >= low && truth <= high ? 1 : 0;
                    scores[k] += high - low + (2 / (1 - levels[k]) * (Math.Max(0, low - truth) + Math.Max(0, truth - high)));
                }
            }
        }

        double unit = scale > 0 ? scale : double.NaN;
        return new ForecastScore(
            method, heldOut.Components[component], origin, count, absolute / count / unit, Math.Sqrt(squares / count),
            [.. inside.Select(x => x / count)], [.. scores.Select(x => x / count / unit)], scale);
    }

    /// <summary>The mean absolute change from value to value, or from season to season where one was found.</summary>
    internal static double ScaleOf(ComponentData data)
    {
        double sum = 0;
        int count = 0;
        foreach (ComponentSeries series in data.Series)
        {
            int lag = data.Period is { } period ? (int)Math.Round(period) : 1;
            lag = lag < series.Count ? lag : 1;
            for (int i = lag; i < series.Count; i++)
            {
                sum += Math.Abs(series.Values[i] - series.Values[i - lag]);
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }
}
