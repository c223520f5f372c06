using NeuralOde.Series.Evaluation;

namespace NeuralOde.Cli.Fit;

/// <summary>The data of a fit: read, checked and split, with every error reported as the user's.</summary>
internal sealed record FitData(string Path, TimeSeriesSet Set, SeriesSplit Split)
{
    /// <summary>What a user should know about the data, as sentences.</summary>
    public IEnumerable<string> Notes => Set.Notes.Concat(Split.Notes).Select(OptionAdvice.Describe);

    public static FitData Read(CommandValues parsed, FitCommand.FitOptions options)
    {
        string path = parsed.GetValue(options.Data)!;
        HoldOut? holdOut = options.Settings.Apply(FitDataOptions.Settings, new FitDataOptions(), parsed).HoldOut;
        return UserFault.Checked(() =>
        {
            TimeSeriesSet set = DataTable.Read(path, options.Settings, parsed);
            return new FitData(path, set, SeriesSplit.Of(set, holdOut));
        });
    }
}
