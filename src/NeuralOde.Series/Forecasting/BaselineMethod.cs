using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>The baselines for one component. Their bands are normal, with variances that grow as the method's own errors do.</summary>
internal sealed class BaselineMethod(Baseline kind) : IComponentMethod
{
    public string Name => kind switch
    {
        Baseline.LastValue => "last value",
        Baseline.Mean => "mean",
        Baseline.Drift => "drift",
        Baseline.SeasonalNaive => "seasonal naive",
        Baseline.LogLinearTail => "log-linear tail",
        _ => throw new InvalidOperationException($"There is no baseline {kind}."),
    };

    /// <summary>Whether a method of this name is a baseline.</summary>
    public static bool IsName(string name) => Enum.GetValues<Baseline>().Any(x => new BaselineMethod(x).Name == name);

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation) => kind switch
    {
        Baseline.Mean => new MeanModel(data),
        Baseline.SeasonalNaive when data.Period is { } period => new SeasonalModel(data, period),
        Baseline.LogLinearTail => new TailModel(data),
        _ => new WalkModel(data, kind == Baseline.Drift),
    };

    public IComponentModel Restore(ComponentData data, ComponentState state) => Fit(data, CancellationToken.None)!;

    /// <summary>A random walk, with or without drift.</summary>
    private sealed class WalkModel : IComponentModel
    {
        private readonly ComponentData _data;
        private readonly bool _hasDrift;
        private readonly double _variance;

        public WalkModel(ComponentData data, bool hasDrift)
        {
            (_data, _hasDrift) = (data, hasDrift);
            double sum = 0;
            int count = 0;
            foreach (ComponentSeries series in data.Series)
            {
                double slope = Slope(series);
                for (int i = 1; i < series.Count; i++)
                {
                    double gap = series.Times[i] - series.Times[i - 1], error = series.Values[i] - series.Values[i - 1] - (slope * gap);
                    sum += error * error / gap;
                }

                count += Math.Max(0, series.Count - (hasDrift ? 2 : 1));
            }

            _variance = sum / Math.Max(1, count);
        }

        public string Description => _hasDrift ? "the line through the first and the last value" : "the last value";

        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) =>
            new BaselineMethod(_hasDrift ? Baseline.Drift : Baseline.LastValue).Fit(data, cancellation);

        public ComponentState Save() => new();

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
        {
            ComponentSeries known = _data.Series[series];
            double last = known.Count > 0 ? known.Values[^1] : _data.Mean, end = known.Count > 0 ? known.Times[^1] : 0, slope = Slope(known);
            double span = known.Count > 1 ? end - known.Times[0] : double.PositiveInfinity;
            return Each(times, _data, time =>
            {
                double ahead = Math.Max(0, time - end);
                return (last + (slope * ahead), Math.Sqrt(_variance * ahead * (_hasDrift ? 1 + (ahead / span) : 1)));
            });
        }

        private double Slope(ComponentSeries series) =>
            _hasDrift && series.Count > 1 ? (series.Values[^1] - series.Values[0]) / (series.Times[^1] - series.Times[0]) : 0;
    }

    /// <summary>Independent values around each series' mean.</summary>
    private sealed class MeanModel : IComponentModel
    {
        private readonly ComponentData _data;
        private readonly double _variance;

        public MeanModel(ComponentData data)
        {
            _data = data;
            double sum = 0;
            int count = 0;
            foreach (ComponentSeries series in data.Series.Where(static x => x.Count > 1))
            {
                double mean = series.Values.Average();
                sum += series.Values.Sum(x => (x - mean) * (x - mean));
                count += series.Count - 1;
            }

            _variance = sum / Math.Max(1, count);
        }

        public string Description => "the mean of the series";

        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) => new BaselineMethod(Baseline.Mean).Fit(data, cancellation);

        public ComponentState Save() => new();

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
        {
            ComponentSeries known = _data.Series[series];
            double mean = known.Count > 0 ? known.Values.Average() : _data.Mean;
            double deviation = Math.Sqrt(_variance * (1 + (1.0 / Math.Max(1, known.Count))));
            return Each(times, _data, _ => (mean, deviation));
        }
    }

    /// <summary>A random walk from season to season.</summary>
    private sealed class SeasonalModel : IComponentModel
    {
        private readonly ComponentData _data;
        private readonly double _period;
        private readonly double _variance;

        public SeasonalModel(ComponentData data, double period)
        {
            (_data, _period) = (data, period);
            double sum = 0;
            int count = 0;
            foreach (ComponentSeries series in data.Series)
            {
                for (int i = 0; i < series.Count; i++)
                {
                    if (Before(series, series.Times[i], out int seasons, i) is { } value)
                    {
                        double error = series.Values[i] - value;
                        sum += error * error / seasons;
                        count++;
                    }
                }
            }

            _variance = sum / Math.Max(1, count);
        }

        public string Description => string.Create(CultureInfo.InvariantCulture, $"the last season of {_period:0.##} steps");

        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) => new BaselineMethod(Baseline.SeasonalNaive).Fit(data, cancellation);

        public ComponentState Save() => new();

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
        {
            ComponentSeries known = _data.Series[series];
            return Each(times, _data, time => Before(known, time, out int seasons, known.Count) is { } value
                ? (value, Math.Sqrt(_variance * seasons))
                : (known.Count > 0 ? known.Values[^1] : _data.Mean, Math.Sqrt(_variance * seasons)));
        }

        /// <summary>The value a whole number of seasons before a time, the latest there is among the first values.</summary>
        private double? Before(ComponentSeries series, double time, out int seasons, int count)
        {
            seasons = 1;
            if (count == 0)
            {
                return null;
            }

            seasons = Math.Max(1, (int)Math.Ceiling((time - series.Times[count - 1] - 0.5) / _period));
            for (; time - (seasons * _period) >= series.Times[0] - 0.5; seasons++)
            {
                double wanted = time - (seasons * _period);
                int at = Array.BinarySearch(series.Times, 0, count, wanted);
                at = at >= 0 ? at : ~at;
                int nearest = at == count || (at > 0 && wanted - series.Times[at - 1] <= series.Times[at] - wanted) ? at - 1 : at;
                if (Math.Abs(series.Times[nearest] - wanted) <= 0.5 + 1e-9)
                {
                    return series.Values[nearest];
                }
            }

            return null;
        }
    }

    /// <summary>The line through the last three values or their logarithms.</summary>
    private sealed class TailModel : IComponentModel
    {
        private const int Tail = 3;

        private readonly ComponentData _data;
        private readonly bool _isLog;

        // Over all values of all series, so computed once.
        private readonly double _mean;
        private readonly double _variance;

        public TailModel(ComponentData data)
        {
            _data = data;
            _mean = data.Mean;

            // A column with zeros, such as a concentration before the first dose, falls or rises by factors all the same.
            int count = 0, positive = 0;
            foreach (double value in data.Series.SelectMany(static x => x.Values))
            {
                count++;
                positive += value > 0 ? 1 : 0;
            }

            _isLog = data.Low >= 0 && positive >= 0.8 * count;
            double sum = 0;
            int errors = 0;
            foreach (ComponentSeries series in data.Series)
            {
                // One step ahead, from every three values in a row.
                for (int i = Tail; i < series.Count; i++)
                {
                    (double value, double spread) = Line(series, i, series.Times[i]);
                    if (!_isLog || Array.TrueForAll(series.Values[(i - Tail)..(i + 1)], static x => x > 0))
                    {
                        double error = Map(series.Values[i]) - value;
                        sum += error * error / spread;
                        errors++;
                    }
                }
            }

            _variance = sum / Math.Max(1, errors);
        }

        public string Description => _isLog ? "the line through the logarithms of the last three values" : "the line through the last three values";

        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) => new BaselineMethod(Baseline.LogLinearTail).Fit(data, cancellation);

        public ComponentState Save() => new();

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
        {
            ComponentSeries known = _data.Series[series];
            double[] quantiles = new double[times.Length * NormalQuantiles.Count];
            for (int i = 0; i < times.Length; i++)
            {
                (double mean, double spread) = known.Count == 0 ? (Map(_mean), 1) : Line(known, known.Count, times[i]);
                for (int k = 0; k < NormalQuantiles.Count; k++)
                {
                    // Beyond e^700 there are no numbers.
                    double value = mean + (NormalQuantiles.Standard[k] * Math.Sqrt(_variance * spread));
                    quantiles[(i * NormalQuantiles.Count) + k] = Math.Clamp(_isLog ? Math.Exp(Math.Min(value, 700)) : value, _data.Low, _data.High);
                }
            }

            return quantiles;
        }

        /// <summary>A zero counts as a thousandth of the component's mean.</summary>
        private double Map(double value) => _isLog ? Math.Log(Math.Max(value, 1e-3 * _mean)) : value;

        /// <summary>The line through the last of the first values at a time, and the variance of its error over that of one value.</summary>
        private (double Value, double Spread) Line(ComponentSeries series, int count, double time)
        {
            int first = Math.Max(0, count - Tail);
            int points = count - first;
            double meanTime = 0, mean = 0;
            for (int i = first; i < count; i++)
            {
                meanTime += series.Times[i] / points;
                mean += Map(series.Values[i]) / points;
            }

            double squares = 0, products = 0;
            for (int i = first; i < count; i++)
            {
                squares += (series.Times[i] - meanTime) * (series.Times[i] - meanTime);
                products += (series.Times[i] - meanTime) * (Map(series.Values[i]) - mean);
            }

            double lever = time - meanTime;
            return squares > 0 ? (mean + (products / squares * lever), 1 + (1.0 / points) + (lever * lever / squares)) : (mean, 1 + (1.0 / points));
        }
    }

    private static double[] Each(ReadOnlySpan<double> times, ComponentData data, Func<double, (double Mean, double Deviation)> forecast)
    {
        double[] quantiles = new double[times.Length * NormalQuantiles.Count];
        for (int i = 0; i < times.Length; i++)
        {
            (double mean, double deviation) = forecast(times[i]);
            NormalQuantiles.Write(mean, deviation, data.Low, data.High, quantiles.AsSpan(i * NormalQuantiles.Count, NormalQuantiles.Count));
        }

        return quantiles;
    }
}
