using System.Text;
using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Tables;

/// <summary>How the numbers of a column are written: what stands before and behind them, the decimal mark, and what separates thousands.</summary>
/// <param name="Prefix">What stands before each number, such as a currency.</param>
/// <param name="Suffix">What stands behind each number, such as a unit.</param>
/// <param name="Decimal">The decimal mark.</param>
/// <param name="Group">What separates thousands; NUL for nothing.</param>
/// <param name="Note">A remark that says how the numbers were read; null where there is nothing to say.</param>
internal sealed record NumberSpelling(string Prefix = "", string Suffix = "", char Decimal = '.', char Group = '\0', SeriesNote? Note = null)
{
    /// <summary>Whether they are written as in code.</summary>
    public bool IsPlain { get; } = Prefix.Length == 0 && Suffix.Length == 0 && Decimal == '.' && Group == '\0';

    /// <summary>Reads a number that is written so.</summary>
    public bool TryRead(ReadOnlySpan<byte> field, out double number)
    {
        if (IsPlain)
        {
            return CsvTable.TryNumber(field, out number);
        }

        number = double.NaN;
        var parts = NumberParts.Of(Encoding.UTF8.GetString(field));
        return parts is not null && parts.Prefix == Prefix && parts.Suffix == Suffix && TryRead(parts, out number);
    }

    private bool TryRead(NumberParts parts, out double number)
    {
        number = double.NaN;
        string core = parts.Core;
        int mark = core.IndexOf(Decimal);
        string whole = mark < 0 ? core : core[..mark], fraction = mark < 0 ? "" : core[(mark + 1)..];
        if (Group != '\0' && whole.Contains(Group))
        {
            if (!NumberParts.IsGrouped(whole, Group))
            {
                return false;
            }

            whole = whole.Replace(Group.ToString(), "", StringComparison.Ordinal);
        }

        return double.TryParse($"{parts.Sign}{whole}.{fraction}{parts.Exponent}", NumberStyles.Float & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out number)
            && whole.Length + fraction.Length > 0 && double.IsFinite(number);
    }
}

/// <summary>A field taken apart: sign, what stands before, digits with their separators, exponent, what stands behind.</summary>
internal sealed record NumberParts(string Sign, string Prefix, string Core, string Exponent, string Suffix)
{
    // Thousands are separated by blanks of many kinds.
    private const string Blanks = " \u00A0\u2009\u202F";
    private const string Currencies = "$€£¥₹₽₩₺₴₪฿";

    /// <summary>Takes a field apart; null where it is no number in any spelling.</summary>
    public static NumberParts? Of(string field)
    {
        string text = field.Trim();
        bool isNegative = text is ['(', .., ')'] && text.Length > 2;
        text = isNegative ? text[1..^1].Trim() : text;
        (string sign, text) = TakeSign(text);
        int start = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (start > 0 && text[start - 1] is '.' or ',' && (start == 1 || !char.IsDigit(text[start - 2])))
        {
            start--;
        }

        if (start < 0)
        {
            return null;
        }

        string prefix = text[..start].Trim();
        if (prefix.Length > 0 && sign.Length == 0)
        {
            // The sign may stand behind the currency.
            sign = prefix[^1] is '-' or '+' or '\u2212' ? SignOf(prefix[^1]) : "";
            prefix = sign.Length > 0 ? prefix[..^1].Trim() : prefix;
        }

        int end = start;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or ',' || ((text[end] == '\'' || text[end] == '’' || Blanks.Contains(text[end]))
            && end + 3 < text.Length && text.AsSpan(end + 1, 3).IndexOfAnyExceptInRange('0', '9') < 0 && (end + 4 == text.Length || !char.IsAsciiDigit(text[end + 4])))))
        {
            end++;
        }

        string core = text[start..end], rest = text[end..], exponent = "";
        if (rest is [('e' or 'E'), .. var power] && power.TrimStart('+', '-') is [>= '0' and <= '9', ..] digits)
        {
            int length = digits.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var other ? other : digits.Length;
            length += power.Length - digits.Length;
            (exponent, rest) = ("e" + power[..length], power[length..]);
        }

        string suffix = rest.Trim();
        bool isPrefix = prefix.Length == 0 || prefix.All(static c => Currencies.Contains(c)) || (prefix.Length == 3 && prefix.All(char.IsAsciiLetterUpper));
        return isPrefix && suffix.Length <= 12 && !suffix.Any(static c => char.IsAsciiDigit(c) || c is '-' or '+' or ':' or ',' or ';' or '|')
            && (suffix.Length == 0 || suffix[0] != '.')
            ? new(isNegative ? "-" : sign, prefix, string.Concat(core.TrimEnd().Select(static c => c == '’' ? '\'' : Blanks.Contains(c) ? ' ' : c)), exponent, suffix)
            : null;
    }

    /// <summary>Whether digits stand in groups of three behind the first one to three.</summary>
    public static bool IsGrouped(string digits, char separator)
    {
        string[] groups = digits.Split(separator);
        return groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(static x => x.Length == 3) && groups.All(static x => x.All(char.IsAsciiDigit));
    }

    private static string SignOf(char sign) => sign == '+' ? "" : "-";

    private static (string Sign, string Unsigned) TakeSign(string text) => text is [('-' or '+' or '\u2212') and var sign, ..] ? (SignOf(sign), text[1..].TrimStart()) : ("", text);
}
