using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>The weighted mean of models' quantiles, with bands that rolling origins calibrate.</summary>
internal sealed class CombinedModel : IComponentModel
{
    /// <summary>A method with an error so many times the best one's has failed.</summary>
    private const double Failure = 10;

    /// <summary>How much weights of several series depend on errors.</summary>
    private const double Power = 12;

    /// <summary>What has less than this part of the greatest weight is left out.</summary>
    private const double Least = 0.02;

    private readonly ComponentData _data;
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<IComponentModel> _models;
    private readonly double[] _weights;
    private readonly IReadOnlyList<double> _errors = [];
    private readonly BandCalibration _calibration;

    public CombinedModel(ComponentData data, IReadOnlyList<string> names, IReadOnlyList<IComponentModel> models, OriginTrials trials)
    {
        (_data, _names, _models) = (data, names, models);
        _errors = trials.Errors;
        _weights = Weights(trials, models.Count, data.Series.Count > 1);
        _calibration = BandCalibration.Of(trials, _weights);
    }

    private CombinedModel(
        ComponentData data, IReadOnlyList<string> names, IReadOnlyList<IComponentModel> models, double[] errors, double[] weights, BandCalibration calibration) =>
        (_data, _names, _models, _errors, _weights, _calibration) = (data, names, models, errors, weights, calibration);

    public string Description => string.Join(
        "; ", Enumerable.Range(0, _models.Count).Where(m => _weights[m] >= 0.01).OrderByDescending(m => _weights[m])
            .Select(m => $"{100 * _weights[m]:0} % {_names[m]} ({_models[m].Description})"));

    /// <summary>How the models did at the origins.</summary>
    public IEnumerable<MethodTrial> Trials(string component) =>
        Enumerable.Range(0, _models.Count).Select(m => new MethodTrial(component, _names[m], _errors[m], _weights[m], _models[m].Description));

    public IComponentModel? Refit(ComponentData data, CancellationToken cancellation)
    {
        IComponentModel?[] refitted = [.. _models.Select(x => x.Refit(data, cancellation))];
        return Array.TrueForAll(refitted, static x => x is not null) ? new CombinedModel(data, _names, refitted!, [.. _errors], _weights, _calibration) : null;
    }

    /// <summary>Makes a model again from what <see cref="Save"/> kept.</summary>
    /// <exception cref="FormatException">It is not of these methods.</exception>
    public static CombinedModel Restore(ComponentData data, IReadOnlyList<IComponentMethod> methods, ComponentState state)
    {
        ComponentState[] parts = state.Parts("models");
        IComponentMethod[] found = [.. parts.Select(x => methods.FirstOrDefault(method => method.Name == x.Text("method")) ?? throw ComponentState.Wrong("method"))];
        double[] weights = state.Finite("weights", parts.Length);
        if (parts.Length == 0 || Array.Exists(weights, static x => x < 0))
        {
            throw ComponentState.Wrong("weights");
        }

        return new CombinedModel(
            data, [.. found.Select(static x => x.Name)], [.. found.Select((x, m) => x.Restore(data, parts[m].Parts("model", 1)[0]))], state.Numbers("errors", parts.Length), weights,
            BandCalibration.Restore(state.Parts("calibration", 1)[0]));
    }

    public ComponentState Save() => new ComponentState()
        .With("models", _models.Select((x, m) => new ComponentState().With("method", _names[m]).With("model", [x.Save()])))
        .With("errors", _errors).With("weights", _weights).With("calibration", [_calibration.Save()]);

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

        ComponentSeries known = _data.Series[series];
        double end = known.Count > 0 ? known.Times[^1] : 0, length = known.Count > 0 ? end - known.Times[0] + 1 : 1;
        for (int i = 0; i < times.Length; i++)
        {
            Span<double> at = quantiles.AsSpan(i * NormalQuantiles.Count, NormalQuantiles.Count);
            _calibration.Stretch((times[i] - end) / length, at, _data.Low, _data.High);
        }

        return quantiles;
    }

    private static double[] Weights(OriginTrials trials, int models, bool areSeveral)
    {
        double best = trials.Trials.Count == 0 ? double.NaN : trials.Errors.Min();
        double[] weights = [.. Enumerable.Range(0, models).Select(m =>
            !(best > 0) ? 1
            : areSeveral ? Math.Pow(trials.Errors[m] / best, -Power)
            : trials.Errors[m] <= Failure * best ? 1 : 0)];
        double least = Least * weights.Max();
        weights = Array.ConvertAll(weights, x => x >= least ? x : 0);
        double sum = weights.Sum();
        return Array.ConvertAll(weights, x => x / sum);
    }
}
