using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Forecasting;

/// <summary>The weighted mean of models' quantiles, with bands that rolling origins calibrate.</summary>
internal sealed class CombinedModel : IComponentModel
{
    /// <summary>A method with an error so many times the best one's has failed.</summary>
    private const double Failure = 10;

    /// <summary>How much weights of several series depend on errors.</summary>
    private const double Power = 12;

    /// <summary>The most that a simple forecast of one series weighs beside the methods, each of which weighs one.</summary>
    private const double Simple = 1.5;

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
        _weights = data.Series.Count > 1 || AreInputsKept(trials, names) ? Powers(trials, models.Count) : Shares(trials, names);
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
            data, [.. found.Select(static x => x.Name)], [.. found.Select((x, m) => x.Restore(data, parts[m].Parts("model", 1)[0]))],
            state.Numbers("errors", parts.Length), weights, BandCalibration.Restore(state.Parts("calibration", 1)[0]));
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

    /// <summary>Whether inputs make the error at the origins clearly smaller. Methods without a part for them then weigh by what they can do.</summary>
    private static bool AreInputsKept(OriginTrials trials, IReadOnlyList<string> names)
    {
        const double Clear = 0.9;
        int with = names.ToList().IndexOf(LinearMethod.With), without = names.ToList().IndexOf(LinearMethod.Without);
        return with >= 0 && without >= 0 && trials.Errors[with] < Clear * trials.Errors[without];
    }

    /// <summary>For several series, or with inputs: the better a method did, the more it weighs.</summary>
    private static double[] Powers(OriginTrials trials, int models)
    {
        double best = trials.Trials.Count == 0 ? double.NaN : trials.Errors.Min();
        double[] weights = [.. Enumerable.Range(0, models).Select(m => best > 0 ? Math.Pow(trials.Errors[m] / best, -Power) : 1)];
        double least = Least * weights.Max();
        return Normalized(Array.ConvertAll(weights, x => x >= least ? x : 0));
    }

    /// <summary>
    /// For one series: one for each method that did not fail, and for each simple forecast at most <see cref="Simple"/>, by the square of what their mean's error is over its own.
    /// Where trials cannot tell them apart, a forecast that does not move hedges against one that does.
    /// </summary>
    private static double[] Shares(OriginTrials trials, IReadOnlyList<string> names)
    {
        int[] simple = [.. Enumerable.Range(0, names.Count).Where(m => BaselineMethod.IsName(names[m]))], methods = [.. Enumerable.Range(0, names.Count).Except(simple)];
        double[] weights = new double[names.Count];
        if (methods.Length == 0)
        {
            Array.Fill(weights, 1);
            return Normalized(weights);
        }

        double best = trials.Trials.Count == 0 ? 0 : methods.Min(m => trials.Errors[m]);
        foreach (int m in methods)
        {
            weights[m] = !(best > 0) || trials.Errors[m] <= Failure * best ? 1 : 0;
        }

        // Inputs that trials do not support are left out.
        if (names.Contains(LinearMethod.Without))
        {
            weights[names.ToList().IndexOf(LinearMethod.With)] = 0;
        }

        double mean = trials.Trials.Count == 0 ? double.NaN : trials.Trials.Average(x => x.Error(weights));
        foreach (int m in simple)
        {
            double ratio = mean / trials.Errors[m];
            weights[m] = Simple * (double.IsNaN(ratio) ? 0.5 : Math.Min(1, ratio * ratio));
        }

        return Normalized(weights);
    }

    private static double[] Normalized(double[] weights)
    {
        double sum = weights.Sum();
        return Array.ConvertAll(weights, x => x / sum);
    }
}
