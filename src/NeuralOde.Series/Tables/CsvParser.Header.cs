using System.Text;
using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Tables;

// The names of the columns, and the delimiter where none is given.
internal sealed partial class CsvParser
{
    private Range _comment;
    private int _commentLine;
    private bool? _areIdsText;
    private int _hashRows;

    private void ParseHeader()
    {
        HeaderLine = _line;
        if (_delimiter == 0)
        {
            _delimiter = DelimiterFinder.Find(_text, _position);
        }

        int first = _position;
        ParseRecord();
        string[] names = TakeNames();
        if (names.All(IsNumber))
        {
            names = NamesInComment(names.Length) ?? throw new TableException(
                _name, HeaderLine, null, TableReason.NoHeader,
                $"the first line holds only numbers ({string.Join(", ", names.Take(4))}), so the header is missing.",
                "Add a line that names the columns.");

            // What was taken for the header is the first row.
            (_position, _line) = (first, HeaderLine);
            HeaderLine = _commentLine;
        }

        SkipRowNames(ref names);
        CheckNames(names);
        Columns = names;
    }

    private static bool IsNumber(string name) => CsvTable.TryNumber(Encoding.UTF8.GetBytes(name), out _);

    private string[] TakeNames()
    {
        string[] names = new string[Begins.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(_text, Begins[i], Lengths[i]).Trim();
        }

        Begins.Clear();
        Lengths.Clear();
        return names;
    }

    /// <summary>The last comment before the first row, where it holds a name for each of its fields.</summary>
    private string[]? NamesInComment(int count)
    {
        string[] names = [.. Encoding.UTF8.GetString(_text.AsSpan()[_comment]).TrimStart('#').Split((char)_delimiter).Select(static x => x.Trim().Trim('"'))];
        if (names.Length != count || names.Any(static x => x.Length == 0 || IsNumber(x)))
        {
            return null;
        }

        Notes.Add(new(SeriesNoteReason.NamesFromComment, $"The header is missing; the names of the columns were taken from the comment on line {_commentLine}: "
            + $"{CsvTable.List(names)}."));
        return names;
    }

    /// <summary>Leaves out row names: a first column without a name (pandas, write.csv of R), or one that the header does not count (write.table of R).</summary>
    private void SkipRowNames(ref string[] names)
    {
        if (names.Length > 1 && names[0].Length == 0 && Array.TrueForAll(names[1..], static x => x.Length > 0))
        {
            names = names[1..];
            Skipped = 1;
            Notes.Add(new(SeriesNoteReason.RowNames, "The first column has no name and was left out: it numbers or names the rows.", "Give it a name if it is needed."));
            return;
        }

        int row = _position;
        while (row < _text.Length && _text[row] is (byte)'\n' or (byte)'\r')
        {
            row++;
        }

        // A number without quotes may be half of one with a decimal comma: those rows are an error below.
        ReadOnlySpan<byte> line = _text.AsSpan()[LineAt(row)];
        if (DelimiterFinder.Count(line, _delimiter) == names.Length + 1 && DelimiterFinder.Field(line, _delimiter).Trim(" \t"u8) is [(byte)'"', .., (byte)'"'])
        {
            Skipped = 1;
            Notes.Add(new(SeriesNoteReason.RowNames, "The rows begin with a name that the header has no column for; it was left out.", "Give it a column if it is needed."));
        }
    }

    private void CheckNames(string[] names)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            if (names[i].Length == 0)
            {
                string hint = i == names.Length - 1 && i > 0
                    ? $"Remove the {DelimiterName} at the end of the line, or name the column."
                    : "Give every column a name.";
                throw new TableException(_name, HeaderLine, null, TableReason.UnnamedColumn, $"column {i + 1} of {names.Length} has no name.", hint);
            }

            if (!seen.TryAdd(names[i], i))
            {
                throw new TableException(
                    _name, HeaderLine, names[i], TableReason.DuplicateColumn, $"columns {seen[names[i]] + 1} and {i + 1} have the same name.", "Rename one of them.");
            }
        }
    }

    /// <summary>
    /// Whether a line that begins with # is a row: it has a field for each column, its first column holds text, and the others can be values where those of the row before
    /// are. Where the first column holds numbers or dates, such a line is a row that was commented out.
    /// </summary>
    private bool IsHashRow(int position)
    {
        if (Columns.Length < 2)
        {
            return false;
        }

        ReadOnlySpan<byte> line = _text.AsSpan()[LineAt(position)];
        if (DelimiterFinder.Count(line, _delimiter) != Columns.Length + Skipped || !CanBeRow(line) || !AreIdsText())
        {
            return false;
        }

        _hashRows++;
        return true;
    }

    /// <summary>Whether one field behind the first can be a value at least.</summary>
    private bool CanBeRow(ReadOnlySpan<byte> line)
    {
        for (ReadOnlySpan<byte> field = DelimiterFinder.Field(line, _delimiter); field.Length < line.Length; field = DelimiterFinder.Field(line, _delimiter))
        {
            line = line[(field.Length + 1)..];
            ReadOnlySpan<byte> next = DelimiterFinder.Field(line, _delimiter);
            if (DelimiterFinder.CanBeValue(next) && !CsvTable.IsMissing(next))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the first column holds text, by the first row that does not begin with #.</summary>
    private bool AreIdsText()
    {
        if (_areIdsText is null)
        {
            _areIdsText = Lines.Count == 0 || !DelimiterFinder.CanBeValue(_text.AsSpan(Begins[Skipped], Lengths[Skipped]));
            for (int at = _position; Lines.Count == 0 && at < _text.Length;)
            {
                Range line = LineAt(at);
                ReadOnlySpan<byte> row = _text.AsSpan()[line].Trim(" \t"u8);
                if (!row.IsEmpty && row[0] != (byte)'#')
                {
                    _areIdsText = !DelimiterFinder.CanBeValue(DelimiterFinder.Field(row, _delimiter));
                    break;
                }

                at = line.End.Value + 1;
            }
        }

        return _areIdsText.Value;
    }

    private void FinishRows()
    {
        if (_hashRows > 0)
        {
            Notes.Add(new(
                SeriesNoteReason.HashRows, $"{(_hashRows == 1 ? "A line that begins with # was read as a row" : $"{_hashRows} lines that begin with # were read as rows")}, "
                    + $"because column '{Columns[0]}' holds text and the other fields are there.", "Remove those lines if they are comments."));
        }
    }
}
