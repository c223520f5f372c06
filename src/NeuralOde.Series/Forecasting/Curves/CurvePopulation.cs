using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Forecasting.Curves;

/// <summary>
/// Curves of one form for all series: each has its own parameters, which vary normally around those of the population (a nonlinear mixed-effects model; Lindstrom and
/// Bates 1990), so that series with few values lean on the others. Fitted by expectation maximization around each series' most likely parameters.
/// </summary>
internal sealed class CurvePopulation
{
    /// <summary>How many series decide about the population; of more of them some do, evenly spread.</summary>
    private const int MostSeries = 100;

    private const int Iterations = 25;

    private readonly ComponentData _data;
    private readonly ValueTransform _transform;
    private readonly CurveForm.Function _curve;
    private readonly double _start;
    private readonly double _span;
    private readonly bool _isAligned;
    private readonly double[] _mean;
    private readonly double[] _covariance;
    private double _variance;

    private CurvePopulation(ComponentData data, CurveForm form, ValueTransform transform)
    {
        (_data, Form, _transform) = (data, form, transform);
        ComponentSeries[] filled = [.. data.Series.Where(static x => x.Count > 0)];
        double size = filled.Max(static x => x.Values.Max(Math.Abs)), first = filled.Min(static x => x.Times[0]);
        double[] lengths = [.. filled.Select(static x => x.Times[^1] - x.Times[0]).Order()];
        _span = Math.Max(1e-9, lengths[^1]);

        // Series that begin at very different times, such as dates of admission, are compared from the start of each.
        _isAligned = filled.Max(static x => x.Times[0]) - first > lengths[lengths.Length / 2] / 2;
        _start = first;
        double least = double.IsFinite(data.Low) ? data.Low + (1e-3 * size) : double.NegativeInfinity;
        double unit = size > 0 ? size : 1;
        _curve = (time, parameters) => transform.Forward(Math.Max(least, unit * form.Value(time, parameters)));
        _mean = new double[form.Parameters];
        _covariance = new double[form.Parameters * form.Parameters];
    }

    public CurveForm Form { get; }

    /// <summary>Akaike's criterion of the natural values, with the likelihood by Laplace's method.</summary>
    public double Criterion { get; private set; }

    /// <summary>What errors are normal after.</summary>
    public ValueTransform Transform => _transform;

    /// <summary>Fits a form.</summary>
    /// <param name="data">The component.</param>
    /// <param name="form">The form.</param>
    /// <param name="transform">What errors are normal after.</param>
    /// <param name="cancellation">Stops the fit.</param>
    /// <returns>The population; null where there are too few values for it, or no start leads to numbers.</returns>
    public static CurvePopulation? Fit(ComponentData data, CurveForm form, ValueTransform transform, CancellationToken cancellation)
    {
        if (data.Count < (2 * form.Parameters) + 3)
        {
            return null;
        }

        var population = new CurvePopulation(data, form, transform);
        return population.Learn(cancellation) && double.IsFinite(population.Criterion) ? population : null;
    }

    /// <summary>Makes the population that was found before.</summary>
    /// <exception cref="FormatException">It is not one of this form.</exception>
    public static CurvePopulation Restore(ComponentData data, CurveForm form, ComponentState state)
    {
        int n = form.Parameters;
        var population = new CurvePopulation(data, form, ValueTransform.Named(data, state.Text("transform")));
        state.Finite("mean", n).CopyTo(population._mean, 0);
        state.Finite("covariance", n * n).CopyTo(population._covariance, 0);
        (population._variance, population.Criterion) = (state.Finite("variance", 1)[0], state.Finite("criterion", 1)[0]);
        return population;
    }

    /// <summary>What <see cref="Restore"/> reads.</summary>
    public ComponentState Save() => new ComponentState()
        .With("transform", _transform.Name).With("mean", _mean).With("covariance", _covariance).With("variance", _variance).With("criterion", Criterion);

    /// <summary>The quantiles of one series at times, around its likeliest parameters, which are searched here: few of many series are ever asked for.</summary>
    public double[] Quantiles(int series, ReadOnlySpan<double> times)
    {
        const int Steps = 30;
        int n = Form.Parameters;
        (double[] knownTimes, double[] knownValues) = Mapped(_data.Series[series]);
        CurveSearch.Result found = CurveSearch.Run(_curve, knownTimes, knownValues, _variance, _mean, Inverse(_covariance, n, out _), _mean, Steps);
        double[] point = found.Point, factor = found.Curvature, quantiles = new double[times.Length * NormalQuantiles.Count], slopes = new double[n];
        _ = Cholesky.Factor(factor, n);
        for (int i = 0; i < times.Length; i++)
        {
            double time = Scaled(times[i], _data.Series[series]), center = _curve(time, point);
            CurveSearch.Slopes(_curve, time, point, slopes);
            Cholesky.SolveLower(factor, slopes);
            double deviation = Math.Sqrt(_variance + slopes.Sum(static x => x * x));
            for (int k = 0; k < NormalQuantiles.Count; k++)
            {
                quantiles[(i * NormalQuantiles.Count) + k] =
                    Math.Clamp(_transform.Inverse(center + (NormalQuantiles.Standard[k] * deviation)), _data.Low, _data.High);
            }
        }

        return quantiles;
    }

    private double Scaled(double time, ComponentSeries series) => (time - (_isAligned && series.Count > 0 ? series.Times[0] : _start)) / _span;

    private bool Learn(CancellationToken cancellation)
    {
        int n = Form.Parameters;
        (double[] Times, double[] Values)[] all = [.. _data.Series.Select(Mapped)];
        int[] filled = [.. Enumerable.Range(0, all.Length).Where(s => all[s].Times.Length > 0)];
        double step = Math.Max(1, filled.Length / (double)MostSeries);
        int[] used = [.. Enumerable.Range(0, (int)(filled.Length / step)).Select(i => filled[(int)(i * step)])];
        if (!Pool([.. used.SelectMany(s => all[s].Times)], [.. used.SelectMany(s => all[s].Values)]))
        {
            return false;
        }

        for (int i = 0; i < n; i++)
        {
            _covariance[(i * n) + i] = Form.Spreads[i] * Form.Spreads[i];
        }

        double[] first = (double[])_covariance.Clone();
        double[][] points = [.. used.Select(_ => (double[])_mean.Clone())];
        double floor = 1e-8 * _variance;
        for (int iteration = 0; ; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            Moments moments = Expect(used, all, points);
            Criterion = moments.Likelihood - (2 * used.Sum(s => _data.Series[s].Values.Sum(_transform.LogDerivative))) + (2 * ((2 * n) + 1));
            if (iteration == Iterations || !double.IsFinite(Criterion))
            {
                break;
            }

            Maximize(moments, first, used.Length, used.Sum(s => all[s].Times.Length), floor);
        }

        return true;
    }

    /// <summary>The likeliest parameters of each series, what they sum to, and minus twice the logarithm of the likelihood.</summary>
    private Moments Expect(int[] used, (double[] Times, double[] Values)[] all, double[][] points)
    {
        const int Steps = 6;
        int n = Form.Parameters, count = used.Sum(s => all[s].Times.Length);
        double[] precision = Inverse(_covariance, n, out double logCovariance), sum = new double[n], products = new double[n * n];
        double squares = 0, likelihood = count * Math.Log(2 * Math.PI * _variance);
        for (int u = 0; u < used.Length; u++)
        {
            (double[] times, double[] values) = all[used[u]];
            CurveSearch.Result found = CurveSearch.Run(_curve, times, values, _variance, _mean, precision, points[u], Steps);
            double[] covariance = Inverse(found.Curvature, n, out double logCurvature);
            points[u] = found.Point;
            likelihood += (found.Squares / _variance) + found.Prior + logCovariance + logCurvature;
            squares += found.Squares + (_variance * (n - Trace(precision, covariance)));
            for (int i = 0; i < n; i++)
            {
                sum[i] += found.Point[i];
                for (int j = 0; j < n; j++)
                {
                    products[(i * n) + j] += (found.Point[i] * found.Point[j]) + covariance[(i * n) + j];
                }
            }
        }

        return new Moments(sum, products, squares, likelihood);
    }

    /// <summary>The population that these parameters make likeliest. What series vary by is seen in few of them: a tenth of the first guess counts as one more.</summary>
    private void Maximize(Moments moments, double[] first, int series, int count, double floor)
    {
        const double Guess = 0.1;
        int n = Form.Parameters;
        for (int i = 0; i < n; i++)
        {
            _mean[i] = moments.Sum[i] / series;
        }

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double between = moments.Products[(i * n) + j] - (series * _mean[i] * _mean[j]);
                _covariance[(i * n) + j] = (between + (Guess * first[(i * n) + j])) / (series + 1);
            }
        }

        _variance = Math.Max(floor, moments.Squares / count);
    }

    /// <summary>One curve for all values, the best of the starts.</summary>
    private bool Pool(double[] times, double[] values)
    {
        int n = Form.Parameters;
        double mean = values.Average(), spread = Math.Max(values.Average(x => (x - mean) * (x - mean)), 1e-12 * (1 + (mean * mean)));
        double best = double.PositiveInfinity;
        double[] weak = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            weak[(i * n) + i] = 0.1;
        }

        foreach (double[] start in Form.Starts)
        {
            CurveSearch.Result found = CurveSearch.Run(_curve, times, values, spread, start, weak, start, 60);
            if (found.Squares < best)
            {
                best = found.Squares;
                found.Point.CopyTo(_mean, 0);
            }
        }

        _variance = Math.Max(best / values.Length, 1e-10 * spread);
        return double.IsFinite(best);
    }

    private (double[] Times, double[] Values) Mapped(ComponentSeries series) =>
        (Array.ConvertAll(series.Times, t => Scaled(t, series)), Array.ConvertAll(series.Values, _transform.Forward));

    private static double Trace(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double[] Inverse(double[] matrix, int n, out double logDeterminant)
    {
        double[] factor = [.. matrix], inverse = new double[n * n], column = new double[n];
        logDeterminant = Cholesky.Factor(factor, n);
        for (int j = 0; j < n; j++)
        {
            Array.Clear(column);
            column[j] = 1;
            Cholesky.SolveLower(factor, column);
            Cholesky.SolveUpper(factor, column);
            for (int i = 0; i < n; i++)
            {
                inverse[(i * n) + j] = column[i];
            }
        }

        return inverse;
    }

    /// <summary>Sums over series: parameters, their products, squared residuals, and minus twice the logarithm of the likelihood.</summary>
    private readonly record struct Moments(double[] Sum, double[] Products, double Squares, double Likelihood);
}
