using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>
/// Seasonal ARIMA models of every series by itself, where they lie on a regular grid. Differences by tests, orders by a stepwise search of Akaike's criterion
/// (Hyndman and Khandakar 2008, Automatic time series forecasting, section 3.2), and the best of natural values and of logarithms weighted by it.
/// </summary>
internal sealed class ArimaMethod : IComponentMethod
{
    private const int LongestPeriod = 24;
    private const int MostModels = 60;

    /// <summary>How many orders are averaged for each transform: few values do not tell whether there is a drift.</summary>
    private const int MostAveraged = 4;

    public string Name => "ARIMA";

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation)
    {
        const int MostSeries = 20;
        if (data.Series.Count > MostSeries)
        {
            return null;
        }

        double? period = data.Period ?? (data.Candidates.Count > 0 ? data.Candidates[0] : null);
        int steps = period is { } length && Math.Abs(length - Math.Round(length)) < 0.02 && length <= LongestPeriod ? (int)Math.Round(length) : 1;
        IReadOnlyList<ValueTransform> transforms = ValueTransform.For(data);
        ValueTransform[] tried = transforms.Count == 1 ? [transforms[0]] : [transforms[0], transforms[^1]];
        var models = new (ValueTransform Transform, ArimaModel Model, double Criterion)[data.Series.Count][];
        for (int s = 0; s < models.Length; s++)
        {
            if (GridValues.Of(data.Series[s]) is not { } values)
            {
                return null;
            }

            values = Filled(values);
            models[s] =
            [
                .. tried.SelectMany(x => Search(Array.ConvertAll(values, x.Forward), steps, cancellation).Select(model => Compared(x, model, values))),
            ];
            if (models[s].Length == 0)
            {
                return null;
            }
        }

        return new Model(data, models);
    }

    public IComponentModel Restore(ComponentData data, ComponentState state)
    {
        ComponentState[] series = state.Parts("series", data.Series.Count);
        return new Model(data, [.. series.Select((x, s) =>
        {
            double[] values = Filled(GridValues.Of(data.Series[s]) ?? throw ComponentState.Wrong("series"));
            (ValueTransform, ArimaModel, double)[] models = [.. x.Parts("models").Select(one =>
            {
                var transform = ValueTransform.Named(data, one.Text("transform"));
                var orders = ArimaOrders.Restore(one);
                double[] parameters = one.Finite("parameters", orders.Coefficients);
                ArimaModel model = ArimaModel.At(orders, Array.ConvertAll(values, transform.Forward), parameters) ?? throw ComponentState.Wrong("parameters");
                return Compared(transform, model, values);
            })];
            return models.Length > 0 ? models : throw ComponentState.Wrong("models");
        })]);
    }

    /// <summary>A model with its criterion on the scale of the natural values.</summary>
    private static (ValueTransform Transform, ArimaModel Model, double Criterion) Compared(ValueTransform transform, ArimaModel model, double[] values) =>
        (transform, model, model.Criterion - (2 * values.Skip(values.Length - model.Used).Sum(transform.LogDerivative)));

    /// <summary>Missing values on the line between their neighbors.</summary>
    private static double[] Filled(double[] values)
    {
        double[] filled = [.. values];
        for (int i = 1, last = 0; i < filled.Length; i++)
        {
            if (!double.IsNaN(values[i]))
            {
                for (int k = last + 1; k < i; k++)
                {
                    filled[k] = values[last] + ((values[i] - values[last]) * (k - last) / (i - last));
                }

                last = i;
            }
        }

        return filled;
    }

    private static IEnumerable<ArimaModel> Search(double[] values, int period, CancellationToken cancellation)
    {
        // A season that repeats exactly and explains half of what varies beside the trend is worth a difference.
        int seasonal = period > 1 && values.Length > 2.5 * period && SeasonFinder.StrengthOf(
            new ComponentSeries([.. Enumerable.Range(0, values.Length).Select(static i => (double)i)], values, []), period) > 0.5 ? 1 : 0;
        double[] rest = seasonal == 1 ? ArimaModel.Differenced(values, period) : values;
        int differences = 0;
        while (differences + seasonal < 2 && differences < 2 && rest.Length > 8 && !UnitRootTest.IsStationary(rest))
        {
            rest = ArimaModel.Differenced(rest, 1);
            differences++;
        }

        bool hasConstant = differences + seasonal <= 1;
        int most = period > 1 ? 1 : 0;
        var tried = new Dictionary<ArimaOrders, ArimaModel?>();
        ArimaModel? best = null;
        bool Try(ArimaOrders orders)
        {
            if (!orders.IsWithin || tried.Count >= MostModels || tried.ContainsKey(orders))
            {
                return false;
            }

            cancellation.ThrowIfCancellationRequested();
            ArimaModel? model = tried[orders] = ArimaModel.Fit(orders, values);
            if (model is null || (best is not null && model.Criterion >= best.Criterion))
            {
                return false;
            }

            best = model;
            return true;
        }

        foreach ((int p, int q, int seasonalP, int seasonalQ) in (ReadOnlySpan<(int, int, int, int)>)[(2, 2, most, most), (0, 0, 0, 0), (1, 0, most, 0), (0, 1, 0, most)])
        {
            _ = Try(new ArimaOrders(p, differences, q, seasonalP, seasonal, seasonalQ, period, hasConstant));
        }

        _ = Try(new ArimaOrders(0, differences, 0, 0, seasonal, 0, period, false));
        bool isBetter = best is not null;
        while (isBetter)
        {
            isBetter = false;
            ArimaOrders orders = best!.Orders;
            foreach (ArimaOrders next in Neighbors(orders))
            {
                if (Try(next))
                {
                    isBetter = true;
                    break;
                }
            }
        }

        return tried.Values.OfType<ArimaModel>().OrderBy(static x => x.Criterion).Take(MostAveraged);
    }

    private static IEnumerable<ArimaOrders> Neighbors(ArimaOrders x) =>
    [
        x with { SeasonalP = x.SeasonalP - 1 }, x with { SeasonalP = x.SeasonalP + 1 }, x with { SeasonalQ = x.SeasonalQ - 1 }, x with { SeasonalQ = x.SeasonalQ + 1 },
        x with { P = x.P - 1 }, x with { P = x.P + 1 }, x with { Q = x.Q - 1 }, x with { Q = x.Q + 1 },
        x with { P = x.P - 1, Q = x.Q - 1 }, x with { P = x.P + 1, Q = x.Q + 1 }, x with { P = x.P + 1, Q = x.Q - 1 }, x with { P = x.P - 1, Q = x.Q + 1 },
        x with { HasConstant = !x.HasConstant },
    ];

    private sealed class Model(ComponentData data, (ValueTransform Transform, ArimaModel Model, double Criterion)[][] models) : IComponentModel
    {
        public string Description
        {
            get
            {
                (ValueTransform transform, ArimaModel model, _) = models[0].MinBy(static x => x.Criterion);
                return $"{model.Orders}{(transform.Name is "none" or "softplus" ? "" : $" of the {transform.Name}")}";
            }
        }

        // A search costs little, and orders that the whole series suggests would be hindsight.
        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) => new ArimaMethod().Fit(data, cancellation);

        public ComponentState Save() => new ComponentState().With("series", models.Select(static series => new ComponentState()
            .With("models", series.Select(static x => x.Model.Orders.Save().With("transform", x.Transform.Name).With("parameters", x.Model.Parameters)))));

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs) => GridForecast.At(
            data, series, times, steps => GridForecast.Weighted(Array.ConvertAll(models[series], static x => x.Criterion), k =>
            {
                (ValueTransform transform, ArimaModel model, _) = models[series][k];
                (double[] means, double[] deviations) = model.Forecast(steps);
                double[] quantiles = new double[steps * NormalQuantiles.Count];
                for (int i = 0; i < quantiles.Length; i++)
                {
                    int h = i / NormalQuantiles.Count;
                    quantiles[i] = transform.Inverse(means[h] + (NormalQuantiles.Standard[i % NormalQuantiles.Count] * deviations[h]));
                }

                return quantiles;
            }));
    }
}
