using System.Globalization;

namespace NeuralOde.Equations.Language;

internal enum TokenKind
{
    End,
    NewLine,
    Number,
    Name,
    Symbol,
}

/// <summary>A word of the language.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A name without back quotes, a symbol, or the digits of a number.</param>
/// <param name="Value">The value of a number.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="IsQuoted">Whether it is a name in back quotes, which is never a keyword.</param>
internal readonly record struct Token(TokenKind Kind, string Text, double Value, int Position, bool IsQuoted = false)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsWord(string word) => Kind == TokenKind.Name && !IsQuoted && Text == word;
}

/// <summary>Cuts a text into words. A line break ends a statement, unless it stands within parentheses or after an operator, a comma or an equals sign.</summary>
internal static class Lexer
{
    private static readonly string[] s_symbols =
        ["->", "<=", ">=", "==", "!=", "**", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "=", "<", ">", "'", "~", ":"];

    private static readonly HashSet<string> s_continues = ["+", "-", "*", "/", "^", "**", "=", ",", "->", "<", ">", "<=", ">=", "==", "!=", "~", ":"];

    public static List<Token> Read(SourceText source)
    {
        string text = source.Text;
        if (text.Length > SourceText.MaxLength)
        {
            throw source.Fault(ModelTextReason.TooLarge, 0, $"The text has {text.Length:N0} characters; a model has at most {SourceText.MaxLength:N0}.");
        }

        List<Token> tokens = [];
        int depth = 0, i = text.StartsWith('\uFEFF') ? 1 : 0;
        while (i < text.Length)
        {
            char c = text[i];
            if (c is '\n' or ';')
            {
                bool continues = c == '\n' && (depth > 0 || (tokens.Count > 0 && tokens[^1].Kind == TokenKind.Symbol && s_continues.Contains(tokens[^1].Text)));
                if (!continues)
                {
                    tokens.Add(new Token(TokenKind.NewLine, "\n", 0, i));
                    depth = 0;
                }

                i++;
            }
            else if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c == '#' || text.AsSpan(i).StartsWith("//"))
            {
                int end = text.IndexOf('\n', i);
                i = end < 0 ? text.Length : end;
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                i = Number(source, tokens, i);
            }
            else if (char.IsLetter(c) || c == '_')
            {
                int end = i;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
                {
                    end++;
                }

                tokens.Add(new Token(TokenKind.Name, text[i..end], 0, i));
                i = end;
            }
            else if (c == '`')
            {
                int end = text.IndexOfAny(['`', '\n'], i + 1);
                if (end < 0 || text[end] == '\n' || end == i + 1)
                {
                    throw source.Fault(ModelTextReason.Syntax, i, "A name in back quotes is empty or does not end on its line.");
                }

                tokens.Add(new Token(TokenKind.Name, text[(i + 1)..end], 0, i, IsQuoted: true));
                i = end + 1;
            }
            else
            {
                string symbol = Symbol(source, i);
                depth += symbol is "(" or "[" ? 1 : symbol is ")" or "]" ? -1 : 0;
                tokens.Add(new Token(TokenKind.Symbol, symbol == "**" ? "^" : symbol, 0, i));
                i += symbol.Length;
            }
        }

        tokens.Add(new Token(TokenKind.NewLine, "\n", 0, text.Length));
        tokens.Add(new Token(TokenKind.End, "", 0, text.Length));
        return tokens;
    }

    private static string Symbol(SourceText source, int i)
    {
        string? symbol = Array.Find(s_symbols, x => source.Text.AsSpan(i).StartsWith(x, StringComparison.Ordinal));
        string shown = char.IsControl(source.Text[i]) || char.IsSurrogate(source.Text[i])
            ? string.Create(CultureInfo.InvariantCulture, $"The character U+{(int)source.Text[i]:X4}")
            : $"The character '{source.Text[i]}'";
        return symbol ?? throw source.Fault(
            ModelTextReason.Syntax, i, $"{shown} has no meaning here. A comment begins with #, a name with other characters stands in back quotes.");
    }

    private static int Number(SourceText source, List<Token> tokens, int begin)
    {
        string text = source.Text;
        int i = begin;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
        {
            i++;
        }

        if (i < text.Length && text[i] is 'e' or 'E')
        {
            int digits = i + 1 < text.Length && text[i + 1] is '+' or '-' ? i + 2 : i + 1;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                i = digits;
                while (i < text.Length && char.IsAsciiDigit(text[i]))
                {
                    i++;
                }
            }
        }

        string digitsText = text[begin..i];
        if (!double.TryParse(digitsText, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
        {
            throw source.Fault(ModelTextReason.Syntax, begin, $"'{digitsText}' is not a number.");
        }

        if (i < text.Length && (char.IsLetter(text[i]) || text[i] == '_'))
        {
            throw source.Fault(
                ModelTextReason.Syntax, i, $"A name cannot follow a number without an operator. Write {digitsText}*{text[i]}… for a product; a unit stands in a comment.");
        }

        tokens.Add(new Token(TokenKind.Number, digitsText, value, begin));
        return i;
    }
}
