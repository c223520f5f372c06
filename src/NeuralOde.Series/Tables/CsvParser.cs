using System.Text;
using System.Text.Unicode;
using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Tables;

/// <summary>
/// Splits UTF-8 text into fields in one pass. The fields stay where they are in the text (doubled quotes are closed up in
/// place), so that a large file costs its own size and eight bytes per field.
/// </summary>
internal sealed partial class CsvParser
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

    public string[] Columns { get; private set; } = [];

    public char Delimiter => (char)_delimiter;

    public int HeaderLine { get; private set; }

    /// <summary>How many fields at the begin of each row belong to no column: 1 where the rows begin with a name or number of their own.</summary>
    public int Skipped { get; private set; }

    /// <summary>What was taken for granted, as remarks.</summary>
    public List<SeriesNote> Notes { get; } = [];

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

        ReadSeparatorLine();
        if (!NextRecord())
        {
            throw new TableException(
                _name, null, null, TableReason.NoHeader, "the file has no header.", "The first line that is neither blank nor a # comment must name the columns.");
        }

        ParseHeader();
        while (NextRecord())
        {
            int line = _line;
            int first = Begins.Count;
            ParseRecord();
            CheckCount(Begins.Count - first, line);
            Lines.Add(line);
        }

        FinishRows();
    }

    /// <summary>The line <c>sep=;</c> at the top, by which spreadsheets are told what separates fields.</summary>
    private void ReadSeparatorLine()
    {
        ReadOnlySpan<byte> rest = _text.AsSpan(_position);
        if (rest.Length > 4 && Ascii.EqualsIgnoreCase(rest[..4], "sep="u8) && (rest.Length == 5 || rest[5] is (byte)'\n' or (byte)'\r'))
        {
            _delimiter = _delimiter == 0 ? rest[4] : _delimiter;
            _position += 5;
            EndLine();
        }
    }

    private void CheckEncoding()
    {
        if (!Utf8.IsValid(_text))
        {
            // The text before the fault is valid, so the fault is on the first line whose text is not.
            int line = 1;
            foreach (Range range in _text.AsSpan().Split((byte)'\n'))
            {
                if (!Utf8.IsValid(_text.AsSpan()[range]))
                {
                    break;
                }

                line++;
            }

            throw new TableException(_name, line, null, TableReason.NotText, "the text is not valid UTF-8.", "Save the file as UTF-8 text.");
        }

        int zero = _text.AsSpan().IndexOf((byte)0);
        if (zero >= 0)
        {
            throw new TableException(
                _name, 1 + _text.AsSpan(0, zero).Count((byte)'\n'), null, TableReason.NotText, "there is a NUL character: this is not a text file.", "Export the table as CSV.");
        }
    }

    /// <summary>Moves over blank and comment lines to the next record; false at the end.</summary>
    private bool NextRecord()
    {
        while (_position < _text.Length)
        {
            int ahead = _position;
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
            else if (_text[ahead] == (byte)'#' && !IsHashRow(ahead))
            {
                if (Columns.Length == 0)
                {
                    (_comment, _commentLine) = (LineAt(ahead), _line);
                }

                _position = LineAt(ahead).End.Value;
                EndLine();
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private void ParseRecord()
    {
        for (int field = 0; ; field++)
        {
            SkipBlanks();
            if (_position < _text.Length && _text[_position] == (byte)'"')
            {
                ParseQuoted(field);
            }
            else
            {
                ParseBare(field);
            }

            if (_delimiter == (byte)' ')
            {
                SkipBlanks();
                if (_position == _text.Length || _text[_position] is (byte)'\n' or (byte)'\r')
                {
                    EndLine();
                    return;
                }

                continue;
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
        int begin = _position;
        while (_position < _text.Length)
        {
            byte b = _text[_position];
            if (b == _delimiter || b is (byte)'\n' or (byte)'\r' || (_delimiter == (byte)' ' && b == (byte)'\t'))
            {
                break;
            }

            if (b == (byte)'"')
            {
                throw new TableException(
                    _name, _line, ColumnName(field), TableReason.Quote, "there is a quote inside a field that does not begin with one.",
                    "Quote the whole field and double the quotes in it.");
            }

            _position++;
        }

        int end = _position;
        while (end > begin && IsBlank(_text[end - 1]))
        {
            end--;
        }

        Begins.Add(begin);
        Lengths.Add(end - begin);
    }

    private void ParseQuoted(int field)
    {
        int opened = _line;
        int begin = ++_position;
        int write = begin;
        while (true)
        {
            if (_position == _text.Length)
            {
                throw new TableException(
                    _name, opened, ColumnName(field), TableReason.Quote, "a quote is opened here and never closed.", "Close it, and double the quotes inside the field.");
            }

            byte b = _text[_position++];
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
        int closed = _position;
        SkipBlanks();
        if (_position < _text.Length && _text[_position] != _delimiter && !(_delimiter == (byte)' ' && _position > closed) && _text[_position] is not ((byte)'\n' or (byte)'\r'))
        {
            throw new TableException(_name, _line, ColumnName(field), TableReason.Quote, "there is text after a closing quote.", "Double the quotes inside the field.");
        }
    }

    private void CheckCount(int count, int line)
    {
        if (count == Columns.Length + Skipped)
        {
            return;
        }

        bool lastIsEmpty = Lengths[^1] == 0;
        string hint = count == Columns.Length + 1
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

    private void SkipBlanks()
    {
        while (_position < _text.Length && IsBlank(_text[_position]))
        {
            _position++;
        }
    }

    /// <summary>The rest of a line from a position, without its break.</summary>
    private Range LineAt(int position)
    {
        int length = _text.AsSpan(position).IndexOfAny((byte)'\n', (byte)'\r');
        return position..(length < 0 ? _text.Length : position + length);
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

    private string DelimiterName => Delimiter switch { '\t' => "tab", ';' => "semicolon", ',' => "comma", '|' => "bar", ' ' => "blank", _ => $"'{Delimiter}'" };

    /// <summary>A tab is blank, except where it separates fields.</summary>
    private bool IsBlank(byte b) => b == (byte)' ' || (b == (byte)'\t' && _delimiter != (byte)'\t');
}
