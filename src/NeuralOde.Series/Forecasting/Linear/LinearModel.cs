using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>A linear model that was fitted to one or more series: they share its parameters, and each has coefficients of its own.</summary>
internal sealed class LinearModel
{
    private readonly IReadOnlyList<ComponentSeries> _series;
    private readonly int _inputs;

    public LinearModel(LinearStructure structure, double[] parameters, IReadOnlyList<ComponentSeries> series, int inputs, double variance, double criterion)
    {
        (Structure, Parameters, _series, _inputs, Variance, Criterion) = (structure, parameters, series, inputs, variance, criterion);
    }

    public LinearStructure Structure { get; }

    public double[] Parameters { get; }

    /// <summary>The variance of the noise.</summary>
    public double Variance { get; }

    /// <summary>Akaike's criterion, corrected for small samples (Hurvich and Tsai 1989); lower is better.</summary>
    public double Criterion { get; }

    /// <summary>Forecasts one series.</summary>
    /// <param name="series">Its index.</param>
    /// <param name="times">Rising times after its last value.</param>
    /// <param name="inputs">The inputs' values there.</param>
    /// <returns>Means and standard deviations of the next observations.</returns>
    public (double[] Means, double[] Deviations) Forecast(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
    {
        double[] means = new double[times.Length], variances = new double[times.Length];
        ComponentSeries known = _series[series];
        if (known.Count == 0)
        {
            ComponentSeries[] others = [.. _series.Where(static x => x.Count > 0)];
            double mean = others.Average(static x => x.Values.Average()), spread = others.SelectMany(static x => x.Values).Average(x => (x - mean) * (x - mean));
            Array.Fill(means, mean);
            Array.Fill(variances, Math.Sqrt(spread));
            return (means, variances);
        }

        var filter = new LinearFilter(Structure, Parameters, _inputs);
        filter.Run(known);
        double[] coefficients = [.. filter.Product], factor = [.. filter.Information];
        _ = Cholesky.Factor(factor, filter.Columns);
        Cholesky.SolveLower(factor, coefficients);
        Cholesky.SolveUpper(factor, coefficients);
        filter.Forecast(times, inputs, coefficients, factor, means, variances);
        for (int i = 0; i < variances.Length; i++)
        {
            variances[i] = Math.Sqrt(Variance * variances[i]);
        }

        return (means, variances);
    }
}
