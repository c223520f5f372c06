namespace NeuralOde.Cli.Fit;

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

        Forecast = fit.Model.Predict(scored.HeldOut);
        var errors = HeldOutErrors.Of(data.Set, scored, Forecast, fit.Model.Scaling);
        Errors = errors.Rows;
        Pooled = errors.Pooled;
    }

    public FitData Data { get; }

    public SeriesFitOptions Options { get; }

    public SeriesFit Fit { get; }

    /// <summary>The forecast of the held-out part; null where nothing was held out.</summary>
    public TimeSeriesSet? Forecast { get; }

    /// <summary>One row per component and scale, then all together; none where nothing was held out.</summary>
    public IReadOnlyList<ErrorRow> Errors { get; } = [];

    /// <summary>All components together; null where nothing was held out.</summary>
    public ErrorRow? Pooled { get; }
}
