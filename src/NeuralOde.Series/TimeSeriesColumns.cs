using NeuralOde.Series.Notes;

namespace NeuralOde.Series;

/// <summary>Which column of a table plays which part, as indices; no column plays two.</summary>
internal sealed class TimeSeriesColumns
{
    private static readonly string[] s_indexColumns = ["index", "Unnamed: 0", "row", "rowname", "rownames", "row.names"];

    private readonly CsvTable _table;
    private readonly TimeSeriesOptions _options;
    private readonly Dictionary<int, string> _parts = [];

    /// <summary>Finds the columns; remarks about those left out go to the notes.</summary>
    public TimeSeriesColumns(CsvTable table, TimeSeriesOptions options, List<SeriesNote> notes)
    {
        _table = table;
        _options = options;
        Time = options is { TimeFormat: TimeFormat.RowNumber, TimeColumn: null } ? -1 : Claim(TimeColumn(), "time column");
        Series = options.SeriesColumn is { } name ? Claim(table.ColumnIndex(name), "series column") : -1;
        Covariates = ClaimAll(options.CovariateColumns, "covariate");
        Inputs = ClaimAll(options.InputColumns, "input");
        State = options.StateColumns is { } columns ? ClaimAll(columns, "state column") : DefaultState(notes);
        IsLog = LogFlags();
    }

    /// <summary>-1 where row numbers are the times.</summary>
    public int Time { get; }

    /// <summary>-1 where there is none.</summary>
    public int Series { get; }

    public int[] State { get; }

    /// <summary>One flag per state column.</summary>
    public bool[] IsLog { get; }

    public int[] Covariates { get; }

    public int[] Inputs { get; }

    public string[] Names(int[] columns) => Array.ConvertAll(columns, column => _table.Columns[column]);

    private int TimeColumn()
    {
        if (_options.TimeColumn is { } given)
        {
            return _table.ColumnIndex(given);
        }

        return TimeColumns.TryFind(_table, out int index)
            ? index
            : throw new TableException(
                _table.Name, null, null, TableReason.NoTimeColumn,
                $"no column is named {TimeColumns.NamesInWords}; the columns are {CsvTable.List(_table.Columns)}.",
                "Say which holds the times, or take the number of the row.");
    }

    /// <summary>Gives a column its part; a column cannot have two.</summary>
    private int Claim(int column, string part)
    {
        if (!_parts.TryAdd(column, part))
        {
            throw new TableException(
                _table.Name, null, _table.Columns[column], TableReason.ColumnUsedTwice,
                _parts[column] == part ? $"it is named twice as {part}." : $"it is named as {_parts[column]} and as {part}.",
                _parts[column] == part ? "Name it once." : "Name it as one of them only.");
        }

        return column;
    }

    private int[] ClaimAll(IReadOnlyList<string> names, string part)
    {
        ArgumentNullException.ThrowIfNull(names);
        return [.. WithCommas(names).Select(name => Claim(_table.ColumnIndex(name), part))];
    }

    /// <summary>Names that a comma cut apart are put together again where the table has such a column, and none of the part's name.</summary>
    private IEnumerable<string> WithCommas(IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            int last = names.Count - 1;
            while (last > i && (_table.TryColumnIndex(names[i], out _) || !_table.TryColumnIndex(string.Join(", ", names.Skip(i).Take(last - i + 1)), out _)))
            {
                last--;
            }

            yield return string.Join(", ", names.Skip(i).Take(last - i + 1));
            i = last;
        }
    }

    /// <summary>Every unclaimed column of numbers. Text is left out with a note; a mixture is more likely a slip, and an error.</summary>
    private int[] DefaultState(List<SeriesNote> notes)
    {
        var columns = new List<int>();
        var text = new List<string>();
        var empty = new List<string>();
        for (int column = 0; column < _table.Columns.Count; column++)
        {
            if (_parts.ContainsKey(column))
            {
                continue;
            }

            (int numbers, int firstText) = CountNumbers(column);
            if (IsIndex(column, numbers))
            {
                notes.Add(new(
                    SeriesNoteReason.IndexColumn, $"Column '{_table.Columns[column]}' numbers the rows and was left out.", "Name it as a state column if it is to be learned."));
                continue;
            }

            if (numbers > 0 && firstText >= 0)
            {
                throw _table.NotANumber(
                    firstText, column, TableReason.MixedColumn, $", but {numbers} other fields of the column are", "Or name the state columns without this one.");
            }

            if (numbers > 0)
            {
                columns.Add(column);
            }
            else
            {
                (firstText >= 0 ? text : empty).Add(_table.Columns[column]);
            }
        }

        if (columns.Count == 0)
        {
            throw new TableException(
                _table.Name, null, null, TableReason.NoStateColumn, $"no column is left that holds numbers to learn from; the columns are {CsvTable.List(_table.Columns)}.");
        }

        if (text.Count > 0)
        {
            notes.Add(new(SeriesNoteReason.TextColumns, $"Left out, because they hold text: {string.Join(", ", text)}."));
        }

        if (empty.Count > 0)
        {
            notes.Add(new(SeriesNoteReason.EmptyColumns, $"Left out, because they hold no value: {string.Join(", ", empty)}."));
        }

        return [.. columns];
    }

    /// <summary>Whether a column of a usual name counts the rows.</summary>
    private bool IsIndex(int column, int numbers)
    {
        string name = _table.Columns[column];
        if (numbers < _table.RowCount || !s_indexColumns.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        double first = _table.Number(0, column);
        return first is 0 or 1 && Enumerable.Range(1, _table.RowCount - 1).All(row => _table.Number(row, column) == first + row);
    }

    private (int Numbers, int FirstText) CountNumbers(int column)
    {
        int numbers = 0;
        int firstText = -1;
        NumberSpelling spelling = _table.Spelling(column);
        for (int row = 0; row < _table.RowCount; row++)
        {
            ReadOnlySpan<byte> field = _table.Field(row, column);
            if (CsvTable.IsMissing(field))
            {
                continue;
            }

            if (spelling.TryRead(field, out _))
            {
                numbers++;
            }
            else if (firstText < 0)
            {
                firstText = row;
            }
        }

        return (numbers, firstText);
    }

    private bool[] LogFlags()
    {
        bool[] flags = new bool[State.Length];
        foreach (string name in _options.LogColumns)
        {
            int index = Array.IndexOf(State, _table.ColumnIndex(name));
            if (index < 0)
            {
                throw new TableException(
                    _table.Name, null, name, TableReason.LogOfOtherColumn,
                    $"it is to be modeled as a logarithm, but is not a state column; those are {string.Join(", ", Names(State))}.",
                    "Name state columns only.");
            }

            flags[index] = true;
        }

        return flags;
    }
}
