using NeuralOde.Series.Notes;

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
        List<(string Id, List<int> Rows)> groups = Group(columns.Series);
        (TimeAxis axis, double[] times) = columns.Time >= 0 ? new TimeColumn(_table, columns.Time, _notes).Read(_options.TimeFormat) : RowNumbers(groups);
        CheckTimes(groups, times, columns.Time, columns.Series);
        TimeSeries[] sets = groups.Select(group => ReadSeries(group, times, columns)).ToArray();
        CheckObserved(sets, columns.State);
        _notes.InsertRange(0, _table.Notes);

        return new TimeSeriesSet(
            columns.Names(columns.State), sets, axis, columns.Names([.. columns.State.Where((_, i) => columns.IsLog[i])]),
            columns.Names(columns.Covariates), columns.Names(columns.Inputs), columns.Series < 0 ? null : _table.Columns[columns.Series], _notes);
    }

    private (TimeAxis Axis, double[] Times) RowNumbers(List<(string Id, List<int> Rows)> groups)
    {
        double[] times = new double[_table.RowCount];
        foreach ((_, List<int> rows) in groups)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                times[rows[i]] = i;
            }
        }

        return (new TimeAxis("row", null, TimeFormat.RowNumber), times);
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
                // NA is a name too: a country's, for one.
                if (_table.IsMissing(row, column) && (_table.Field(row, column).IsEmpty || (AreQuoted(column) && !_table.IsQuoted(row, column))))
                {
                    throw _table.Fault(
                        row, column, TableReason.MissingSeriesName, "the series is not named.", "Every row needs the name of its series; fill it in, or remove the row.");
                }

                string id = _table.Text(row, column);
                if (!byId.TryGetValue(id, out current))
                {
                    if (_table.IsMissing(row, column) && !_table.IsQuoted(row, column))
                    {
                        _notes.Add(new(
                            SeriesNoteReason.SeriesNamedMissing,
                            $"'{id}' on line {_table.LineOf(row)} was taken for the name of a series, not for a missing name.", "Remove its rows if it is none."));
                    }

                    current = groups.Count;
                    byId.Add(id, current);
                    groups.Add((id, []));
                }
            }

            groups[current].Rows.Add(row);
        }

        return groups;
    }

    /// <summary>Whether the first name of the column stands in quotes: then one without is no name.</summary>
    private bool AreQuoted(int column) => _table.IsQuoted(0, column);

    /// <summary>Sorts the rows of each series by time, and deals with those of equal times as asked.</summary>
    private void CheckTimes(List<(string Id, List<int> Rows)> groups, double[] times, int column, int seriesColumn)
    {
        int unsorted = 0, firstUnsorted = -1;
        foreach ((string id, List<int> rows) in groups)
        {
            int fall = Enumerable.Range(1, rows.Count - 1).FirstOrDefault(i => times[rows[i]] < times[rows[i - 1]]);
            if (fall > 0)
            {
                unsorted++;
                firstUnsorted = firstUnsorted < 0 ? rows[fall] : firstUnsorted;
                rows.Sort((a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
            }

            int count = 1;
            for (int i = 1; i < rows.Count; i++)
            {
                if (times[rows[i]] != times[rows[i - 1]])
                {
                    count++;
                }
                else if (_options.EqualTimes == EqualTimes.Refuse)
                {
                    throw EqualTimesFault(rows[i], rows[i - 1], id, column, seriesColumn);
                }
            }

            if (count < _options.MinimumPoints)
            {
                throw new TableException(
                    _table.Name, _table.LineOf(rows[0]), null, TableReason.TooFewRows,
                    $"{(seriesColumn < 0 ? count == 1 ? "there is" : "there are" : $"series '{id}' has")} {count} "
                        + $"{(count == 1 ? "row" : "rows")}; at least {_options.MinimumPoints} are needed to learn from a series.",
                    "Add rows, or remove the series.");
            }
        }

        if (unsorted > 0)
        {
            _notes.Add(new(
                SeriesNoteReason.RowsSorted,
                $"The rows were sorted by time{(seriesColumn < 0 ? "" : $" in {unsorted} of {groups.Count} series")}: line {_table.LineOf(firstUnsorted)} is the "
                    + $"first that is before the one above.",
                seriesColumn < 0 ? "If the file holds several series, name the column that tells them apart." : null));
        }
    }

    private TableException EqualTimesFault(int row, int before, string id, int column, int seriesColumn) => _table.Fault(
        row, column, seriesColumn < 0 ? TableReason.TimesRestart : TableReason.TimesNotIncreasing,
        $"the time {_table.Text(row, column)}{(seriesColumn < 0 ? "" : $" of series '{id}'")} equals {_table.Text(before, column)} on line {_table.LineOf(before)}.",
        seriesColumn < 0 ? "Merge the two rows, or if the file holds several series, name the column that tells them apart." : "Merge the two rows, or correct one of the times.");

    private TimeSeries ReadSeries((string Id, List<int> Rows) group, double[] allTimes, TimeSeriesColumns columns)
    {
        (int[] state, int[] inputs) = (columns.State, columns.Inputs);
        List<int> rows = group.Rows;
        List<int> starts = [.. Enumerable.Range(0, rows.Count).Where(i => i == 0 || allTimes[rows[i]] != allTimes[rows[i - 1]]), rows.Count];
        double[] times = new double[starts.Count - 1];
        double[] values = new double[times.Length * state.Length];
        double[] inputValues = new double[times.Length * inputs.Length];
        for (int i = 0; i < times.Length; i++)
        {
            List<int> same = rows[starts[i]..starts[i + 1]];
            times[i] = allTimes[same[0]];
            for (int c = 0; c < state.Length; c++)
            {
                if (columns.IsLog[c] && same.FindIndex(row => _table.Number(row, state[c]) <= 0) is >= 0 and var at)
                {
                    throw _table.Fault(
                        same[at], state[c], TableReason.NotPositive,
                        $"{_table.Text(same[at], state[c])} has no logarithm; values of a column that is modeled as a logarithm must be above 0.",
                        "Model it as it is, or write NA where it was below detection.");
                }

                values[(i * state.Length) + c] = Mean(same, state[c]);
            }

            for (int c = 0; c < inputs.Length; c++)
            {
                inputValues[(i * inputs.Length) + c] = Mean(same, inputs[c]);
            }
        }

        if (times.Length < rows.Count)
        {
            _notes.Add(new(
                SeriesNoteReason.RowsMerged, $"{rows.Count - times.Length} "
                    + $"{(rows.Count - times.Length == 1 ? "row" : "rows")}{(group.Id.Length == 0 ? "" : $" of series '{group.Id}'")} "
                    + "of a time that another row has: their values were averaged."));
        }

        return new TimeSeries(group.Id, times, values, Array.ConvertAll(columns.Covariates, column => ReadCovariate(rows, column)), inputValues);
    }

    /// <summary>The mean of the values that are there; NaN where none is.</summary>
    private double Mean(List<int> rows, int column)
    {
        if (rows.Count == 1)
        {
            return _table.Number(rows[0], column);
        }

        (double sum, int count) = (0, 0);
        foreach (double value in rows.Select(row => _table.Number(row, column)).Where(static x => !double.IsNaN(x)))
        {
            (sum, count) = (sum + value, count + 1);
        }

        return sum / count;
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
