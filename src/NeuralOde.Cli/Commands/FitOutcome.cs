using NeuralOde.Data;
using NeuralOde.Training;

namespace NeuralOde.Cli.Commands;

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

/// <summary>A fit with the errors of its forecasts.</summary>
internal sealed class FitOutcome
{
    public FitOutcome(FitData data, SeriesFitOptions options, SeriesFit fit)
    {
        Data = data;
        Options = options;
        Fit = fit;
        if (data.Split.Scored is not { } scored)
        {
            return;
        }

        TimeSeriesSet forecast = fit.Model.Predict(scored.HeldOut);
        TimeSeriesSet naive = NaiveForecast.LastObserved(scored);
        List<ErrorRow> rows = [];
        ForecastErrors[] model = [Between(forecast, ErrorScale.Logarithmic), Between(forecast, ErrorScale.Natural)];
        ForecastErrors[] last = [Between(naive, ErrorScale.Logarithmic), Between(naive, ErrorScale.Natural)];
        for (int c = 0; c < data.Set.Components.Count; c++)
        {
            string name = data.Set.Components[c];
            if (data.Set.LogComponents.Contains(name))
            {
                rows.Add(new ErrorRow(name, "log", model[0].Counts[c], model[0].Rmse[c], last[0].Rmse[c]));
            }

            rows.Add(new ErrorRow(name, "natural", model[1].Counts[c], model[1].Rmse[c], last[1].Rmse[c]));
        }

        // Pooled where the components share a scale: logarithms all, or one component. Otherwise in deviations.
        ErrorScale pooledScale = data.Set.LogComponents.Count == data.Set.Components.Count ? ErrorScale.Logarithmic
            : data.Set.Components.Count == 1 ? ErrorScale.Natural
            : ErrorScale.Standardized;
        Pooled = new ErrorRow(
            "all",
            pooledScale switch { ErrorScale.Logarithmic => "log", ErrorScale.Natural => "natural", _ => "standardized" },
            model[0].Count,
            Between(forecast, pooledScale).PooledRmse,
            Between(naive, pooledScale).PooledRmse);
        if (data.Set.Components.Count > 1)
        {
            rows.Add(Pooled);
        }

        Errors = rows;

        ForecastErrors Between(TimeSeriesSet predicted, ErrorScale scale) => ForecastErrors.Between(scored.HeldOut, predicted, scale, fit.Model.Scaling);
    }

    public FitData Data { get; }

    public SeriesFitOptions Options { get; }

    public SeriesFit Fit { get; }

    /// <summary>A row a component and scale, then all together; none where nothing was held out.</summary>
    public IReadOnlyList<ErrorRow> Errors { get; } = [];

    /// <summary>All components together; null where nothing was held out.</summary>
    public ErrorRow? Pooled { get; }
}
