using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Shell;

/// <summary>A table with the columns that a model was learned from.</summary>
internal static class ModelTable
{
    /// <summary>Reads the series of a table as those of the model were. The column that tells series apart may be missing: then the table is one series.</summary>
    public static TimeSeriesSet Read(
        string path, TimeAxis time, IReadOnlyList<string> states, IReadOnlyList<string> logs, IReadOnlyList<string> covariates, string? seriesColumn)
    {
        var table = CsvTable.Read(path);
        return TimeSeriesSet.FromTable(table, new TimeSeriesOptions
        {
            TimeColumn = time.Format == TimeFormat.RowNumber ? null : time.Name,
            TimeFormat = time.Format,
            StateColumns = states,
            LogColumns = logs,
            CovariateColumns = covariates,
            SeriesColumn = seriesColumn is not null && table.TryColumnIndex(seriesColumn, out _) ? seriesColumn : null,
            MinimumPoints = 1,
        });
    }
}
