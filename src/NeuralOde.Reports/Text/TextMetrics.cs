namespace NeuralOde.Reports;

/// <summary>
/// Estimates the width of text without a font. The estimate is on the wide side (it follows DejaVu Sans and
/// Verdana, the widest of the common sans-serif faces), so that labels laid out by it never overlap.
/// </summary>
internal static class TextMetrics
{
    /// <summary>How much wider a bold face is.</summary>
    public const double Bold = 1.14;

    /// <summary>Width of one line, in the units of <paramref name="size"/>.</summary>
    public static double Width(string text, double size)
    {
        double sum = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            sum += Advance(rune);
        }
        return sum * size;
    }

    /// <summary>The text itself where it fits, otherwise its beginning and an ellipsis.</summary>
    public static string Ellipsis(string text, double size, double width)
    {
        if (Width(text, size) <= width)
        {
            return text;
        }
        var kept = new StringBuilder();
        double room = width - Width("…", size);
        foreach (Rune rune in text.EnumerateRunes())
        {
            room -= Advance(rune) * size;
            if (room < 0)
            {
                break;
            }
            kept.Append(rune.ToString());
        }
        return kept.ToString().TrimEnd() + "…";
    }

    /// <summary>Breaks text at spaces into at most <paramref name="most"/> lines; the last one ends in an ellipsis where text is left.</summary>
    public static IReadOnlyList<string> Wrap(string text, double size, double width, int most)
    {
        var lines = new List<string>();
        string line = "";
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            string longer = line.Length == 0 ? words[i] : line + " " + words[i];
            if (line.Length == 0 || Width(longer, size) <= width)
            {
                line = longer;
            }
            else if (lines.Count == most - 1)
            {
                line = line + " " + string.Join(' ', words[i..]);
                break;
            }
            else
            {
                lines.Add(Ellipsis(line, size, width));
                line = words[i];
            }
        }
        if (line.Length > 0)
        {
            lines.Add(Ellipsis(line, size, width));
        }
        return lines;
    }

    // In em, rounded up within a class of similar letters.
    private static double Advance(Rune rune) => rune.Value switch
    {
        'i' or 'j' or 'l' or '\'' or 'I' or 'J' => 0.30,
        ' ' or '.' or ',' or ':' or ';' or '|' or '/' or '\\' => 0.34,
        'f' or 't' or 'r' or '!' or '(' or ')' or '[' or ']' or '-' => 0.42,
        '*' or '_' or '`' or '"' or '?' or 's' or 'z' or 'c' or 'F' or 'L' => 0.57,
        'v' or 'x' or 'y' or 'k' => 0.60,
        'm' or 'M' or 'W' or '%' or '@' => 1.0,
        'w' or '+' or '<' or '>' or '=' or '^' or '~' or '#' or 'N' or 'O' or 'Q' or 'G' or 'D' or 'H' or 'U' or '&' => 0.84,
        >= 'A' and <= 'Z' => 0.70,
        < 0x7F => 0.64,
        '⁰' or '¹' or '²' or '³' or '⁻' => 0.53,
        >= 0x2070 and <= 0x207F => 0.53,
        '−' or '×' or '±' => 0.84,
        '\u2009' or '\u202F' => 0.21,
        < 0x0500 => 0.90,
        _ => 1.1,
    };
}
