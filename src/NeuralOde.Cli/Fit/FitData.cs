using NeuralOde.Series.Evaluation;

namespace NeuralOde.Cli.Fit;

/// <summary>The data of a fit: read, checked and split, with every error reported as the user's.</summary>
internal sealed record FitData(string Path, TimeSeriesSet Set, SeriesSplit Split)
{
    /// <summary>What figures say.</summary>
    public FigureLabels Labels { get; init; } = FigureLabels.None;

    /// <summary>What is held out; null for nothing.</summary>
    public HoldOut? HoldOut { get; init; }

    /// <summary>The same data without covariates.</summary>
    public FitData WithoutCovariates()
    {
        var set = new TimeSeriesSet(
            Set.Components, [.. Set.Series.Select(static x => new TimeSeries(x.Id, x.Times, x.Values))], Set.Time, Set.LogComponents, seriesName: Set.SeriesName);
        return this with { Set = set, Split = SeriesSplit.Of(set, HoldOut) };
    }

    /// <summary>The axis of a component's values.</summary>
    public FigureAxis ValueAxis(int component) => new(Set.Components[component], Labels.UnitOf(Set.Components[component]))
    {
        Scale = Set.LogComponents.Contains(Set.Components[component]) ? AxisScale.Logarithmic : AxisScale.Linear,
    };

    /// <summary>The axis of the times.</summary>
    public FigureAxis TimeAxis => TimeFigureAxis.Of(Set.Time, Labels);

    /// <summary>What a user should know about the data, as sentences.</summary>
    public IEnumerable<string> Notes => Set.Notes.Concat(Split.Notes).Select(OptionAdvice.Describe);

    public static FitData Read(CommandValues parsed, FitCommand.FitOptions options)
    {
        string path = parsed.GetValue(options.Data)!;
        HoldOut? holdOut = options.Settings.Apply(FitDataOptions.Settings, new FitDataOptions(), parsed).HoldOut;
        return UserFault.Checked(() =>
        {
            TimeSeriesSet set = DataTable.Read(path, options.Settings, parsed);
            return new FitData(path, set, SeriesSplit.Of(set, holdOut))
            {
                HoldOut = holdOut,
                Labels = FigureLabels.Of(parsed.GetValue(options.Title), parsed.GetValue(options.Unit), [.. set.Components, set.Time.Name]) with
                {
                    SharesScales = FigureLabels.SharesOf(parsed.GetValue(options.Scales)),
                },
            };
        });
    }
}
