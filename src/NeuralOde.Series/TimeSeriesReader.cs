namespace NeuralOde.Series;

/// <summary>Makes a <see cref="TimeSeriesSet"/> from a table: sorts rows into series, checks every value.</summary>
internal sealed class TimeSeriesReader
{
    private readonly CsvTable _table;
    private readonly TimeSeriesOptions _options;
    private readonly List<SeriesNote> _notes = [];

    public TimeSeriesReader(CsvTable table, TimeSeriesOptions options)
    {
        _table = table;
        _options = options;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinimumPoints, 1);
    }

    public TimeSeriesSet Read()
    {
        if (_table.RowCount == 0)
        {
            throw new TableException(_table.Name, null, null, TableReason.NoRows, "there are no rows below the header.");
        }

        var columns = new TimeSeriesColumns(_table, _options, _notes);
        (TimeAxis axis, double[] times) = ReadTimes(columns.Time);
        List<(string Id, List<int> Rows)> groups = Group(columns.Series);
        CheckTimes(groups, times, columns.Time, columns.Series);
        TimeSeries[] sets = groups.Select(group => ReadSeries(group, times, columns)).ToArray();
        CheckObserved(sets, columns.State);

        return new TimeSeriesSet(
            columns.Names(columns.State), sets, axis, columns.Names([.. columns.State.Where((_, i) => columns.IsLog[i])]),
            columns.Names(columns.Covariates), columns.Names(columns.Inputs), columns.Series < 0 ? null : _table.Columns[columns.Series], _notes);
    }

    private (TimeAxis Axis, double[] Times) ReadTimes(int column)
    {
        string name = _table.Columns[column];
        TimeFormat format = _options.TimeFormat;
        if (format == TimeFormat.Automatic)
        {
            format = TimeAxis.TryDate(_table.Field(0, column), TimeFormat.IsoDate, out _) ? TimeFormat.IsoDate : TimeFormat.Number;
        }

        double[] times = new double[_table.RowCount];
        if (format == TimeFormat.Number)
        {
            bool compact = true;
            for (int row = 0; row < times.Length; row++)
            {
                RequireTime(row, column);
                if (!CsvTable.TryNumber(_table.Field(row, column), out times[row]))
                {
                    throw _table.Fault(
                        row, column, TableReason.NotATime,
                        $"{CsvTable.Shorten(_table.Text(row, column))} is not a time.", $"Write {TimeAxis.Example(_options.TimeFormat)}, the same kind in all rows.");
                }

                compact = compact && TimeAxis.TryDate(_table.Field(row, column), TimeFormat.CompactDate, out _);
            }

            if (compact && _options.TimeFormat == TimeFormat.Automatic)
            {
                _notes.Add(new(
                    SeriesNoteReason.TimesLookLikeDates,
                    $"The times of column '{name}' look like dates written as eight digits (yyyyMMdd), but were read as plain numbers.",
                    "Say so if they are dates."));
            }

            return (new TimeAxis(name), times);
        }

        var dates = new DateTime[times.Length];
        for (int row = 0; row < dates.Length; row++)
        {
            RequireTime(row, column);
            if (!TimeAxis.TryDate(_table.Field(row, column), format, out dates[row]))
            {
                throw _table.Fault(
                    row, column, TableReason.NotATime, $"{CsvTable.Shorten(_table.Text(row, column))} is not a date.",
                    $"Write {TimeAxis.Example(format)}, the same kind in all rows.");
            }
        }

        DateTime origin = dates.Min();
        for (int row = 0; row < dates.Length; row++)
        {
            times[row] = (dates[row] - origin).TotalDays;
        }

        return (new TimeAxis(name, origin, format), times);
    }

    private void RequireTime(int row, int column)
    {
        if (_table.IsMissing(row, column))
        {
            throw _table.Fault(row, column, TableReason.MissingTime, "the time is missing.", "Every row needs one; fill it in, or remove the row.");
        }
    }

    /// <summary>The rows of each series, by order of appearance.</summary>
    private List<(string Id, List<int> Rows)> Group(int column)
    {
        if (column < 0)
        {
            return [("", Enumerable.Range(0, _table.RowCount).ToList())];
        }

        var groups = new List<(string Id, List<int> Rows)>();
        var byId = new Dictionary<string, int>(StringComparer.Ordinal);
        int current = -1;
        for (int row = 0; row < _table.RowCount; row++)
        {
            // Rows of one series mostly follow each other: no text is made for those.
            if (current < 0 || !_table.Field(row, column).SequenceEqual(_table.Field(row - 1, column)))
            {
                if (_table.IsMissing(row, column))
                {
                    throw _table.Fault(
                        row, column, TableReason.MissingSeriesName, "the series is not named.", "Every row needs the name of its series; fill it in, or remove the row.");
                }

                string id = _table.Text(row, column);
                if (!byId.TryGetValue(id, out current))
                {
                    current = groups.Count;
                    byId.Add(id, current);
                    groups.Add((id, []));
                }
            }

            groups[current].Rows.Add(row);
        }

        return groups;
    }

    private void CheckTimes(List<(string Id, List<int> Rows)> groups, double[] times, int column, int seriesColumn)
    {
        foreach ((string id, List<int> rows) in groups)
        {
            string which = seriesColumn < 0 ? "" : $" of series '{id}'";
            for (int i = 1; i < rows.Count; i++)
            {
                if (times[rows[i]] > times[rows[i - 1]])
                {
                    continue;
                }

                bool equal = times[rows[i]] == times[rows[i - 1]];
                string hint = (equal, seriesColumn) switch
                {
                    (true, >= 0) => "Merge the two rows, or correct one of the times.",
                    (false, >= 0) => "Sort the rows by time.",
                    (true, _) => "Merge the two rows, or if the file holds several series, name the column that tells them apart.",
                    (false, _) => "Sort the rows by time, or if the file holds several series, name the column that tells them apart.",
                };
                throw _table.Fault(
                    rows[i], column, seriesColumn < 0 ? TableReason.TimesRestart : TableReason.TimesNotIncreasing,
                    $"the time {_table.Text(rows[i], column)}{which} {(equal ? "equals" : "is before")} {_table.Text(rows[i - 1], column)} "
                        + $"on line {_table.LineOf(rows[i - 1])}; times must strictly increase within a series.",
                    hint);
            }

            if (rows.Count < _options.MinimumPoints)
            {
                throw new TableException(
                    _table.Name, _table.LineOf(rows[0]), null, TableReason.TooFewRows,
                    $"{(seriesColumn < 0 ? rows.Count == 1 ? "there is" : "there are" : $"series '{id}' has")} {rows.Count} "
                        + $"{(rows.Count == 1 ? "row" : "rows")}; at least {_options.MinimumPoints} are needed to learn from a series.",
                    "Add rows, or remove the series.");
            }
        }
    }

    private TimeSeries ReadSeries((string Id, List<int> Rows) group, double[] allTimes, TimeSeriesColumns columns)
    {
        (int[] state, int[] inputs) = (columns.State, columns.Inputs);
        List<int> rows = group.Rows;
        double[] times = new double[rows.Count];
        double[] values = new double[rows.Count * state.Length];
        double[] inputValues = new double[rows.Count * inputs.Length];
        for (int i = 0; i < rows.Count; i++)
        {
            times[i] = allTimes[rows[i]];
            for (int c = 0; c < state.Length; c++)
            {
                double value = _table.Number(rows[i], state[c]);
                if (columns.IsLog[c] && value <= 0)
                {
                    throw _table.Fault(
                        rows[i], state[c], TableReason.NotPositive,
                        $"{_table.Text(rows[i], state[c])} has no logarithm; values of a column that is modeled as a logarithm must be above 0.",
                        "Model it as it is, or write NA where it was below detection.");
                }

                values[(i * state.Length) + c] = value;
            }

            for (int c = 0; c < inputs.Length; c++)
            {
                inputValues[(i * inputs.Length) + c] = _table.Number(rows[i], inputs[c]);
            }
        }

        return new TimeSeries(group.Id, times, values, Array.ConvertAll(columns.Covariates, column => ReadCovariate(rows, column)), inputValues);
    }

    private double ReadCovariate(List<int> rows, int column)
    {
        int first = -1;
        double value = double.NaN;
        foreach (int row in rows)
        {
            double next = _table.Number(row, column);
            if (double.IsNaN(next))
            {
                continue;
            }

            if (first >= 0 && next != value)
            {
                throw _table.Fault(
                    row, column, TableReason.CovariateChanges,
                    $"{_table.Text(row, column)} differs from {_table.Text(first, column)} on line "
                        + $"{_table.LineOf(first)} of the same series; a covariate must be constant over a series.",
                    "Name a column that changes as a state or an input.");
            }

            if (first < 0)
            {
                (first, value) = (row, next);
            }
        }

        return first >= 0
            ? value
            : throw _table.Fault(
                rows[0], column, TableReason.CovariateMissing, "the covariate has no value in the series that begins here.", "Fill it in, or leave the covariate out.");
    }

    /// <summary>A component that a series never observed can still be learned from others, so it is a remark; one never observed at all cannot.</summary>
    private void CheckObserved(TimeSeries[] sets, int[] state)
    {
        for (int c = 0; c < state.Length; c++)
        {
            string[] without = sets.Where(series => series.ObservedCount(c) == 0).Select(series => $"'{series.Id}'").ToArray();
            string name = _table.Columns[state[c]];
            if (without.Length == sets.Length)
            {
                throw new TableException(_table.Name, null, name, TableReason.EmptyColumn, "the column holds no value.", "Leave it out of the state columns.");
            }

            if (without.Length > 0)
            {
                _notes.Add(new(SeriesNoteReason.ComponentNotObserved, $"'{name}' has no value in {without.Length} of {sets.Length} series: {CsvTable.List(without)}."));
            }
        }
    }
}
