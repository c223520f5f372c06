using NeuralOde.Series.Forecasting;

namespace NeuralOde.Cli.Evaluate;

/// <summary>Methods compared on a table.</summary>
/// <param name="Path">The table's file.</param>
/// <param name="Set">The series.</param>
/// <param name="Options">From where and how far was forecast.</param>
/// <param name="Result">The scores and forecasts.</param>
internal sealed record Evaluation(string Path, TimeSeriesSet Set, EvaluateOptions Options, RollingResult Result)
{
    /// <summary>What figures say.</summary>
    public FigureLabels Labels { get; init; } = FigureLabels.None;

    private static readonly HashSet<string> s_baselines = [.. Forecasters.Baselines().Select(static x => x.Name)];

    public static bool IsBaseline(string method) => s_baselines.Contains(method);

    /// <summary>What was compared, in a sentence.</summary>
    public string What()
    {
        int values = Result.Splits.Sum(static x => x.HeldOut.Series.Sum(static y => Enumerable.Range(0, y.Count).Count(y.IsObserved)));
        string origins = Set.Series.Count == 1
            ? $"{InWords.Counted(Result.Splits.Count, "origin", "origins")}, after {string.Join(", ", Result.Splits.Select(x => Set.Time.Text(x.Training.Series[0].Times[^1])))}"
            : $"{InWords.Counted(Result.Splits.Count, "origin", "origins")} of {InWords.Counted(Set.Series.Count, "series", "series")}";
        return $"{values.ToString("N0", CultureInfo.InvariantCulture)} rows forecast from {origins}.";
    }

    /// <summary>What the scores of a component say, as sentences: the best method, and each model beside the best baseline.</summary>
    public IEnumerable<string> Verdicts(string component)
    {
        IReadOnlyList<ForecastScore> ranking = Result.Ranking(component);
        ForecastScore[] scored = [.. ranking.Where(static x => double.IsFinite(x.Mase))];
        if (scored.Length == 0)
        {
            yield return $"No method has an error for {component}: it does not change, or was not observed.";
            yield break;
        }

        yield return $"{component}: {scored[0].Method} has the smallest error.";
        if (Array.Find(scored, static x => IsBaseline(x.Method)) is not { } baseline)
        {
            yield break;
        }

        foreach (ForecastScore model in scored.Where(static x => !IsBaseline(x.Method)))
        {
            double ratio = model.Mase / baseline.Mase;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{component}: {model.Method} has {ratio:0.00} times the error of the best baseline, {baseline.Method}{(ratio < 1 ? "." : ": it is not better.")}");
        }
    }

    /// <summary>The failures, as sentences.</summary>
    public IEnumerable<string> Failures() => Result.Forecasts.Where(static x => x.Failure is not null).GroupBy(static x => x.Method)
        .Select(x => $"{x.Key} failed at {x.Count()} of {Result.Splits.Count} origins: {x.First().Failure!.Problem}");
}
