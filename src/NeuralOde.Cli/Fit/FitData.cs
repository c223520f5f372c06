using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Tables;

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
            bool isInput = path == "-";
            if (!isInput)
            {
                InputFiles.Check(path, "a CSV file in it");
            }

            CsvOptions table = options.Settings.Apply(CsvOptions.Settings, new CsvOptions(), parsed);
            var set = TimeSeriesSet.FromTable(
                isInput ? CsvTable.Read(Console.OpenStandardInput(), "standard input", table) : CsvTable.Read(path, table),
                options.Settings.Apply(TimeSeriesOptions.Settings, new TimeSeriesOptions(), parsed) with
                {
                    // A short series still tells something where there are others.
                    MinimumPoints = parsed.IsGiven(options.Settings["series"]) ? 1 : 3,
                });
            CommandException.ThrowIf(set.Series.Sum(static series => series.Count) < 3, $"{path}: there are fewer than three points; dynamics cannot be learned from them.");
            return new FitData(path, set, SeriesSplit.Of(set, holdOut));
        });
    }
}
