using System.Text;

namespace NeuralOde.Series.Tables;

// The names of the columns, and the delimiter where none is given.
internal sealed partial class CsvParser
{
    private void ParseHeader()
    {
        HeaderLine = _line;
        if (_delimiter == 0)
        {
            _delimiter = DetectDelimiter();
        }

        ParseRecord();
        string[] names = new string[Begins.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(_text, Begins[i], Lengths[i]).Trim();
        }

        Begins.Clear();
        Lengths.Clear();
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

        if (names.All(name => CsvTable.TryNumber(Encoding.UTF8.GetBytes(name), out _)))
        {
            throw new TableException(
                _name, HeaderLine, null, TableReason.NoHeader,
                $"the first line holds only numbers ({string.Join(", ", names.Take(4))}), so the header is missing.",
                "Add a line that names the columns.");
        }

        Columns = names;
    }

    /// <summary>
    /// What the header and the first row hold equally often, because a comma may also stand in a name or in a number; where nothing does
    /// so, the header decides: comma, then tab, then semicolon.
    /// </summary>
    private byte DetectDelimiter()
    {
        int at = _position;
        int[] header = CountCandidates(ref at);
        while (at < _text.Length && (_text[at] is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'#'))
        {
            bool isComment = _text[at++] == (byte)'#';
            while (isComment && at < _text.Length && _text[at] is not ((byte)'\n' or (byte)'\r'))
            {
                at++;
            }
        }

        int[] row = CountCandidates(ref at);
        int best = -1;
        for (int i = 0; i < header.Length; i++)
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
        int[] counts = new int[Candidates.Length];
        for (bool quoted = false; at < _text.Length && (quoted || _text[at] is not ((byte)'\n' or (byte)'\r')); at++)
        {
            quoted ^= _text[at] == (byte)'"';
            int candidate = quoted ? -1 : Candidates.IndexOf(_text[at]);
            if (candidate >= 0)
            {
                counts[candidate]++;
            }
        }

        return counts;
    }
}
