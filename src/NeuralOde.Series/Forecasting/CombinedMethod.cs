using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Averages the quantiles of several methods. Weights come from rolling origins within the training part: each method is fitted again to what was known at an origin, and
/// weighs by a power of the inverse of its mean error over all origins. The bands are then stretched by what the errors at the origins ask for.
/// </summary>
internal sealed class CombinedMethod(IReadOnlyList<IComponentMethod> methods) : IComponentMethod
{
    public string Name => "combination";

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation)
    {
        IComponentModel?[] fitted = new IComponentModel?[methods.Count];
        Parallel.For(0, methods.Count, new ParallelOptions { CancellationToken = cancellation }, m => fitted[m] = methods[m].Fit(data, cancellation));
        int[] kept = [.. Enumerable.Range(0, methods.Count).Where(m => fitted[m] is not null)];
        if (kept.Length == 0)
        {
            return null;
        }

        IComponentModel[] models = [.. kept.Select(m => fitted[m]!)];
        var trials = OriginTrials.Run(data, models, cancellation);
        return new CombinedModel(data, [.. kept.Select(m => methods[m].Name)], models, trials);
    }
}
