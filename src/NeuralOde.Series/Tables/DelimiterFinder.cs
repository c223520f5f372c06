namespace NeuralOde.Series.Tables;

/// <summary>
/// Finds what separates the fields of a table. Of the separators that cut the first rows into as many fields as the header, it takes the one by which the most fields
/// can be values (numbers in any spelling, dates, nothing), because a comma may also stand in a name, in a number or in a text; of equals the one with the most fields.
/// </summary>
internal static class DelimiterFinder
{
    private const int SampledRows = 200;

    private static ReadOnlySpan<byte> Candidates => ",\t;|"u8;

    /// <summary>Finds the separator of a table whose header begins at a position.</summary>
    public static byte Find(ReadOnlySpan<byte> text, int start)
    {
        List<Range> rows = Sample(text, start);
        byte best = 0;
        (double Share, int Fields) reached = (-1, 0);
        foreach (byte candidate in Candidates)
        {
            int fields = Count(text[rows[0]], candidate);
            if (fields > 1 && rows.TrueForAll(text, candidate, fields))
            {
                double share = ShareOfValues(text, rows, candidate);
                if (share > reached.Share || (share == reached.Share && fields > reached.Fields))
                {
                    (best, reached) = (candidate, (share, fields));
                }
            }
        }

        return best != 0 ? best : ByBlanks(text, rows) ? (byte)' ' : ByHeader(text, rows);
    }

    /// <summary>How many fields a line has.</summary>
    public static int Count(ReadOnlySpan<byte> line, byte delimiter)
    {
        int count = 0;
        for (int at = 0; at <= line.Length; count++)
        {
            at += Field(line[at..], delimiter).Length + 1;
            if (delimiter == ' ' && at <= line.Length && line[at..].Trim(" \t"u8).IsEmpty)
            {
                return count + 1;
            }
        }

        return count;
    }

    /// <summary>The first field of a line, with its quotes and the blanks around it.</summary>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, byte delimiter)
    {
        int at = 0;
        while (delimiter == ' ' && at < line.Length && line[at] is (byte)' ' or (byte)'\t')
        {
            at++;
        }

        for (bool quoted = false; at < line.Length; at++)
        {
            quoted ^= line[at] == (byte)'"';
            if (!quoted && (line[at] == delimiter || (delimiter == ' ' && line[at] == (byte)'\t')))
            {
                break;
            }
        }

        return line[..at];
    }

    /// <summary>Whether a field can be a number in some spelling, a date, or a missing value.</summary>
    public static bool CanBeValue(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \t\""u8);
        if (CsvTable.IsMissing(field) || CsvTable.TryNumber(field, out _))
        {
            return true;
        }

        int digits = field.IndexOfAnyInRange((byte)'0', (byte)'9');

        return digits is >= 0 and <= 4 && CanStandBefore(field[..digits]) && !field.ContainsAny(";|\t"u8)
            && field.IndexOf(", "u8) < 0 && !field.EndsWith(","u8) && !field.StartsWith(","u8);
    }

    /// <summary>Before the first digit stands a sign, a currency or an opening parenthesis; letters only with a blank behind them.</summary>
    private static bool CanStandBefore(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            bool isLetter = char.IsAsciiLetterUpper((char)b) && text[^1] == (byte)' ';
            if (!isLetter && b < 0x80 && !"+-($ .,"u8.Contains(b))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TrueForAll(this List<Range> rows, ReadOnlySpan<byte> text, byte delimiter, int fields)
    {
        foreach (Range row in rows)
        {
            if (Count(text[row], delimiter) != fields)
            {
                return false;
            }
        }

        return true;
    }

    private static double ShareOfValues(ReadOnlySpan<byte> text, List<Range> rows, byte delimiter)
    {
        (int values, int fields) = (0, 0);
        foreach (Range row in rows.Skip(1))
        {
            ReadOnlySpan<byte> rest = text[row];
            while (true)
            {
                ReadOnlySpan<byte> field = Field(rest, delimiter);
                values += CanBeValue(field) ? 1 : 0;
                fields++;
                if (field.Length == rest.Length)
                {
                    break;
                }

                rest = rest[(field.Length + 1)..];
            }
        }

        return fields == 0 ? 0 : (double)values / fields;
    }

    /// <summary>Whether words that stand apart are columns: as many in each row as the header has, or one more, a row name; and values for the most part.</summary>
    private static bool ByBlanks(ReadOnlySpan<byte> text, List<Range> rows)
    {
        int words = Count(text[rows[0]], (byte)' ');
        if (rows.Count == 1 || words == 1)
        {
            return false;
        }

        bool areNamed = Count(text[rows[1]], (byte)' ') == words + 1 && Field(text[rows[1]], (byte)' ').Trim(" \t"u8) is [(byte)'"', .., (byte)'"'];
        return rows[1..].TrueForAll(text, (byte)' ', areNamed ? words + 1 : words) && ShareOfValues(text, rows, (byte)' ') >= 0.5;
    }

    /// <summary>Where the rows disagree, what header and first row hold equally often, else what the header holds: the error is then about a row.</summary>
    private static byte ByHeader(ReadOnlySpan<byte> text, List<Range> rows)
    {
        (byte best, int most) = ((byte)',', 0);
        foreach (byte candidate in Candidates)
        {
            int fields = Count(text[rows[0]], candidate);
            int score = fields == 1 ? 0 : rows.Count > 1 && Count(text[rows[1]], candidate) == fields ? fields : 1;
            if (score > most)
            {
                (best, most) = (candidate, score);
            }
        }

        return best;
    }

    /// <summary>The header and the first rows, without comments and blank lines; a line break in quotes does not end a row.</summary>
    private static List<Range> Sample(ReadOnlySpan<byte> text, int start)
    {
        List<Range> rows = [];
        for (int at = start; at < text.Length && rows.Count <= SampledRows; at++)
        {
            int begin = at;
            bool isComment = rows.Count > 0 && text[begin..].TrimStart(" \t"u8).StartsWith("#"u8);
            for (bool quoted = false; at < text.Length && ((quoted && !isComment) || text[at] is not ((byte)'\n' or (byte)'\r')); at++)
            {
                quoted ^= text[at] == (byte)'"';
            }

            if (!isComment && !text[begin..at].Trim(" \t"u8).IsEmpty)
            {
                rows.Add(begin..at);
            }
        }

        return rows;
    }
}
