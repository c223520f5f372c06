using System.Buffers;

namespace NeuralOde.Reports;

/// <summary>
/// Writes well-formed markup: names are ours, every value and text is escaped here and nowhere else, so a
/// column name from a stranger's file can never become markup.
/// </summary>
internal sealed class Markup
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create([.. Enumerable.Range(' ', 0x7F - ' ').Select(c => (char)c).Except("<>&\"")]);
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    /// <summary>Starts an element that holds others; attributes whose value is null are left out.</summary>
    public Markup Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        StartTag(name, attributes);
        _text.Append('>');
        _open.Push(name);
        return this;
    }

    /// <summary>Ends the innermost open element.</summary>
    public Markup Close()
    {
        _text.Append("</").Append(_open.Pop()).Append(">\n");
        return this;
    }

    /// <summary>An element without content. In HTML only for void elements and inside SVG.</summary>
    public Markup Empty(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        StartTag(name, attributes);
        _text.Append("/>");
        return this;
    }

    /// <summary>An element that holds only text.</summary>
    public Markup Element(string name, string content, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        StartTag(name, attributes);
        _text.Append('>');
        AppendEscaped(content);
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>Escaped text.</summary>
    public Markup Text(string content)
    {
        AppendEscaped(content);
        return this;
    }

    /// <summary>Our own constant markup or style, unescaped: never a user's text.</summary>
    public Markup Raw(string content)
    {
        _text.Append(content);
        return this;
    }

    public override string ToString() =>
        _open.Count == 0 ? _text.ToString() : throw new InvalidOperationException($"The element <{_open.Peek()}> is still _open.");

    private void StartTag(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach ((string? key, string? value) in attributes)
        {
            if (value is null)
            {
                continue;
            }
            _text.Append(' ').Append(key).Append("=\"");
            AppendEscaped(value);
            _text.Append('"');
        }
    }

    private void AppendEscaped(string content)
    {
        // Nearly all text is coordinates, which need no look at every letter.
        if (!content.AsSpan().ContainsAnyExcept(s_plain))
        {
            _text.Append(content);
            return;
        }
        foreach (Rune rune in content.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<':
                    _text.Append("&lt;");
                    break;
                case '>':
                    _text.Append("&gt;");
                    break;
                case '&':
                    _text.Append("&amp;");
                    break;
                case '"':
                    _text.Append("&quot;");
                    break;
                case '\t' or '\n':
                    _text.Append((char)rune.Value);
                    break;
                case '\r':
                    break;
                default:
                    // XML forbids control characters and non-characters; a stray override of the writing
                    // direction would reorder the text around it. EnumerateRunes has replaced lone surrogates.
                    _text.Append(IsUnsafe(rune) ? "\uFFFD" : rune.ToString());
                    break;
            }
        }
    }

    private static bool IsUnsafe(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control
            || rune.Value is 0xFFFE or 0xFFFF
            || rune.Value is >= 0x202A and <= 0x202E
            || rune.Value is >= 0x2066 and <= 0x2069;
}
