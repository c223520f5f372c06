using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>Exponential smoothing of every series by itself, where they lie on a regular grid. Akaike's criterion compares the structures and weighs those near the best.</summary>
internal sealed class SmoothingMethod : IComponentMethod
{
    private const int Most = 3;
    private const int LongestPeriod = 24;

    public string Name => "exponential smoothing";

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation)
    {
        // Of very many series none is long enough to be worth the time.
        const int MostSeries = 20;
        if (data.Series.Count > MostSeries)
        {
            return null;
        }

        double? period = data.Period ?? (data.Candidates.Count > 0 ? data.Candidates[0] : null);
        int? steps = period is { } length && Math.Abs(length - Math.Round(length)) < 0.02 && length <= LongestPeriod ? (int)Math.Round(length) : null;
        var models = new SmoothingModel[data.Series.Count][];
        for (int s = 0; s < models.Length; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (GridValues.Of(data.Series[s]) is not { } values)
            {
                return null;
            }

            bool isPositive = Array.TrueForAll(values, static x => double.IsNaN(x) || x > 0);
            models[s] =
            [
                .. SmoothingStructure.For(null, isPositive).Concat(steps is null ? [] : SmoothingStructure.For(steps, isPositive)).Distinct()
                    .Select(x => SmoothingModel.Fit(x, values)).OfType<SmoothingModel>().OrderBy(static x => x.Criterion).Take(Most),
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
            double[] values = GridValues.Of(data.Series[s]) ?? throw ComponentState.Wrong("series");
            SmoothingModel[] models = [.. x.Parts("models").Select(one =>
            {
                var structure = SmoothingStructure.Restore(one, values.Length);
                return SmoothingModel.At(structure, values, one.Finite("parameters", structure.Parameters));
            })];
            return models.Length > 0 && Array.TrueForAll(models, static one => double.IsFinite(one.Criterion)) ? models : throw ComponentState.Wrong("models");
        })]);
    }

    private sealed class Model(ComponentData data, SmoothingModel[][] models) : IComponentModel
    {
        public string Description => $"exponential smoothing with {models[0][0].Structure}";

        // A search costs little, and orders that the whole series suggests would be hindsight.
        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) => new SmoothingMethod().Fit(data, cancellation);

        public ComponentState Save() => new ComponentState().With("series", models.Select(static series => new ComponentState()
            .With("models", series.Select(static x => x.Structure.Save().With("parameters", x.Parameters)))));

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs) => GridForecast.At(
            data, series, times, steps => GridForecast.Weighted(
                Array.ConvertAll(models[series], static x => x.Criterion), k => models[series][k].Quantiles(steps, new Random(1))));
    }
}
