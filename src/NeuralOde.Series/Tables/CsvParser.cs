using System.Text;
using System.Text.Unicode;

namespace NeuralOde.Series.Tables;

/// <summary>
/// Splits UTF-8 text into fields in one pass. The fields stay where they are in the text (doubled quotes are closed up in
/// place), so that a large file costs its own size and eight bytes a field.
/// </summary>
internal sealed class CsvParser
{
    private readonly byte[] _text;
    private readonly string _name;
    private byte _delimiter;
    private int _position;
    private int _line = 1;

    /// <summary>Takes over the text; it is changed in place.</summary>
    public CsvParser(byte[] text, string name, char? delimiter)
    {
        _text = text;
        _name = name;
        _delimiter = (byte)(delimiter ?? '\0');
    }

    private static ReadOnlySpan<byte> Candidates => ",\t;"u8;

    public string[] Columns { get; private set; } = [];

    public char Delimiter => (char)_delimiter;

    public int HeaderLine { get; private set; }

    /// <summary>The line on which each row begins.</summary>
    public List<int> Lines { get; } = [];

    /// <summary>Begin of each field, row by row.</summary>
    public List<int> Begins { get; } = [];

    /// <summary>Length of each field, row by row.</summary>
    public List<int> Lengths { get; } = [];

    public void Parse()
    {
        CheckEncoding();
        if (_text.AsSpan().StartsWith("\uFEFF"u8))
        {
            _position = 3;
        }

        if (!NextRecord())
        {
            throw new TableException(_name, null, null, TableReason.NoHeader, "the file has no header.", "The first line that is neither blank nor a # comment must name the columns.");
        }

        ParseHeader();
        while (NextRecord())
        {
            var line = _line;
            var first = Begins.Count;
            ParseRecord();
            CheckCount(Begins.Count - first, line);
            Lines.Add(line);
        }
    }

    private void CheckEncoding()
    {
        if (!Utf8.IsValid(_text))
        {
            // The text before the fault is valid, so the fault is on the first line whose text is not.
            var line = 1;
            foreach (var range in _text.AsSpan().Split((byte)'\n'))
            {
                if (!Utf8.IsValid(_text.AsSpan()[range]))
                {
                    break;
                }

                line++;
            }

            throw new TableException(_name, line, null, TableReason.NotText, "the text is not valid UTF-8.", "Save the file as UTF-8 text.");
        }

        var zero = _text.AsSpan().IndexOf((byte)0);
        if (zero >= 0)
        {
            throw new TableException(_name, 1 + _text.AsSpan(0, zero).Count((byte)'\n'), null, TableReason.NotText, "there is a NUL character: this is not a text file.", "Export the table as CSV.");
        }
    }

    /// <summary>Moves over blank and comment lines to the next record; false at the end.</summary>
    private bool NextRecord()
    {
        while (_position < _text.Length)
        {
            var ahead = _position;
            while (ahead < _text.Length && IsBlank(_text[ahead]))
            {
                ahead++;
            }

            if (ahead == _text.Length)
            {
                return false;
            }

            if (_text[ahead] is (byte)'\n' or (byte)'\r')
            {
                _position = ahead;
                EndLine();
            }
            else if (_text[ahead] == (byte)'#')
            {
                var rest = _text.AsSpan(ahead).IndexOfAny((byte)'\n', (byte)'\r');
                _position = rest < 0 ? _text.Length : ahead + rest;
                EndLine();
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private void ParseHeader()
    {
        HeaderLine = _line;
        if (_delimiter == 0)
        {
            _delimiter = DetectDelimiter();
        }

        ParseRecord();
        var names = new string[Begins.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(_text, Begins[i], Lengths[i]).Trim();
        }

        Begins.Clear();
        Lengths.Clear();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length == 0)
            {
                var hint = i == names.Length - 1 && i > 0
                    ? $"Remove the {DelimiterName} at the end of the line, or name the column."
                    : "Give every column a name.";
                throw new TableException(_name, HeaderLine, null, TableReason.UnnamedColumn, $"column {i + 1} of {names.Length} has no name.", hint);
            }

            if (!seen.TryAdd(names[i], i))
            {
                throw new TableException(_name, HeaderLine, names[i], TableReason.DuplicateColumn, $"columns {seen[names[i]] + 1} and {i + 1} have the same name.", "Rename one of them.");
            }
        }

        if (names.All(name => CsvTable.TryNumber(Encoding.UTF8.GetBytes(name), out _)))
        {
            throw new TableException(
                _name, HeaderLine, null, TableReason.NoHeader, $"the first line holds only numbers ({string.Join(", ", names.Take(4))}), so the header is missing.", "Add a line that names the columns.");
        }

        Columns = names;
    }

    /// <summary>
    /// What the header and the first row hold equally often, because a comma may also stand in a name or in a number; where nothing does
    /// so, the header decides: comma, then tab, then semicolon.
    /// </summary>
    private byte DetectDelimiter()
    {
        var at = _position;
        var header = CountCandidates(ref at);
        while (at < _text.Length && (_text[at] is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'#'))
        {
            var isComment = _text[at++] == (byte)'#';
            while (isComment && at < _text.Length && _text[at] is not ((byte)'\n' or (byte)'\r'))
            {
                at++;
            }
        }

        var row = CountCandidates(ref at);
        var best = -1;
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] > 0 && header[i] == row[i] && (best < 0 || header[i] > header[best]))
            {
                best = i;
            }
        }

        best = best >= 0 ? best : Array.FindIndex(header, static count => count > 0);
        return Candidates[Math.Max(0, best)];
    }

    /// <summary>How often each candidate stands outside quotes in the record that begins at a position, which moves to the record's end.</summary>
    private int[] CountCandidates(ref int at)
    {
        var counts = new int[Candidates.Length];
        for (var quoted = false; at < _text.Length && (quoted || _text[at] is not ((byte)'\n' or (byte)'\r')); at++)
        {
            quoted ^= _text[at] == (byte)'"';
            var candidate = quoted ? -1 : Candidates.IndexOf(_text[at]);
            if (candidate >= 0)
            {
                counts[candidate]++;
            }
        }

        return counts;
    }

    private void ParseRecord()
    {
        for (var field = 0; ; field++)
        {
            while (_position < _text.Length && IsBlank(_text[_position]))
            {
                _position++;
            }

            if (_position < _text.Length && _text[_position] == (byte)'"')
            {
                ParseQuoted(field);
            }
            else
            {
                ParseBare(field);
            }

            if (_position == _text.Length || _text[_position] != _delimiter)
            {
                EndLine();
                return;
            }

            _position++;
        }
    }

    private void ParseBare(int field)
    {
        var begin = _position;
        while (_position < _text.Length)
        {
            var b = _text[_position];
            if (b == _delimiter || b is (byte)'\n' or (byte)'\r')
            {
                break;
            }

            if (b == (byte)'"')
            {
                throw new TableException(
                    _name, _line, ColumnName(field), TableReason.Quote, "there is a quote inside a field that does not begin with one.", "Quote the whole field and double the quotes in it.");
            }

            _position++;
        }

        var end = _position;
        while (end > begin && IsBlank(_text[end - 1]))
        {
            end--;
        }

        Begins.Add(begin);
        Lengths.Add(end - begin);
    }

    private void ParseQuoted(int field)
    {
        var opened = _line;
        var begin = ++_position;
        var write = begin;
        while (true)
        {
            if (_position == _text.Length)
            {
                throw new TableException(_name, opened, ColumnName(field), TableReason.Quote, "a quote is opened here and never closed.", "Close it, and double the quotes inside the field.");
            }

            var b = _text[_position++];
            if (b == (byte)'"')
            {
                if (_position == _text.Length || _text[_position] != (byte)'"')
                {
                    break;
                }

                _position++;
            }
            else if (b == (byte)'\n' || (b == (byte)'\r' && (_position == _text.Length || _text[_position] != (byte)'\n')))
            {
                _line++;
            }

            _text[write++] = b;
        }

        Begins.Add(begin);
        Lengths.Add(write - begin);
        while (_position < _text.Length && IsBlank(_text[_position]))
        {
            _position++;
        }

        if (_position < _text.Length && _text[_position] != _delimiter && _text[_position] is not ((byte)'\n' or (byte)'\r'))
        {
            throw new TableException(_name, _line, ColumnName(field), TableReason.Quote, "there is text after a closing quote.", "Double the quotes inside the field.");
        }
    }

    private void CheckCount(int count, int line)
    {
        if (count == Columns.Length)
        {
            return;
        }

        var lastIsEmpty = Lengths[^1] == 0;
        var hint = count == Columns.Length + 1
            ? lastIsEmpty
                ? $"Remove the {DelimiterName} at the end of the line."
                : "If the rows begin with a row name, give it a name in the header too."
            : count < Columns.Length
                ? $"Write NA, or nothing between two {DelimiterName}s, for a missing value."
                : $"Quote fields that contain a {DelimiterName}.";
        throw new TableException(
            _name, line, null, TableReason.FieldCount,
            $"there {(count == 1 ? "is 1 field" : $"are {count} fields")}, but the header on line {HeaderLine} names {Columns.Length} ({CsvTable.List(Columns)}).",
            hint);
    }

    /// <summary>Moves over one line break: CR LF, LF or CR.</summary>
    private void EndLine()
    {
        if (_position == _text.Length)
        {
            return;
        }

        if (_text[_position++] == (byte)'\r' && _position < _text.Length && _text[_position] == (byte)'\n')
        {
            _position++;
        }

        _line++;
    }

    private string? ColumnName(int field) => field < Columns.Length ? Columns[field] : null;

    private string DelimiterName => _delimiter switch { (byte)'\t' => "tab", (byte)';' => "semicolon", (byte)',' => "comma", _ => $"'{Delimiter}'" };

    /// <summary>A tab is blank, except where it separates fields.</summary>
    private bool IsBlank(byte b) => b == (byte)' ' || (b == (byte)'\t' && _delimiter != (byte)'\t');
}
