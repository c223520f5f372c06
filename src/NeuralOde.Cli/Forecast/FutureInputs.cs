using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Cli.Forecast;

/// <summary>Forecasts of a model with inputs: at the rows that have their later values.</summary>
internal static class FutureInputs
{
    /// <summary>Forecasts the rows of a table, or those that the training data had after the last observation.</summary>
    /// <exception cref="CommandException">There are no such rows, or options do not go together.</exception>
    public static ForecastDistribution Forecast(AutomaticForecast chosen, string path, ForecastCommand.Asked asked)
    {
        string names = string.Join(", ", chosen.Known.Inputs);
        CommandException.ThrowIf(asked.Data is not null, "--data takes a latent model. --inputs takes the later values of inputs.");
        CommandException.ThrowIf(asked.Step is not null, $"--step cannot be: {path} has the inputs {names}, and is forecast at the times that have their values.");
        TimeSeriesSet rows = asked.Inputs is { } file ? Read(chosen.Known, file)
            : chosen.Future ?? throw new CommandException(
                $"{path} has the inputs {names}, and no later values of them. Give a table with {chosen.Known.Time.Name} and {names} by --inputs.");
        if (asked.Until is { } until)
        {
            double last = ForecastCommand.Time(chosen.Known.Time, until);
            rows = chosen.Known.WithSeries([.. rows.Series.Select(x => x.Slice(0, x.Times.ToArray().Count(time => time <= last))).Where(static x => x.Count > 0)]);
        }

        CommandException.ThrowIf(rows.Series.Count == 0, $"There is no row to forecast{(asked.Until is null ? "" : $" until {asked.Until}")}.");
        return chosen.Predict(rows);
    }

    private static TimeSeriesSet Read(TimeSeriesSet known, string file)
    {
        InputFiles.Check(file, "a table of inputs in it", "--inputs");
        var table = CsvTable.Read(file);
        string? series = known.SeriesName is { } name && table.TryColumnIndex(name, out _) ? name : null;
        CommandException.ThrowIf(
            known.Series.Count > 1 && series is null, $"{file} has no column '{known.SeriesName}', which tells the series apart.");

        // The inputs are read as states: a table of inputs alone has no others.
        var read = TimeSeriesSet.FromTable(table, new TimeSeriesOptions
        {
            TimeColumn = known.Time.Format == TimeFormat.RowNumber ? null : known.Time.Name,
            TimeFormat = known.Time.Format,
            StateColumns = known.Inputs,
            SeriesColumn = series,
            MinimumPoints = 1,
        });
        List<TimeSeries> rows = [];
        foreach (TimeSeries x in read.Series)
        {
            TimeSeries? own = known.Series.FirstOrDefault(y => y.Id == x.Id) ?? (known.Series.Count == 1 && series is null ? known.Series[0] : null);
            CommandException.ThrowIf(own is null, $"{file}: there is no series '{x.Id}' in the training data.");
            double end = Enumerable.Range(0, own!.Count).Where(own.IsObserved).Max(i => own.Times[i]);

            // Dates count from the first in each file; rows without times follow on the data.
            double shift = read.Time.Origin is { } origin && known.Time.Origin is { } first ? (origin - first).TotalDays : 0;
            shift = known.Time.Format == TimeFormat.RowNumber ? end + 1 - x.Times[0] : shift;
            double[] times = [.. x.Times.ToArray().Select(time => time + shift)];
            int from = times.Count(time => time <= end);
            if (from < times.Length)
            {
                rows.Add(new TimeSeries(
                    own.Id, times[from..], new double[(times.Length - from) * known.Components.Count], own.Covariates, x.Values[(from * known.Inputs.Count)..]));
            }
        }

        return rows.Count > 0 ? known.WithSeries(rows) : throw new CommandException($"{file}: no row is after the end of the training data.");
    }
}
