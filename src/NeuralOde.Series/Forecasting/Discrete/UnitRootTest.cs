namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>The test of Kwiatkowski, Phillips, Schmidt and Shin (1992) for a stationary level.</summary>
internal static class UnitRootTest
{
    /// <summary>The critical value at 5 %, from table 1 of the paper.</summary>
    private const double Critical = 0.463;

    /// <summary>Whether the level may be stationary.</summary>
    public static bool IsStationary(double[] values)
    {
        int n = values.Length, lags = (int)(3 * Math.Sqrt(n) / 13);
        double mean = values.Average(), partial = 0, sum = 0;
        double[] rest = Array.ConvertAll(values, x => x - mean);
        foreach (double x in rest)
        {
            partial += x;
            sum += partial * partial;
        }

        double variance = rest.Sum(static x => x * x) / n;
        for (int lag = 1; lag <= lags; lag++)
        {
            double product = 0;
            for (int i = lag; i < n; i++)
            {
                product += rest[i] * rest[i - lag];
            }

            variance += 2 * (1 - (lag / (lags + 1.0))) * product / n;
        }

        return !(variance > 0) || sum / ((double)n * n * variance) <= Critical;
    }
}
