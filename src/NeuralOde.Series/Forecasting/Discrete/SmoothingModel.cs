using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>Exponential smoothing of one series on a grid. Where a value is missing, the state goes on without an error.</summary>
internal sealed class SmoothingModel
{
    private const int Paths = 1000;

    private readonly SmoothingStructure _structure;
    private readonly double[] _values;
    private readonly double[] _season;
    private readonly double _startLevel;
    private readonly double _startSlope;
    private readonly double _scale;

    private double _alpha;
    private double _beta;
    private double _gamma;
    private double _phi = 1;
    private double _level;
    private double _slope;
    private double _variance;

    private SmoothingModel(SmoothingStructure structure, double[] values)
    {
        (_structure, _values) = (structure, values);
        Seasons = new double[structure.Period];
        (_season, _startLevel, _startSlope, _scale) = SmoothingStart.Of(structure, values);
    }

    /// <summary>Akaike's corrected criterion, up to a constant of the series.</summary>
    public double Criterion { get; private set; }

    /// <summary>What was found, in the form that is searched.</summary>
    public double[] Parameters { get; private set; } = [];

    /// <summary>The structure.</summary>
    public SmoothingStructure Structure => _structure;

    /// <summary>The season's values, the one of the step to come first.</summary>
    private double[] Seasons { get; set; }

    /// <summary>Fits a structure; null where the series is too short for it.</summary>
    public static SmoothingModel? Fit(SmoothingStructure structure, double[] values)
    {
        int count = values.Count(static x => !double.IsNaN(x));
        if (count - structure.Freedom - 1 < 1 || (structure.Season != SmoothingSeason.None && values.Length < 2 * structure.Period))
        {
            return null;
        }

        var model = new SmoothingModel(structure, values);
        double[] start = new double[structure.Parameters];

        // The level is smoothed by a third at first, trend and season by much less.
        start[0] = -0.7;
        for (int i = 1; i < start.Length - (structure.Trend == SmoothingTrend.None ? 1 : 2); i++)
        {
            start[i] = -2;
        }

        (double[] point, _) = QuasiNewton.Minimize(model.Objective, start, 60, 1e-4);
        model.Take(point);
        return double.IsFinite(model.Criterion) ? model : null;
    }

    /// <summary>Makes a model of parameters that were found before.</summary>
    public static SmoothingModel At(SmoothingStructure structure, double[] values, double[] parameters)
    {
        var model = new SmoothingModel(structure, values);
        model.Take(parameters);
        return model;
    }

    /// <summary>Forecasts whole steps after the last value.</summary>
    /// <param name="steps">How many steps are forecast.</param>
    /// <param name="random">Draws the errors where they are relative.</param>
    /// <returns>Quantiles, shape <c>[steps, probabilities]</c>.</returns>
    public double[] Quantiles(int steps, Random random)
    {
        double[] quantiles = new double[steps * NormalQuantiles.Count], center = Path(steps, null);
        if (!_structure.IsRelative)
        {
            double sum = 0, damping = _phi, reach = 0;
            for (int h = 0; h < steps; h++)
            {
                NormalQuantiles.Write(
                    center[h], Math.Sqrt(_variance * (1 + sum)), double.NegativeInfinity, double.PositiveInfinity,
                    quantiles.AsSpan(h * NormalQuantiles.Count, NormalQuantiles.Count));
                reach += damping;
                damping *= _phi;
                double weight = _alpha + (_beta * reach) + (_structure.Season != SmoothingSeason.None && (h + 1) % _structure.Period == 0 ? _gamma : 0);
                sum += weight * weight;
            }

            return quantiles;
        }

        double[][] paths = [.. Enumerable.Range(0, Paths).Select(_ => Path(steps, random))];
        double[] at = new double[Paths];
        for (int h = 0; h < steps; h++)
        {
            for (int p = 0; p < Paths; p++)
            {
                at[p] = paths[p][h];
            }

            Array.Sort(at);
            for (int k = 0; k < NormalQuantiles.Count; k++)
            {
                double place = NormalQuantiles.Probabilities[k] * (Paths - 1);
                int below = (int)place;
                quantiles[(h * NormalQuantiles.Count) + k] = k == NormalQuantiles.Median ? center[h] : at[below] + ((place - below) * (at[below + 1] - at[below]));
            }
        }

        return quantiles;
    }

    private static double Penalty(double[] point) => point.Sum(static x => x * x) * 0.01;

    private void Take(double[] point)
    {
        int count = _values.Count(static x => !double.IsNaN(x));
        Parameters = point;
        Criterion = Objective(point) - Penalty(point) + (2 * _structure.Freedom)
            + (2.0 * _structure.Freedom * (_structure.Freedom + 1) / (count - _structure.Freedom - 1));
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private double Objective(double[] point)
    {
        int at = 0;
        _alpha = 0.0001 + (0.9998 * Logistic(point[at++]));
        _beta = _structure.Trend == SmoothingTrend.None ? 0 : _alpha * Logistic(point[at++]);
        _phi = _structure.Trend == SmoothingTrend.Damped ? 0.8 + (0.18 * Logistic(point[at++])) : 1;
        _gamma = _structure.Season == SmoothingSeason.None ? 0 : (1 - _alpha) * Logistic(point[at++]);
        _level = _startLevel + (_scale * point[at++]);
        _slope = _structure.Trend == SmoothingTrend.None ? 0 : _startSlope + (_scale * point[at] / 4);
        _season.CopyTo(Seasons, 0);
        double value = Run();
        return double.IsNaN(value) ? double.PositiveInfinity : value + Penalty(point);
    }

    /// <summary>Minus twice the log-likelihood up to a constant; afterwards the state is that after the last value.</summary>
    private double Run()
    {
        double squares = 0, logs = 0;
        int count = 0, phase = 0;
        foreach (double value in _values)
        {
            double trend = _level + (_phi * _slope);
            double expected = Expected(trend, Seasons[phase]);
            double error = 0;
            if (!double.IsNaN(value))
            {
                error = value - expected;
                if (_structure.IsRelative)
                {
                    if (!(expected > 0))
                    {
                        return double.PositiveInfinity;
                    }

                    error /= expected;
                    logs += Math.Log(expected);
                }

                squares += error * error;
                count++;
            }

            Update(trend, expected, error, ref Seasons[phase]);
            phase = phase + 1 == Seasons.Length ? 0 : phase + 1;
        }

        if (phase != 0)
        {
            Seasons = [.. Seasons[phase..], .. Seasons[..phase]];
        }

        _variance = squares / Math.Max(1, count - _structure.Parameters);
        return (count * Math.Log(Math.Max(squares, 1e-300))) + (2 * logs);
    }

    private double Expected(double trend, double season) => _structure.Season switch
    {
        SmoothingSeason.Additive => trend + season,
        SmoothingSeason.Multiplicative => trend * season,
        _ => trend,
    };

    private void Update(double trend, double expected, double error, ref double season)
    {
        // In natural units; a multiplicative season divides them.
        double natural = _structure.IsRelative ? error * expected : error;
        double ofLevel = _structure.Season == SmoothingSeason.Multiplicative ? natural / season : natural;
        _level = trend + (_alpha * ofLevel);
        _slope = (_phi * _slope) + (_beta * ofLevel);
        if (_structure.Season == SmoothingSeason.Additive)
        {
            season += _gamma * natural;
        }
        else if (_structure.Season == SmoothingSeason.Multiplicative)
        {
            season += _gamma * natural / trend;
        }
    }

    /// <summary>A path on from the last value, with errors that are drawn or none.</summary>
    private double[] Path(int steps, Random? random)
    {
        (double level, double slope, double[] seasons) = (_level, _slope, [.. Seasons]);
        double[] path = new double[steps];
        double deviation = Math.Sqrt(_variance);
        for (int h = 0; h < steps; h++)
        {
            int phase = h % seasons.Length;
            double trend = _level + (_phi * _slope), expected = Expected(trend, seasons[phase]);
            double error = random is null ? 0 : deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            path[h] = expected + (_structure.IsRelative ? error * expected : error);
            Update(trend, expected, error, ref seasons[phase]);
        }

        (_level, _slope) = (level, slope);
        return path;
    }
}
