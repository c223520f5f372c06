using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Shell;

/// <summary>A table of the user's own, as its options say.</summary>
internal static class DataTable
{
    /// <summary>Reads the series of a table, or of the standard input.</summary>
    /// <param name="path">The file; - for the standard input.</param>
    /// <param name="settings">The options, those of <see cref="CsvOptions"/> and <see cref="TimeSeriesOptions"/> among them.</param>
    /// <param name="parsed">What was typed.</param>
    /// <exception cref="CommandException">There is no such file, or there are fewer than three points.</exception>
    public static TimeSeriesSet Read(string path, SettingOptions settings, CommandValues parsed)
    {
        bool isInput = path == "-";
        if (!isInput)
        {
            InputFiles.Check(path, "a CSV file in it");
        }

        CsvOptions table = settings.Apply(CsvOptions.Settings, new CsvOptions(), parsed);
        var set = TimeSeriesSet.FromTable(
            isInput ? CsvTable.Read(Console.OpenStandardInput(), "standard input", table) : CsvTable.Read(path, table),
            settings.Apply(TimeSeriesOptions.Settings, new TimeSeriesOptions(), parsed) with
            {
                // A short series still tells something where there are others.
                MinimumPoints = parsed.IsGiven(settings["series"]) ? 1 : 3,
            });
        CommandException.ThrowIf(set.Series.Sum(static series => series.Count) < 3, $"{path}: there are fewer than three points; dynamics cannot be learned from them.");
        return set;
    }
}
