using System.Globalization;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;
using NeuralOde.Settings;

namespace NeuralOde.Equations.Data;

/// <summary>Reads a table for a model: wide (a column for each observable) or long (DV, with DVID), with NONMEM's columns of doses.</summary>
internal sealed partial class EquationDataReader
{
    private readonly CsvTable _table;
    private readonly BoundModel _model;
    private readonly EquationDataOptions _options;
    private readonly SortedDictionary<string, int> _leftOut = new(StringComparer.Ordinal);
    private readonly List<string> _restarts = [];

    public EquationDataReader(CsvTable table, BoundModel model, EquationDataOptions options)
    {
        _table = table;
        _model = model;
        _options = options;
    }

    /// <summary>What acts on each series, whatever was measured.</summary>
    public IReadOnlyList<SeriesInput> ReadInputs() => [.. Read([]).Select(static x => x.Input)];

    public EquationData Read()
    {
        SeriesObservations[] series = Read(MeasuredColumns());
        if (series.Sum(static x => x.Values.Length) == 0)
        {
            throw new EquationDataException(
                EquationDataReason.Nothing, $"{_table.Name} has no measured value of {string.Join(", ", _model.Observables.Select(static x => x.Name))}.");
        }

        return new EquationData(
            _table.Name,
            series,
            [.. _leftOut.Select(static x => FormattableString.Invariant($"{x.Value} values with DVID {x.Key} are not observed by the model, and are left out.")), .. _restarts]);
    }

    private SeriesObservations[] Read(Measured[] measured)
    {
        int time = TimeColumn();
        List<int> rows = [.. Enumerable.Range(0, _table.RowCount)];
        if (_options.Where is { } where)
        {
            int column = Needed(where.Column, "that selects rows");
            rows.RemoveAll(x => _table.Text(x, column).Trim() != where.Text);
        }

        if (rows.Count == 0)
        {
            throw new EquationDataException(
                EquationDataReason.Nothing, _options.Where is { } w ? $"{_table.Name} has no row whose {w.Column} is '{w.Text}'." : $"{_table.Name} has no rows.");
        }

        double[] times = ReadTimes(time, rows);
        int id = _options.SeriesColumn is { } name ? Needed(name, "of series") : Find("ID");
        List<string> order = [];
        Dictionary<string, List<int>> bySeries = [];
        foreach (int row in rows)
        {
            string key = id < 0 ? "" : _table.Text(row, id).Trim();
            if (!bySeries.TryGetValue(key, out List<int>? list))
            {
                bySeries[key] = list = [];
                order.Add(key);
            }

            list.Add(row);
        }

        CheckDoses();
        return [.. order.Select(x => ReadSeries(x, bySeries[x], times, measured))];
    }

    private int Find(string name)
    {
        if (_table.TryColumnIndex(name, out int index))
        {
            return index;
        }

        for (int i = 0; i < _table.Columns.Count; i++)
        {
            if (string.Equals(_table.Columns[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private int Needed(string name, string what)
    {
        int index = Find(name);
        return index >= 0
            ? index
            : throw new EquationDataException(
                EquationDataReason.MissingColumn,
                $"{_table.Name} has no column '{name}' {what}.{NearestName.Suggestion(name, _table.Columns)} It has {string.Join(", ", _table.Columns)}.");
    }

    private int TimeColumn()
    {
        if (_options.TimeColumn is { } name)
        {
            return Needed(name, "of times");
        }

        return TimeColumns.TryFind(_table, out int found)
            ? found
            : throw new EquationDataException(
                EquationDataReason.MissingColumn,
                $"{_table.Name} has no column named {TimeColumns.NamesInWords}. It has {string.Join(", ", _table.Columns)}.",
                "Name the column that holds the times.");
    }

    private double[] ReadTimes(int column, List<int> rows)
    {
        double[] times = new double[_table.RowCount];
        string first = _table.Text(rows[0], column).Trim();
        bool isDate = !double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            && DateTime.TryParse(first, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        TimeAxis axis = new("time");
        foreach (int row in rows)
        {
            if (isDate && axis.Origin is null)
            {
                axis = new TimeAxis("time", DateTime.Parse(first, CultureInfo.InvariantCulture), TimeFormat.IsoDate);
            }

            times[row] = isDate ? axis.Parse(_table.Text(row, column).Trim()) : _table.Number(row, column);
            if (!double.IsFinite(times[row]))
            {
                throw new EquationDataException(EquationDataReason.Value, $"{_table.Name}, line {_table.LineOf(row)}: the time is missing.");
            }
        }

        return times;
    }

    /// <summary>Where an observable's values are: a column, and the DVID that names it.</summary>
    private sealed record Measured(int Observable, int Column, int NameColumn, string? Name);

    private Measured[] MeasuredColumns()
    {
        List<Measured> found = [];
        int dv = Find("DV"), dvid = Find("DVID");
        for (int i = 0; i < _model.Observables.Count; i++)
        {
            string name = _model.Observables[i].Name;
            int column = _table.TryColumnIndex(name, out int exact) ? exact : Find(name);
            if (column < 0 && dv < 0)
            {
                Needed(name, "of an observable");
            }

            found.Add(column >= 0 ? new Measured(i, column, -1, null) : new Measured(i, dv, dvid, name));
        }

        if (found.Count == 0)
        {
            throw new EquationDataException(
                EquationDataReason.Nothing, "The model observes nothing.", "Write which column measures what, as 'observe x' or 'observe conc = C/V: lognormal'.");
        }

        if (found.Count(static x => x.Name is not null) > 1 && dvid < 0)
        {
            throw new EquationDataException(
                EquationDataReason.MissingColumn,
                $"{_table.Name} has values of several observables in the column DV, and no column DVID that tells them apart.");
        }

        return [.. found];
    }

    private SeriesObservations ReadSeries(string name, List<int> rows, double[] times, Measured[] measured)
    {
        int evid = Find("EVID"), mdv = Find("MDV");
        CountOn(name, rows, times, evid);
        List<(double Time, Measured What, int Row, double Value)> values = [];
        foreach (int row in rows)
        {
            double kind = evid < 0 || _table.IsMissing(row, evid) ? 0 : _table.Number(row, evid);
            bool isSilent = mdv >= 0 && !_table.IsMissing(row, mdv) && _table.Number(row, mdv) != 0;
            Tally(row, kind == 0 && !isSilent, measured);
            foreach (Measured what in measured)
            {
                if (kind == 0 && !isSilent && !_table.IsMissing(row, what.Column) && Names(what, row))
                {
                    values.Add((times[row], what, row, _table.Number(row, what.Column)));
                }
            }
        }

        double[] asked = [.. values.Select(static x => x.Time).Distinct().Order()];
        double start = _model.Start ?? Math.Min(rows.Min(x => times[x]), FirstOwnDose());
        if (asked.Length > 0 && asked[0] < start)
        {
            throw new EquationDataException(
                EquationDataReason.Value,
                FormattableString.Invariant($"{_table.Name}{Of(name)}: the first value, at {asked[0]:R}, is before the model's start at {start:R}."),
                "Change 'start' in the model.");
        }

        SeriesInput input = new()
        {
            Name = name,
            Start = start,
            Covariates = [.. _model.Covariates.Select(x => Covariate(x, name, rows))],
            Inputs = [.. _model.Inputs.Select(x => Input(x, name, rows, times, asked))],
            Doses = [.. ReadDoses(rows, times)],
            Resets = [.. rows.Where(x => evid >= 0 && !_table.IsMissing(x, evid) && _table.Number(x, evid) is 3 or 4).Select(x => times[x])],
        };
        return new SeriesObservations(
            input, asked, [.. values.Select(x => new Observation(x.What.Observable, Array.BinarySearch(asked, x.Time), x.Value, _table.LineOf(x.Row)))]);
    }

    /// <summary>Counts values of a long table that no observable of the model takes.</summary>
    private void Tally(int row, bool isMeasurement, Measured[] measured)
    {
        int value = Find("DV"), name = Find("DVID");
        if (isMeasurement && value >= 0 && name >= 0 && measured.Any(static x => x.NameColumn >= 0) && !_table.IsMissing(row, value) && !measured.Any(x => Names(x, row)))
        {
            string text = _table.Text(row, name).Trim();
            _leftOut[text] = _leftOut.GetValueOrDefault(text) + 1;
        }
    }

    private bool Names(Measured what, int row)
    {
        if (what.NameColumn < 0)
        {
            return true;
        }

        string text = _table.Text(row, what.NameColumn).Trim();
        return string.Equals(text, what.Name, StringComparison.OrdinalIgnoreCase)
            || (_model.Observables.Count > 1 && text == (what.Observable + 1).ToString(CultureInfo.InvariantCulture));
    }

    private double FirstOwnDose()
        => _model.Doses.Where(static x => x.Column is null && x.At is { IsConstant: true }).Select(static x => x.At!.Value).DefaultIfEmpty(double.PositiveInfinity).Min();

    private static string Of(string series) => series.Length == 0 ? "" : $", series {series}";

    private double Covariate((string Name, double? Reference) covariate, string series, List<int> rows)
    {
        int column = Find(covariate.Name);
        if (column < 0)
        {
            return covariate.Reference ?? Needed(covariate.Name, "of a covariate");
        }

        double value = double.NaN;
        foreach (int row in rows.Where(x => !_table.IsMissing(x, column)))
        {
            double next = _table.Number(row, column);
            if (!double.IsNaN(value) && next != value)
            {
                throw new EquationDataException(
                    EquationDataReason.Covariate,
                    FormattableString.Invariant($"{_table.Name}, line {_table.LineOf(row)}: the covariate {covariate.Name} changes from {value:R} to {next:R}{Of(series)}."),
                    $"Write 'input {covariate.Name}: constant' for what changes with time.");
            }

            value = next;
        }

        return double.IsNaN(value)
            ? throw new EquationDataException(EquationDataReason.Covariate, $"{_table.Name}{Of(series)}: the covariate {covariate.Name} is missing.")
            : value;
    }

    private InputSignal Input((string Name, Interpolation Kind) input, string series, List<int> rows, double[] times, double[] asked)
    {
        int column = Needed(input.Name, "of an input");
        List<(double Time, double Value)> points =
            [.. rows.Where(x => !_table.IsMissing(x, column)).Select(x => (times[x], _table.Number(x, column))).OrderBy(static x => x.Item1)];
        points = [.. points.GroupBy(static x => x.Time).Select(static x => x.Last())];
        if (points.Count == 0)
        {
            throw new EquationDataException(EquationDataReason.Input, $"{_table.Name}{Of(series)}: the input {input.Name} has no values.");
        }

        if (asked.Length > 0 && input.Kind != Interpolation.Constant && points[^1].Time < asked[^1])
        {
            throw new EquationDataException(
                EquationDataReason.Input,
                FormattableString.Invariant($"{_table.Name}{Of(series)}: the input {input.Name} ends at {points[^1].Time:R}, before the last measured value at {asked[^1]:R}."),
                "Add values of the input, or make it constant, which holds its last value.");
        }

        return new InputSignal([.. points.Select(static x => x.Time)], [.. points.Select(static x => x.Value)], input.Kind);
    }
}
