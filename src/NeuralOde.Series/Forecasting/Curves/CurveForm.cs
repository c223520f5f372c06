namespace NeuralOde.Series.Forecasting.Curves;

/// <summary>
/// A curve of known form for series of one kind, such as growth or a concentration after a dose. Times are in lengths of the series, values in units of their size, so that
/// the same starts serve all data. Rates are logarithms.
/// </summary>
internal sealed class CurveForm
{
    private CurveForm(string name, Function value, double[] spreads, params double[][] starts) => (Name, Value, Spreads, Starts) = (name, value, spreads, starts);

    /// <summary>The value of a curve.</summary>
    public delegate double Function(double time, ReadOnlySpan<double> parameters);

    public string Name { get; }

    public Function Value { get; }

    /// <summary>How much each parameter may differ between series at first.</summary>
    public double[] Spreads { get; }

    /// <summary>Where the search begins; the best of several starts is kept.</summary>
    public double[][] Starts { get; }

    public int Parameters => Spreads.Length;

    /// <summary>All forms.</summary>
    public static IReadOnlyList<CurveForm> All { get; } =
    [
        new("straight line", static (t, p) => p[0] + (p[1] * t), [0.5, 0.5], [0.5, 0]),
        new("exponential", static (t, p) => p[0] * Math.Exp(p[1] * t), [0.5, 0.5], [1, -1], [0.3, 1]),
        new("exponential approach", static (t, p) => p[0] + (p[1] * Math.Exp(-Rate(p[2]) * t)), [0.5, 0.5, 0.5], [1, -1, 1], [0, 1, 1]),
        new(
            "absorption and elimination", static (t, p) => p[0] * (Math.Exp(-Rate(p[1]) * t) - Math.Exp(-(Rate(p[1]) + Rate(p[2])) * t)), [0.5, 0.5, 0.5],
            [1.2, 0, 2.5], [1.2, 1, 3.5]),
        new(
            "two exponentials", static (t, p) => (p[0] * Math.Exp(-Rate(p[1]) * t)) + (p[2] * Math.Exp(-(Rate(p[1]) + Rate(p[3])) * t)), [0.5, 0.5, 0.5, 0.5],
            [0.3, 0, 0.7, 2], [1, 0, -1, 2.3]),
        new("logistic", static (t, p) => p[0] / (1 + Math.Exp((p[1] - t) / Rate(p[2]))), [0.5, 0.3, 0.5], [1.2, 0.5, -1.5], [1, 0.3, -1]),
        new("Gompertz", static (t, p) => p[0] * Math.Exp(-Math.Exp(Math.Min(p[1] - (Rate(p[2]) * t), 30))), [0.5, 0.5, 0.5], [1.2, 1, 1], [1.5, 1, 0]),
    ];

    /// <summary>Far from what any data can tell, numbers stay numbers.</summary>
    private static double Rate(double x) => Math.Exp(Math.Clamp(x, -12, 12));
}
