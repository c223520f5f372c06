using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Forecasting.Curves;
using NeuralOde.Series.Forecasting.Discrete;
using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Averages the quantiles of several methods. Each is tried at rolling origins within the training part. For a single series those that do not fail there have equal
/// weights, because so few trials do not tell good methods from better ones, and the simple forecasts have more the better they do; for
/// several series a method weighs by a power of its mean error. The bands are then stretched by what the errors at the origins ask for.
/// </summary>
internal sealed class CombinedMethod : IComponentMethod
{
    private readonly IProgress<string>? _progress;

    public CombinedMethod(IProgress<string>? progress = null) => _progress = progress;

    public string Name => "automatic";

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation)
    {
        IReadOnlyList<IComponentMethod> methods = Methods(data);
        _progress?.Report($"{data.Name}: {string.Join(", ", methods.Select(static x => x.Name))}");
        var fitted = new IComponentModel?[methods.Count];
        Parallel.For(0, fitted.Length, Workers.Options(cancellation), m => fitted[m] = methods[m].Fit(data, cancellation));
        int[] kept = [.. Enumerable.Range(0, fitted.Length).Where(m => fitted[m] is not null)];
        if (kept.Length == 0)
        {
            return null;
        }

        IComponentModel[] models = [.. kept.Select(m => fitted[m]!)];
        _progress?.Report($"{data.Name}: rolling origins");
        return new CombinedModel(data, [.. kept.Select(m => methods[m].Name)], models, OriginTrials.Run(data, models, cancellation));
    }

    public IComponentModel Restore(ComponentData data, ComponentState state) => CombinedModel.Restore(data, Methods(data), state);

    private static bool HasInputs(ComponentData data) => data.Series.Any(static x => x.Inputs.Length > 0);

    /// <summary>What is tried.</summary>
    private static IReadOnlyList<IComponentMethod> Methods(ComponentData data) =>
    [
        new LinearMethod(), .. HasInputs(data) ? [new LinearMethod(false)] : Array.Empty<IComponentMethod>(), new SmoothingMethod(), new ArimaMethod(),
        .. data.Series.Count == 1
            ? (data.Period is null ? [Baseline.LastValue, Baseline.Drift] : (Baseline[])[Baseline.SeasonalNaive]).Select(static x => (IComponentMethod)new BaselineMethod(x))
            : [
                .. CurveForm.All.Select(static x => new CurveMethod(x)),
                new BaselineMethod(Baseline.LogLinearTail), new BaselineMethod(Baseline.LastValue), new BaselineMethod(Baseline.Mean),
            ],
    ];
}
