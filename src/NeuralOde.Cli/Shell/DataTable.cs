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

        CsvOptions read = settings.Apply(CsvOptions.Settings, new CsvOptions(), parsed);
        CsvTable table = isInput ? CsvTable.Read(Console.OpenStandardInput(), "standard input", read)
            : ParquetTable.IsParquet(path) ? ParquetTable.Read(path) : CsvTable.Read(path, read);
        bool asMonths = settings.Apply(WideOptions.Settings, new WideOptions(), parsed).Months;
        var months = MonthColumns.Find(table);
        CommandException.ThrowIf(
            months is not null && !asMonths && !parsed.IsGiven(settings["states"]),
            $"{path}: the columns {months?.Months[0]} to {months?.Months[^1]} can be the months of one series, or twelve series of years. Give --months for one series, "
                + $"or name the columns with --states.");
        CommandException.ThrowIf(asMonths && months is null, $"{path}: --months needs a column of years and a column for each month, named Jan to Dec or January to December.");
        var set = TimeSeriesSet.FromTable(
            asMonths ? months!.ToLong() : table,
            settings.Apply(TimeSeriesOptions.Settings, new TimeSeriesOptions(), parsed) with
            {
                // A short series still tells something where there are others.
                MinimumPoints = parsed.IsGiven(settings["series"]) ? 1 : 3,
            });
        CommandException.ThrowIf(set.Series.Sum(static series => series.Count) < 3, $"{path}: there are fewer than three points; dynamics cannot be learned from them.");
        return set;
    }
}
