using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Scaling;

namespace NeuralOde.Cli.Fit;

/// <summary>One row of the table of errors.</summary>
/// <param name="Component">The component's name, or that all are pooled.</param>
/// <param name="Scale">Whether errors are of logarithms.</param>
/// <param name="Count">The number of held-out values.</param>
/// <param name="Model">The model's root-mean-square error.</param>
/// <param name="Naive">The naive forecast's.</param>
internal sealed record ErrorRow(string Component, string Scale, int Count, double Model, double Naive)
{
    public double Ratio => Model / Naive;
}

/// <summary>The errors of forecasts of the held-out part, beside the naive forecast's.</summary>
/// <param name="Rows">One row per component and scale, then all together.</param>
/// <param name="Pooled">All components together.</param>
internal sealed record HeldOutErrors(IReadOnlyList<ErrorRow> Rows, ErrorRow Pooled)
{
    public static HeldOutErrors Of(TimeSeriesSet set, HoldOutSplit scored, TimeSeriesSet forecast, Standardization scaling)
    {
        TimeSeriesSet naive = NaiveForecast.LastObserved(scored);
        List<ErrorRow> rows = [];
        ForecastErrors[] model = [Between(forecast, ErrorScale.Logarithmic), Between(forecast, ErrorScale.Natural)];
        ForecastErrors[] last = [Between(naive, ErrorScale.Logarithmic), Between(naive, ErrorScale.Natural)];
        for (int c = 0; c < set.Components.Count; c++)
        {
            string name = set.Components[c];
            if (set.LogComponents.Contains(name))
            {
                rows.Add(new ErrorRow(name, "log", model[0].Counts[c], model[0].Rmse[c], last[0].Rmse[c]));
            }

            rows.Add(new ErrorRow(name, "natural", model[1].Counts[c], model[1].Rmse[c], last[1].Rmse[c]));
        }

        // Pooled where the components share a scale: logarithms all, or one component. Otherwise in deviations.
        ErrorScale pooledScale = set.LogComponents.Count == set.Components.Count ? ErrorScale.Logarithmic
            : set.Components.Count == 1 ? ErrorScale.Natural
            : ErrorScale.Standardized;
        var pooled = new ErrorRow(
            "all",
            pooledScale switch { ErrorScale.Logarithmic => "log", ErrorScale.Natural => "natural", _ => "standardized" },
            model[0].Count,
            Between(forecast, pooledScale).PooledRmse,
            Between(naive, pooledScale).PooledRmse);
        if (set.Components.Count > 1)
        {
            rows.Add(pooled);
        }

        return new HeldOutErrors(rows, pooled);

        ForecastErrors Between(TimeSeriesSet predicted, ErrorScale scale) => ForecastErrors.Between(scored.HeldOut, predicted, scale, scaling);
    }

    /// <summary>The components that are forecast worse than by their last observed value, the worst first; each on the scale on which it was learned.</summary>
    public static IReadOnlyList<ErrorRow> Worse(ErrorRow pooled, IReadOnlyList<ErrorRow> rows) =>
        [.. rows.Where(x => x != pooled).DistinctBy(static x => x.Component).Where(static x => x.Ratio > 1).OrderByDescending(static x => x.Ratio)];

    /// <summary>What a ratio of errors says, in a few words.</summary>
    public static string Verdict(ErrorRow pooled, IReadOnlyList<ErrorRow> rows) =>
        !double.IsFinite(pooled.Ratio) ? "undefined"
        : pooled.Ratio >= 1 ? "not better than naive"
        : Worse(pooled, rows) is [var worst, ..] ? $"but worse than naive for {worst.Component}"
        : "better than naive";

    /// <summary>What a reader of the errors should know, as sentences.</summary>
    public static IEnumerable<string> Remarks(ErrorRow? pooled, IReadOnlyList<ErrorRow> rows)
    {
        if (pooled is { Ratio: >= 1 })
        {
            yield return "The naive forecast is better on the held-out part: do not trust forecasts of this model.";
        }
        else if (pooled is not null && Worse(pooled, rows) is [_, ..] worse)
        {
            string each = string.Join(", ", worse.Select(static x => string.Create(CultureInfo.InvariantCulture, $"{x.Component} ({x.Ratio:0.##} times the naive error)")));
            yield return $"Forecast worse than by the last observed value, which the ratio of all components hides: {each}. Do not trust forecasts of "
                + $"{(worse.Count == 1 ? "it" : "them")}.";
        }
    }

    /// <summary>Prints one row per component.</summary>
    public static void Print(CommandContext context, IReadOnlyList<ErrorRow> rows)
    {
        int width = Math.Max(9, rows.Max(static x => x.Component.Length));
        context.Out.WriteLine($"{"component".PadRight(width)}  scale         values  held-out RMSE  naive RMSE   ratio");
        foreach (ErrorRow row in rows)
        {
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Component.PadRight(width)}  {row.Scale,-12} {row.Count,7} {ProgressText.Number(row.Model),14} {ProgressText.Number(row.Naive),11} "
                    + $"{ProgressText.Fixed(row.Ratio, 3),7}"));
        }
    }
}
