namespace NeuralOde.Series.Forecasting.Components;

/// <summary>How many threads fits take: as many as <see cref="ComputeSettings.MaxThreads"/> allows.</summary>
internal static class Workers
{
    public static ParallelOptions Options(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = ComputeSettings.Current.MaxThreads, CancellationToken = cancellation };
}
