using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>
/// Fits linear models by maximum restricted likelihood (Harville 1977), with weak priors on their parameters that keep what short series cannot tell within reason.
/// </summary>
internal sealed class LinearFitter
{
    /// <summary>How many values decide about parameters; of longer series the last ones do.</summary>
    private const int MostValues = 1500;

    private const int Iterations = 40;
    private const double Tolerance = 1e-3;

    private readonly IReadOnlyList<ComponentSeries> _all;
    private readonly IReadOnlyList<ComponentSeries> _used;
    private readonly int _inputs;
    private readonly int _count;
    private readonly double _floor;

    public LinearFitter(IReadOnlyList<ComponentSeries> series)
    {
        _all = series;
        _used = Some(series);
        _count = _used.Sum(static x => x.Count);
        _inputs = series.FirstOrDefault(static x => x.Count > 0) is { } first ? first.Inputs.Length / first.Count : 0;
        double mean = _used.Sum(static x => x.Values.Sum()) / _count;

        // A model that is exact to rounding would have the likelihood ∞.
        _floor = 1e-20 + (1e-14 * _used.Sum(x => x.Values.Sum(v => (v - mean) * (v - mean))));
    }

    /// <summary>The number of values that parameters are fitted to.</summary>
    public int Count => _count;

    /// <summary>Fits a structure.</summary>
    /// <param name="structure">The structure.</param>
    /// <param name="start">Where the search begins; null to look for a start.</param>
    /// <param name="cancellation">Stops the fit.</param>
    /// <returns>The model; null where the series are too short for its coefficients and parameters.</returns>
    public LinearModel? Fit(LinearStructure structure, double[]? start = null, CancellationToken cancellation = default)
    {
        int coefficients = _used.Sum(x => Math.Min(x.Count, structure.Columns + _inputs));
        int freedom = coefficients + structure.Parameters + 1;
        if (_count - freedom - 1 < 1)
        {
            return null;
        }

        (double Center, double Spread)[] priors = [.. structure.Priors()];
        double Objective(double[] x)
        {
            cancellation.ThrowIfCancellationRequested();
            double penalty = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double distance = (x[i] - priors[i].Center) / priors[i].Spread;
                penalty += distance * distance / 2;
            }

            Likelihood likelihood = Evaluate(structure, x, coefficients);
            double value = likelihood.Restricted + penalty;
            return double.IsNaN(value) ? double.PositiveInfinity : value;
        }

        double[] point = start ?? Start(structure, priors, Objective);
        (point, _) = QuasiNewton.Minimize(Objective, point, start is null ? Iterations : Iterations / 3, Tolerance);
        Likelihood best = Evaluate(structure, point, coefficients);
        double criterion = (2 * best.Full) + (2 * freedom) + (2.0 * freedom * (freedom + 1) / (_count - freedom - 1));
        return double.IsFinite(criterion) ? new LinearModel(structure, point, _all, _inputs, best.Variance, criterion) : null;
    }

    /// <summary>The sum of a function over the natural values that parameters are fitted to.</summary>
    public double SumOfUsed(IReadOnlyList<ComponentSeries> natural, Func<double, double> function) =>
        Some(natural).Sum(x => x.Values.Sum(function));

    /// <summary>The series that decide about parameters.</summary>
    private static IReadOnlyList<ComponentSeries> Some(IReadOnlyList<ComponentSeries> series)
    {
        ComponentSeries[] filled = [.. series.Where(static x => x.Count > 0)];
        int each = Math.Max(50, MostValues / filled.Length);
        ComponentSeries[] cut =
        [
            .. filled.Select(x => x.Count <= each ? x : new ComponentSeries(x.Times[^each..], x.Values[^each..], x.Inputs[^(each * (x.Inputs.Length / x.Count))..])),
        ];

        // Of very many series some, evenly spread.
        double step = Math.Max(1, cut.Sum(static x => x.Count) / (2.0 * MostValues));
        return [.. Enumerable.Range(0, (int)(cut.Length / step)).Select(i => cut[(int)(i * step)])];
    }

    /// <summary>The likelihood has many maxima in the lengths of cycles: the best of a few lengths is the start.</summary>
    private double[] Start(LinearStructure structure, (double Center, double Spread)[] priors, Func<double[], double> objective)
    {
        double[] point = [.. priors.Select(static x => x.Center)];
        double longest = Math.Max(4, _used.Max(static x => x.Times[^1] - x.Times[0]) / 2);
        const int Lengths = 10;
        foreach (int parameter in structure.CycleParameters())
        {
            double best = double.PositiveInfinity, kept = point[parameter];
            for (int k = 0; k < Lengths; k++)
            {
                double length = 2.5 * Math.Pow(longest / 2.5, (double)k / (Lengths - 1));
                point[parameter] = Math.Log(length - 2);
                double value = objective(point);
                if (value < best)
                {
                    (best, kept) = (value, point[parameter]);
                }
            }

            point[parameter] = kept;
        }

        return point;
    }

    private Likelihood Evaluate(LinearStructure structure, double[] parameters, int coefficients)
    {
        var filter = new LinearFilter(structure, parameters, _inputs);
        double squares = 0, logVariances = 0, logInformation = 0;
        foreach (ComponentSeries series in _used)
        {
            filter.Run(series);
            logInformation += Cholesky.Factor(filter.Information, filter.Columns);
            Cholesky.SolveLower(filter.Information, filter.Product);
            double explained = 0;
            foreach (double x in filter.Product)
            {
                explained += x * x;
            }

            squares += Math.Max(0, filter.Squares - explained);
            logVariances += filter.LogVariances;
        }

        squares = Math.Max(squares, _floor);
        int free = _count - coefficients;
        double restricted = ((free * Math.Log(squares / free)) + logVariances + logInformation) / 2;
        double full = ((_count * (Math.Log(2 * Math.PI * squares / _count) + 1)) + logVariances) / 2;
        return new Likelihood(restricted, full, squares / free);
    }

    /// <summary>Minus the logarithms of the restricted and of the full likelihood, and the variance of the noise.</summary>
    private readonly record struct Likelihood(double Restricted, double Full, double Variance);
}
