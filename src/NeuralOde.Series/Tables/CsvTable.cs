using System.Text;
using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Tables;

/// <summary>
/// A table of text with named columns, read strictly: what can be read in two ways is an error that shows both, and what was left out or taken for granted is a remark
/// (<see cref="Notes"/>). An empty field, <c>NA</c> and <c>NaN</c> (in any case) are missing values.
/// </summary>
/// <remarks>
/// <para>Quoting follows RFC 4180: a field in quotes may hold delimiters, line breaks and doubled quotes. Blanks around
/// fields and names are dropped, except inside quotes. Lines end in CR LF, LF or CR; the last one need not end. Blank lines
/// and lines that begin with <c>#</c> are passed over wherever a row may begin (so a missing value in a table of one column is
/// written <c>NA</c>). A byte-order mark is allowed; the text is UTF-8, or UTF-16 with its mark.</para>
/// <para>The delimiter is the comma, tab, semicolon or bar by which the header and the first rows have equally many fields, and most of them can be numbers, dates or missing;
/// without any, blanks where they cut all rows alike. A first line <c>sep=;</c> says it. A header without any names one column. Whether a field is
/// quoted does not change what it means: <c>"7"</c> is a number.</para>
/// <para>JSON lines, an object of numbers and texts on each line, are a table too: a text that begins with a brace is read so.</para>
/// <para>Numbers are written alike in a column: with a decimal point or comma, with groups of thousands (<c>6 000</c>, <c>1,234.5</c>), with a currency before or a unit or percent
/// sign behind them, which is left out (<c>60 %</c> is 60).</para>
/// <para>Row names are left out: a first column without a name, or one in quotes that the header does not count. Where the header is missing and the comment above the rows names
/// the columns, the names are taken from there. A line that begins with # is a row where it has all fields and the first column holds text.</para>
/// <para>A row with more or fewer fields than the header, a delimiter at the end of a line, an empty or repeated column name, and a
/// file without a header are errors (<see cref="TableException"/>). A table without rows is not.</para>
/// </remarks>
/// <example>
/// <code>
/// var table = CsvTable.Parse("Year, Lynx, Hare\n1900, 4.0, 30.0\n1901, 6.1, NA\n", "pelts");
/// double[] hare = table.Numbers("hare");   // 30, NaN
/// </code>
/// </example>
public sealed class CsvTable
{
    private readonly byte[] _text;
    private readonly List<int> _begins;
    private readonly List<int> _lengths;
    private readonly List<int> _lines;
    private readonly int _headerLine;
    private readonly int _skipped;
    private readonly DecimalMark _decimal;
    private readonly NumberSpelling?[] _spellings;
    private readonly List<SeriesNote> _notes;

    private CsvTable(byte[] text, string name, CsvOptions? options)
    {
        options ??= new CsvOptions();
        if (options.Delimiter is { } given && (!char.IsAscii(given) || char.IsLetterOrDigit(given) || given is '"' or '#' or '\n' or '\r' or '.' or '-' or '+' or '\0'))
        {
            throw new ArgumentException(
                $"The delimiter is '{given}'; it must be an ASCII character that cannot be part of a number, such as a comma, a semicolon, a tab, a blank or "
                    + $"'|'.", nameof(options));
        }

        byte[]? converted = JsonLines.TryConvert(text, name);
        text = converted ?? text;
        var parser = new CsvParser(text, name, converted is null ? options.Delimiter : ',');
        parser.Parse();
        _decimal = converted is null ? options.Decimal : DecimalMark.Point;
        _skipped = parser.Skipped;
        _notes = parser.Notes;
        _spellings = new NumberSpelling?[parser.Columns.Length];
        Name = name;
        Columns = parser.Columns;
        Delimiter = parser.Delimiter;
        _text = text;
        _begins = parser.Begins;
        _lengths = parser.Lengths;

        // JSON lines have no header of their own.
        _lines = converted is null ? parser.Lines : [.. parser.Lines.Select(static x => x - 1)];
        _headerLine = parser.HeaderLine;
    }

    /// <summary>The file's path, or the name given to the text; it begins every message.</summary>
    public string Name { get; }

    /// <summary>The columns' names, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The number of rows below the header.</summary>
    public int RowCount => _lines.Count;

    /// <summary>What separates the fields: given, or found from the header.</summary>
    public char Delimiter { get; }

    /// <summary>What was taken for granted, and what of the file was left out, as remarks. Those on numbers come when a column is read.</summary>
    public IReadOnlyList<SeriesNote> Notes => _notes;

    /// <summary>Reads a file of up to 2 GB, which may be compressed by gzip.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The path is empty, or the delimiter cannot be one.</exception>
    /// <exception cref="TableException">The text is not a table.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static CsvTable Read(string path, CsvOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"Cannot read '{path}': it is a folder. Name a file inside it.");
        }

        return new CsvTable(CsvSource.ToUtf8(File.ReadAllBytes(path), path), path, options);
    }

    /// <summary>Reads a stream to its end, such as the standard input.</summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="name">The name used in messages.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The delimiter cannot be one.</exception>
    /// <exception cref="TableException">The text is not a table.</exception>
    public static CsvTable Read(Stream stream, string name, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return new CsvTable(CsvSource.Read(stream, name), name, options);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text, header first.</param>
    /// <param name="name">The name used in messages.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The delimiter cannot be one.</exception>
    /// <exception cref="TableException">The text is not a table.</exception>
    public static CsvTable Parse(string text, string name, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        return new CsvTable(Encoding.UTF8.GetBytes(text), name, options);
    }

    /// <summary>The line of the file on which a row begins, counted from 1.</summary>
    /// <param name="row">The row, counted from 0.</param>
    /// <returns>The line, comments and blank lines counted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public int LineOf(int row)
    {
        CheckRow(row);
        return _lines[row];
    }

    /// <summary>Finds a column: by its exact name, else by its name in any case where that is unique.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>The column's index, counted from 0.</returns>
    /// <exception cref="TableException">There is none, or several differ in case only; the message lists the columns and suggests the nearest.</exception>
    public int ColumnIndex(string column)
    {
        if (TryColumnIndex(column, out int index))
        {
            return index;
        }

        string hint = Columns.Count == 1
            ? $"The header on line {_headerLine} names the single column '{Columns[0]}'; columns are separated by commas, semicolons, tabs, bars or blanks."
            : $"The columns are {List(Columns)}.";
        string? nearest = NearestName.Find(column, Columns);
        if (Columns.Count(name => name.Equals(column, StringComparison.OrdinalIgnoreCase)) > 1)
        {
            hint = $"Several columns differ from it in case only; write the name exactly. {hint}";
            nearest = null;
        }

        throw new TableException(Name, null, null, TableReason.NoSuchColumn, $"there is no column '{column}'.", $"{(nearest is null ? "" : $"Did you mean '{nearest}'? ")}{hint}");
    }

    /// <summary>Finds a column as <see cref="ColumnIndex"/> does, without an exception.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="index">The column's index, or -1.</param>
    /// <returns>Whether there is exactly one.</returns>
    public bool TryColumnIndex(string column, out int index)
    {
        ArgumentNullException.ThrowIfNull(column);
        index = -1;
        int similar = 0;
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
            {
                index = i;
                return true;
            }

            if (Columns[i].Equals(column, StringComparison.OrdinalIgnoreCase))
            {
                index = i;
                similar++;
            }
        }

        if (similar != 1)
        {
            index = -1;
        }

        return similar == 1;
    }

    /// <summary>One field as text, quotes removed.</summary>
    /// <param name="row">The row, counted from 0.</param>
    /// <param name="column">The column, counted from 0.</param>
    /// <returns>The text; empty where the field is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or column.</exception>
    public string Text(int row, int column) => Encoding.UTF8.GetString(Field(row, column));

    /// <summary>Whether one field is a missing value: empty, blank, <c>NA</c> or <c>NaN</c>.</summary>
    /// <param name="row">The row, counted from 0.</param>
    /// <param name="column">The column, counted from 0.</param>
    /// <returns>Whether the value is missing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or column.</exception>
    public bool IsMissing(int row, int column) => IsMissing(Field(row, column));

    /// <summary>One field as a number.</summary>
    /// <param name="row">The row, counted from 0.</param>
    /// <param name="column">The column, counted from 0.</param>
    /// <returns>A finite number, or NaN where the value is missing.</returns>
    /// <exception cref="TableException">The field is neither a finite number nor a missing value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or column.</exception>
    public double Number(int row, int column)
    {
        ReadOnlySpan<byte> field = Field(row, column);
        return IsMissing(field) ? double.NaN
            : Spelling(column).TryRead(field, out double number) ? number
            : throw NotANumber(row, column);
    }

    /// <summary>A column as numbers.</summary>
    /// <param name="column">The column's name, found as by <see cref="ColumnIndex"/>.</param>
    /// <returns>One number per row; NaN where the value is missing.</returns>
    /// <exception cref="TableException">There is no such column, or a field is neither a finite number nor a missing value.</exception>
    public double[] Numbers(string column)
    {
        int index = ColumnIndex(column);
        double[] numbers = new double[RowCount];
        for (int row = 0; row < numbers.Length; row++)
        {
            numbers[row] = Number(row, index);
        }

        return numbers;
    }

    /// <summary>A column as text.</summary>
    /// <param name="column">The column's name, found as by <see cref="ColumnIndex"/>.</param>
    /// <returns>One text per row.</returns>
    /// <exception cref="TableException">There is no such column.</exception>
    public string[] Texts(string column)
    {
        int index = ColumnIndex(column);
        string[] texts = new string[RowCount];
        for (int row = 0; row < texts.Length; row++)
        {
            texts[row] = Text(row, index);
        }

        return texts;
    }

    internal ReadOnlySpan<byte> Field(int row, int column)
    {
        CheckRow(row);
        if ((uint)column >= (uint)Columns.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(column), column, $"{Name} has {Columns.Count} columns; column must be from 0 to {Columns.Count - 1}.");
        }

        int field = (row * (Columns.Count + _skipped)) + _skipped + column;
        return _text.AsSpan(_begins[field], _lengths[field]);
    }

    /// <summary>Whether a field stands in quotes.</summary>
    internal bool IsQuoted(int row, int column)
    {
        int begin = _begins[(row * (Columns.Count + _skipped)) + _skipped + column];
        return begin > 0 && _text[begin - 1] == (byte)'"';
    }

    /// <summary>How the numbers of a column are written, found at the first call; a remark says so where they are not plain.</summary>
    internal NumberSpelling Spelling(int column)
    {
        if (_spellings[column] is { } known)
        {
            return known;
        }

        NumberSpelling spelling = _spellings[column] = new SpellingFinder(this, _decimal).Find(column);
        if (spelling.Note is { } note)
        {
            _notes.Add(note);
        }

        return spelling;
    }

    internal static bool IsMissing(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \t"u8);
        return field.IsEmpty || Ascii.EqualsIgnoreCase(field, "NA"u8) || Ascii.EqualsIgnoreCase(field, "NaN"u8);
    }

    internal static bool TryNumber(ReadOnlySpan<byte> field, out double number) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>An error at a field that is not a number.</summary>
    internal TableException NotANumber(int row, int column, TableReason reason = TableReason.NotANumber, string note = "", string? orElse = null)
    {
        string text = Text(row, column);
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        string advice = isNumber ? "Write NA where a value is missing."
            : text.Contains(',') ? "Write a decimal point, not a comma, and no thousands separators."
            : "Write NA, NaN or nothing where a value is missing.";
        return Fault(
            row, column, reason, $"{Shorten(text)} is {(isNumber ? "not finite, or too large for double precision" : "not a number")}{note}.",
            orElse is null ? advice : $"{advice} {orElse}");
    }

    /// <summary>An error at one field.</summary>
    internal TableException Fault(int row, int column, TableReason reason, string fault, string advice) => new(Name, LineOf(row), Columns[column], reason, fault, advice);

    internal static string Shorten(string text) => text.Length <= 40 ? $"'{text}'" : $"'{text[..40]}…'";

    /// <summary>Names in a message: the first twenty.</summary>
    internal static string List(IReadOnlyList<string> names)
    {
        const int Shown = 20;
        string list = string.Join(", ", names.Take(Shown));
        return names.Count <= Shown ? list : $"{list} and {names.Count - Shown} more";
    }

    private void CheckRow(int row)
    {
        if ((uint)row >= (uint)RowCount)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"{Name} has {RowCount} rows; row must be at least 0 and less than that.");
        }
    }
}
