using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Curves;

/// <summary>Curves of one known form for several short series of one kind, fitted after the transforms that suit the component; Akaike's criterion weighs these.</summary>
internal sealed class CurveMethod(CurveForm form) : IComponentMethod
{
    /// <summary>Longer series show more than one curve.</summary>
    private const int LongestSeries = 100;

    public string Name => form.Name;

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation) => Fit(data, ValueTransform.For(data), cancellation);

    private Average? Fit(ComponentData data, IReadOnlyList<ValueTransform> transforms, CancellationToken cancellation)
    {
        if (data.Series.Count(static x => x.Count > 0) < 2 || data.Series.Max(static x => x.Count) > LongestSeries)
        {
            return null;
        }

        CurvePopulation[] found =
        [
            .. transforms.Select(x => CurvePopulation.Fit(data, form, x, cancellation)).OfType<CurvePopulation>().OrderBy(static x => x.Criterion),
        ];
        return found.Length == 0 ? null : new Average(data, form, found);
    }

    public IComponentModel Restore(ComponentData data, ComponentState state)
    {
        CurvePopulation[] found = [.. state.Parts("populations").Select(x => CurvePopulation.Restore(data, form, x))];
        return found.Length > 0 ? new Average(data, form, found) : throw ComponentState.Wrong("populations");
    }

    private sealed class Average : IComponentModel
    {
        /// <summary>A transform whose criterion is so much larger would have a share below 2 %.</summary>
        private const double FarFromBest = 8;

        private readonly ComponentData _data;
        private readonly CurveForm _form;
        private readonly CurvePopulation[] _models;
        private readonly double[] _weights;

        public Average(ComponentData data, CurveForm form, CurvePopulation[] models)
        {
            _data = data;
            _form = form;
            _models = [.. models.Where(x => x.Criterion - models[0].Criterion < FarFromBest)];
            double[] weights = Array.ConvertAll(_models, x => Math.Exp((models[0].Criterion - x.Criterion) / 2));
            _weights = Array.ConvertAll(weights, x => x / weights.Sum());
        }

        public string Description => $"a curve for each series{(_models[0].Transform.Name is "none" or "softplus" ? "" : $", with errors of the {_models[0].Transform.Name}")}";

        public IComponentModel? Refit(ComponentData data, CancellationToken cancellation) =>
            new CurveMethod(_form).Fit(data, [.. _models.Select(static x => x.Transform)], cancellation);

        public ComponentState Save() => new ComponentState().With("populations", _models.Select(static x => x.Save()));

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
        {
            double[] quantiles = new double[times.Length * NormalQuantiles.Count];
            for (int m = 0; m < _models.Length; m++)
            {
                double[] one = _models[m].Quantiles(series, times);
                for (int i = 0; i < quantiles.Length; i++)
                {
                    quantiles[i] += _weights[m] * one[i];
                }
            }

            return Array.ConvertAll(quantiles, x => Math.Clamp(x, _data.Low, _data.High));
        }
    }
}
