namespace NeuralOde.Series.Forecasting.Components;

/// <summary>Quantiles of normal distributions at the probabilities of forecasts.</summary>
internal static class NormalQuantiles
{
    /// <summary>The standard normal distribution's, from tables: Abramowitz and Stegun 1964, table 26.5.</summary>
    private static readonly double[] s_standard =
        [-1.959963984540054, -1.2815515655446004, -0.6744897501960817, 0, 0.6744897501960817, 1.2815515655446004, 1.959963984540054];

    private static readonly double[] s_probabilities = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975];

    /// <summary>The probabilities of the quantiles.</summary>
    public static IReadOnlyList<double> Probabilities => s_probabilities;

    /// <summary>The number of quantiles.</summary>
    public static int Count => s_standard.Length;

    /// <summary>The index of the median.</summary>
    public static int Median => s_standard.Length / 2;

    /// <summary>The standard normal quantiles.</summary>
    public static ReadOnlySpan<double> Standard => s_standard;

    /// <summary>Writes the quantiles of one normal distribution, cut at bounds.</summary>
    public static void Write(double mean, double deviation, double low, double high, Span<double> quantiles)
    {
        for (int k = 0; k < s_standard.Length; k++)
        {
            quantiles[k] = Math.Clamp(mean + (s_standard[k] * deviation), low, high);
        }
    }
}
