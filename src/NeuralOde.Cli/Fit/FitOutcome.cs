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

        var errors = HeldOutErrors.Of(data.Set, scored, fit.Model.Predict(scored.HeldOut), fit.Model.Scaling);
        Errors = errors.Rows;
        Pooled = errors.Pooled;
    }

    public FitData Data { get; }

    public SeriesFitOptions Options { get; }

    public SeriesFit Fit { get; }

    /// <summary>One row per component and scale, then all together; none where nothing was held out.</summary>
    public IReadOnlyList<ErrorRow> Errors { get; } = [];

    /// <summary>All components together; null where nothing was held out.</summary>
    public ErrorRow? Pooled { get; }
}
