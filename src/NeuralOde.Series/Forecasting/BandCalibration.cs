using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Stretches bands so that at earlier origins they would have held their share (split-conformal scores; Stankevičiūtė, Alaa and van der Schaar 2021 for horizons). Few
/// origins say little, and overlap: the logarithm of each factor is drawn to 0 as if some further scores had asked for no change.
/// </summary>
internal sealed class BandCalibration
{
    /// <summary>The number of independent forecasts that count as much as the bands of a statistical model.</summary>
    private const double Prior = 10;

    private const double Least = 0.75;
    private const double Most = 3;

    /// <summary>For the near and the far half of the horizon, the factor of each level.</summary>
    private readonly double[][] _factors;
    private readonly double _near;
    private readonly double _far;

    private BandCalibration(double[][] factors, double near, double far) => (_factors, _near, _far) = (factors, near, far);

    /// <summary>The factors that trials ask for.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="weights">The weights of the models.</param>
    public static BandCalibration Of(OriginTrials trials, double[] weights) => Of(trials.Trials, weights, Prior);

    /// <summary>The factors that trials ask for.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="weights">The weights of the models.</param>
    /// <param name="prior">The number of independent forecasts that count as much as the model's own bands.</param>
    public static BandCalibration Of(IReadOnlyList<OriginTrials.Trial> trials, double[] weights, double prior)
    {
        List<(double Ahead, double[] Scores)> scores = [];
        foreach (OriginTrials.Trial trial in trials)
        {
            for (int i = 0; i < trial.Truth.Length; i++)
            {
                double[] quantiles = new double[NormalQuantiles.Count];
                for (int m = 0; m < weights.Length; m++)
                {
                    for (int k = 0; k < quantiles.Length; k++)
                    {
                        quantiles[k] += weights[m] * trial.Forecasts[m][(i * NormalQuantiles.Count) + k];
                    }
                }

                scores.Add((trial.Ahead[i] / trial.Known, Scores(trial.Truth[i], quantiles)));
            }
        }

        if (scores.Count == 0)
        {
            return new BandCalibration([[1, 1, 1], [1, 1, 1]], 0, 1);
        }

        double middle = Middle(scores.Select(static x => x.Ahead));
        (double, double[])[][] halves = [[.. scores.Where(x => x.Item1 <= middle)], [.. scores.Where(x => x.Item1 > middle)]];
        halves[1] = halves[1].Length == 0 ? halves[0] : halves[1];

        // Origins are half a horizon apart, and errors of one forecast go together: about two independent ones for three origins of a series.
        double independent = (trials.Count + 1) / 2.0, confidence = independent / (independent + prior);
        double[][] factors = [.. halves.Select(half => (double[])[.. ForecastDistribution.Levels.Select((level, k) =>
        {
            double[] sorted = [.. half.Select(x => x.Item2[k]).Order()];
            double wanted = sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(level * (sorted.Length + 1)) - 1)];
            return Math.Exp(confidence * Math.Log(Math.Clamp(wanted, Least, Most)));
        })])];
        return new BandCalibration(factors, Middle(halves[0].Select(static x => x.Item1)), Middle(halves[1].Select(static x => x.Item1)));
    }

    /// <summary>Reads what <see cref="Save"/> made.</summary>
    /// <exception cref="FormatException">It is no calibration.</exception>
    public static BandCalibration Restore(ComponentState state)
    {
        int levels = ForecastDistribution.Levels.Count;
        double[] factors = state.Finite("factors", 2 * levels), reach = state.Finite("reach", 2);
        return new BandCalibration([factors[..levels], factors[levels..]], reach[0], reach[1]);
    }

    /// <summary>The factors as they are kept in a file.</summary>
    public ComponentState Save() => new ComponentState().With("factors", _factors.SelectMany(static x => x)).With("reach", _near, _far);

    /// <summary>Stretches the quantiles of one forecast around its median.</summary>
    /// <param name="ahead">How far ahead it is, in lengths of the known part.</param>
    /// <param name="quantiles">The quantiles.</param>
    /// <param name="low">What no value can be below.</param>
    /// <param name="high">What no value can be above.</param>
    public void Stretch(double ahead, Span<double> quantiles, double low, double high)
    {
        int median = NormalQuantiles.Median;
        double part = _far > _near ? Math.Clamp((ahead - _near) / (_far - _near), 0, 1) : 1;
        for (int k = 0; k < median; k++)
        {
            double factor = _factors[0][k] + (part * (_factors[1][k] - _factors[0][k]));
            Move(median - 1 - k, factor, quantiles, low);
            Move(median + 1 + k, factor, quantiles, high);
        }

        // Factors of wide bands below those of narrow ones must not cross them.
        for (int k = 1; k < median; k++)
        {
            quantiles[median - 1 - k] = Math.Min(quantiles[median - 1 - k], quantiles[median - k]);
            quantiles[median + 1 + k] = Math.Max(quantiles[median + 1 + k], quantiles[median + k]);
        }
    }

    private static void Move(int index, double factor, Span<double> quantiles, double bound)
    {
        double center = quantiles[NormalQuantiles.Median], moved = center + (factor * (quantiles[index] - center));

        // Toward a bound the distance to it shrinks by the share that it would otherwise grow.
        bool isBelow = index < NormalQuantiles.Median;
        if (double.IsFinite(bound) && (isBelow ? moved < bound : moved > bound))
        {
            double distance = Math.Abs(center - bound), left = Math.Abs(quantiles[index] - bound);
            double share = distance > 0 && left > 0 ? Math.Pow(left / distance, factor) : 0;
            moved = bound + (Math.Sign(center - bound) * distance * share);
        }

        quantiles[index] = moved;
    }

    /// <summary>For each level, how many times the half width of the band, on the side where the value is, the value is away from the median.</summary>
    private static double[] Scores(double truth, double[] quantiles)
    {
        int median = NormalQuantiles.Median;
        double error = truth - quantiles[median];
        return [.. Enumerable.Range(0, median).Select(k =>
        {
            double width = Math.Abs(quantiles[error < 0 ? median - 1 - k : median + 1 + k] - quantiles[median]);
            return error == 0 ? 0 : width > 0 ? Math.Abs(error) / width : Most;
        })];
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
