using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>What methods for grids have in common when they forecast.</summary>
internal static class GridForecast
{
    /// <summary>Reads forecasts of whole steps at any times, within the component's bounds: between two steps by a line.</summary>
    public static double[] At(ComponentData data, int series, ReadOnlySpan<double> times, Func<int, double[]> forecast)
    {
        const int MostSteps = 100_000;
        double end = data.Series[series].Times[^1];
        int steps = (int)Math.Min(MostSteps, Math.Ceiling(Math.Max(1, times[^1] - end - 1e-6)));
        double[] whole = forecast(steps), quantiles = new double[times.Length * NormalQuantiles.Count];
        for (int i = 0; i < times.Length; i++)
        {
            double place = Math.Clamp(times[i] - end - 1, 0, steps - 1);
            int below = Math.Min((int)(place + 1e-6), steps - 1), above = Math.Min(below + 1, steps - 1);
            double part = Math.Max(0, place - below);
            for (int k = 0; k < NormalQuantiles.Count; k++)
            {
                double low = whole[(below * NormalQuantiles.Count) + k], high = whole[(above * NormalQuantiles.Count) + k];
                quantiles[(i * NormalQuantiles.Count) + k] = Math.Clamp(low + (part * (high - low)), data.Low, data.High);
            }
        }

        return quantiles;
    }

    /// <summary>The mean of forecasts with the weights of Akaike's criterion.</summary>
    /// <param name="criteria">The models' criteria.</param>
    /// <param name="forecast">Forecasts by the model of an index.</param>
    public static double[] Weighted(double[] criteria, Func<int, double[]> forecast)
    {
        double best = criteria.Min();
        double[] weights = Array.ConvertAll(criteria, x => Math.Exp((best - x) / 2)), mean = [];
        double sum = weights.Sum();
        for (int m = 0; m < criteria.Length; m++)
        {
            if (weights[m] / sum < 0.01)
            {
                continue;
            }

            double[] one = forecast(m);
            mean = mean.Length == 0 ? new double[one.Length] : mean;
            for (int i = 0; i < one.Length; i++)
            {
                mean[i] += weights[m] * one[i];
            }
        }

        double used = weights.Where(x => x / sum >= 0.01).Sum();
        return Array.ConvertAll(mean, x => x / used);
    }
}
