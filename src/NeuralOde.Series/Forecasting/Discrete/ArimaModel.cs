using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>
/// A seasonal ARIMA model of one series, fitted by conditional sums of squares (Box and Jenkins 1970, section 7.1.2). Coefficients are searched as partial autocorrelations
/// (Monahan 1984), so that every polynomial is stationary or invertible.
/// </summary>
internal sealed class ArimaModel
{
    private readonly ArimaOrders _orders;
    private readonly double[] _values;
    private readonly double[] _differences;
    private readonly double _mean;
    private readonly double _deviation;
    private readonly int _skipped;

    private double[] _autoregression = [];
    private double[] _movingAverage = [];
    private double _constant;
    private readonly double[] _errors;
    private double _variance;

    private ArimaModel(ArimaOrders orders, double[] values)
    {
        (_orders, _values) = (orders, values);
        _differences = Differences(values, orders);
        _errors = new double[_differences.Length];
        _mean = _differences.Average();
        _deviation = Math.Sqrt(_differences.Average(x => (x - _mean) * (x - _mean)));

        // The first errors depend on values before the series. All orders leave out as many, so that they can be compared.
        _skipped = Math.Min(_differences.Length / 4, orders.Period > 1 ? orders.Period : 2);
    }

    /// <summary>Akaike's corrected criterion.</summary>
    public double Criterion { get; private set; }

    /// <summary>How many values, the last ones, the criterion is of.</summary>
    public int Used => _differences.Length - _skipped;

    /// <summary>What was found, in the form that is searched.</summary>
    public double[] Parameters { get; private set; } = [];

    /// <summary>The orders.</summary>
    public ArimaOrders Orders => _orders;

    /// <summary>Fits orders; null where the series is too short for them.</summary>
    /// <param name="orders">The orders.</param>
    /// <param name="values">The series; none missing.</param>
    public static ArimaModel? Fit(ArimaOrders orders, double[] values)
    {
        if (values.Length - orders.Lost < 6)
        {
            return null;
        }

        var model = new ArimaModel(orders, values);
        int used = model._differences.Length - model._skipped, freedom = orders.Coefficients + 1;
        if (used - freedom - 1 < 1)
        {
            return null;
        }

        (double[] point, _) = QuasiNewton.Minimize(model.Objective, new double[orders.Coefficients], 40, 1e-3);
        model.Take(point);
        return double.IsFinite(model.Criterion) ? model : null;
    }

    /// <summary>Makes a model of parameters that were found before; null where the series is too short for them.</summary>
    public static ArimaModel? At(ArimaOrders orders, double[] values, double[] parameters)
    {
        if (values.Length - orders.Lost < 6)
        {
            return null;
        }

        var model = new ArimaModel(orders, values);
        model.Take(parameters);
        return double.IsFinite(model.Criterion) ? model : null;
    }

    /// <summary>Means and standard deviations of the next values.</summary>
    public (double[] Means, double[] Deviations) Forecast(int steps)
    {
        double[] polynomial = Full();
        int lags = polynomial.Length - 1, known = _values.Length;
        double[] means = new double[steps], deviations = new double[steps], weights = new double[steps];
        double sum = 0;
        for (int h = 0; h < steps; h++)
        {
            double mean = _constant;
            for (int k = 1; k <= lags; k++)
            {
                int at = known + h - k;
                double value = at >= known ? means[at - known] : at >= 0 ? _values[at] : _values[0];
                mean -= polynomial[k] * value;
            }

            for (int k = h + 1; k < _movingAverage.Length && k - h <= _errors.Length; k++)
            {
                mean += _movingAverage[k] * _errors[_errors.Length + h - k];
            }

            double weight = h < _movingAverage.Length ? _movingAverage[h] : 0;
            for (int k = 1; k <= Math.Min(lags, h); k++)
            {
                weight -= polynomial[k] * weights[h - k];
            }

            (means[h], weights[h]) = (mean, weight);
            sum += weight * weight;
            deviations[h] = Math.Sqrt(_variance * sum);
        }

        return (means, deviations);
    }

    /// <summary>A series less itself some steps before.</summary>
    public static double[] Differenced(double[] values, int lag) => [.. Enumerable.Range(lag, Math.Max(0, values.Length - lag)).Select(i => values[i] - values[i - lag])];

    private static double[] Differences(double[] values, ArimaOrders orders)
    {
        for (int i = 0; i < orders.SeasonalD; i++)
        {
            values = Differenced(values, orders.Period);
        }

        for (int i = 0; i < orders.D; i++)
        {
            values = Differenced(values, 1);
        }

        return values;
    }

    private static double Penalty(double[] point) => point.Sum(static x => x * x) * 0.02;

    private void Take(double[] point)
    {
        int used = Used, freedom = _orders.Coefficients + 1;
        double squares = Math.Exp(2 * (Objective(point) - Penalty(point)) / used);
        _variance = squares / Math.Max(1, used - _orders.Coefficients);
        double likelihood = used * (Math.Log(2 * Math.PI * squares / used) + 1);
        Parameters = point;
        Criterion = likelihood + (2 * freedom) + (2.0 * freedom * (freedom + 1) / (used - freedom - 1));
    }

    /// <summary>Half of the number of errors times the logarithm of the sum of their squares, with a weak pull away from the unit circle.</summary>
    private double Objective(double[] point)
    {
        int at = 0;
        _autoregression = Product(Polynomial(point, ref at, _orders.P, 1), Polynomial(point, ref at, _orders.SeasonalP, _orders.Period));
        _movingAverage = Product(Polynomial(point, ref at, _orders.Q, 1), Polynomial(point, ref at, _orders.SeasonalQ, _orders.Period));
        double mean = _orders.HasConstant ? _mean + (_deviation * point[at]) : 0;
        _constant = mean * _autoregression.Sum();
        double squares = 0;
        for (int t = 0; t < _differences.Length; t++)
        {
            double error = 0;
            for (int k = 0; k < _autoregression.Length && k <= t; k++)
            {
                error += _autoregression[k] * (_differences[t - k] - mean);
            }

            for (int k = 1; k < _movingAverage.Length && k <= t; k++)
            {
                error -= _movingAverage[k] * _errors[t - k];
            }

            _errors[t] = error;
            squares += t < _skipped ? 0 : error * error;
        }

        double value = (_differences.Length - _skipped) / 2.0 * Math.Log(Math.Max(squares, 1e-300));
        return double.IsNaN(value) ? double.PositiveInfinity : value + Penalty(point);
    }

    /// <summary>The polynomial 1 - c₁B - … of coefficients that are given by partial autocorrelations, at multiples of a lag.</summary>
    private static double[] Polynomial(double[] point, ref int at, int order, int lag)
    {
        double[] coefficients = new double[order], before = new double[order];
        for (int k = 0; k < order; k++)
        {
            double partial = Math.Tanh(point[at++]);
            coefficients.AsSpan(0, k).CopyTo(before);
            for (int j = 0; j < k; j++)
            {
                coefficients[j] = before[j] - (partial * before[k - 1 - j]);
            }

            coefficients[k] = partial;
        }

        double[] polynomial = new double[(order * lag) + 1];
        polynomial[0] = 1;
        for (int k = 0; k < order; k++)
        {
            polynomial[(k + 1) * lag] = -coefficients[k];
        }

        return polynomial;
    }

    private static double[] Product(double[] a, double[] b)
    {
        double[] product = new double[a.Length + b.Length - 1];
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = 0; j < b.Length && a[i] != 0; j++)
            {
                product[i + j] += a[i] * b[j];
            }
        }

        return product;
    }

    /// <summary>The autoregression times the differences.</summary>
    private double[] Full()
    {
        double[] full = _autoregression;
        for (int i = 0; i < _orders.D; i++)
        {
            full = Product(full, [1, -1]);
        }

        double[] seasonal = new double[_orders.Period + 1];
        (seasonal[0], seasonal[^1]) = (1, -1);
        for (int i = 0; i < _orders.SeasonalD; i++)
        {
            full = Product(full, seasonal);
        }

        return full;
    }
}
