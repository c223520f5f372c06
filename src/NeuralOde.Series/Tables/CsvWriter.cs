namespace NeuralOde.Series.Tables;

/// <summary>
/// Writes comma-separated values that <see cref="CsvTable"/> reads back as they were: fields quoted where needed (RFC 4180), numbers
/// in the shortest form that parses to the same bits, lines ending in a line feed.
/// </summary>
/// <example>
/// <code>
/// AtomicFile.WriteText("forecast.csv", text =>
/// {
///     var csv = new CsvWriter(text, ["time", "hare"]);
///     csv.Add(1921.0).Add(27.3).EndRow();
/// });
/// </code>
/// </example>
public sealed class CsvWriter
{
    private readonly TextWriter _output;
    private readonly int _columns;
    private int _field;

    /// <summary>Writes the header.</summary>
    /// <param name="output">Where the text goes; it stays open.</param>
    /// <param name="columns">The columns' names: at least one, none empty, none twice.</param>
    /// <exception cref="ArgumentException">The names are not as they should be.</exception>
    public CsvWriter(TextWriter output, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0 || columns.Any(string.IsNullOrWhiteSpace) || columns.Distinct().Count() != columns.Count)
        {
            throw new ArgumentException($"The columns are ({string.Join(", ", columns)}); there must be at least one, each with a name of its own.", nameof(columns));
        }

        _output = output;
        _columns = columns.Count;
        foreach (string column in columns)
        {
            Add(column);
        }

        EndRow();
    }

    /// <summary>Adds a text to the row.</summary>
    /// <param name="value">The text.</param>
    /// <returns>This writer.</returns>
    /// <exception cref="InvalidOperationException">The row is full.</exception>
    /// <exception cref="ArgumentException">The text holds a NUL character.</exception>
    public CsvWriter Add(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        BeginField();
        if (value.Contains('\0'))
        {
            throw new ArgumentException("The text holds a NUL character, which a text file cannot hold.", nameof(value));
        }

        // A row of one empty field would be a blank line, which is no row.
        bool quote = value.Length == 0
            ? _columns == 1
            : value.AsSpan().ContainsAny(",;\t\"\r\n") || value[0] is '#' or ' ' or '\uFEFF' || value[^1] == ' ';
        if (quote)
        {
            _output.Write('"');
            _output.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
            _output.Write('"');
        }
        else
        {
            _output.Write(value);
        }

        return this;
    }

    /// <summary>Adds a number to the row; NaN, a missing value, becomes <c>NA</c>.</summary>
    /// <param name="value">The number. Infinities are written as <c>Infinity</c>, which <see cref="CsvTable"/> refuses as a number.</param>
    /// <returns>This writer.</returns>
    /// <exception cref="InvalidOperationException">The row is full.</exception>
    public CsvWriter Add(double value)
    {
        BeginField();
        _output.Write(double.IsNaN(value) ? "NA" : value.ToString("R", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Ends the row.</summary>
    /// <exception cref="InvalidOperationException">The row has fewer fields than the header.</exception>
    public void EndRow()
    {
        if (_field != _columns)
        {
            throw new InvalidOperationException($"The row has {_field} fields; the header names {_columns} columns. Add a field for each.");
        }

        _field = 0;
        _output.Write('\n');
    }

    private void BeginField()
    {
        if (_field == _columns)
        {
            throw new InvalidOperationException($"The row already has {_columns} fields, as many as the header names. Call {nameof(EndRow)} first.");
        }

        if (_field++ > 0)
        {
            _output.Write(',');
        }
    }
}
