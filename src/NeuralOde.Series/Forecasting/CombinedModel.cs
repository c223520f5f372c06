using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>The weighted mean of models' quantiles.</summary>
internal sealed class CombinedModel : IComponentModel
{
    public static double Power = 2;

    private readonly ComponentData _data;
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<IComponentModel> _models;
    private readonly double[] _weights;

    public CombinedModel(ComponentData data, IReadOnlyList<string> names, IReadOnlyList<IComponentModel> models, OriginTrials trials)
    {
        (_data, _names, _models) = (data, names, models);
        _weights = Weights(trials, models.Count);
    }

    public string Description => string.Join(
        ", ", Enumerable.Range(0, _models.Count).Where(m => _weights[m] >= 0.01).OrderByDescending(m => _weights[m])
            .Select(m => string.Create(CultureInfo.InvariantCulture, $"{_weights[m]:0.00} {_names[m]} ({_models[m].Description})")));

    public IComponentModel? Refit(ComponentData data, CancellationToken cancellation)
    {
        IComponentModel?[] refitted = [.. _models.Select(x => x.Refit(data, cancellation))];
        return Array.TrueForAll(refitted, static x => x is not null) ? new CombinedModel(data, _names, refitted!, _weights) : null;
    }

    public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
    {
        double[] quantiles = new double[times.Length * NormalQuantiles.Count];
        for (int m = 0; m < _models.Count; m++)
        {
            if (_weights[m] > 0)
            {
                double[] one = _models[m].Quantiles(series, times, inputs);
                for (int i = 0; i < quantiles.Length; i++)
                {
                    quantiles[i] += _weights[m] * one[i];
                }
            }
        }

        return quantiles;
    }

    private CombinedModel(ComponentData data, IReadOnlyList<string> names, IReadOnlyList<IComponentModel> models, double[] weights) =>
        (_data, _names, _models, _weights) = (data, names, models, weights);

    private static double[] Weights(OriginTrials trials, int models)
    {
        if (trials.Trials.Count == 0)
        {
            return [.. Enumerable.Repeat(1.0 / models, models)];
        }

        double[] weights = [.. trials.Errors.Select(x => Math.Pow(Math.Max(x, 1e-6), -Power))];
        double sum = weights.Sum();
        return Array.ConvertAll(weights, x => x / sum);
    }
}
