namespace NeuralOde.Reports;

/// <summary>Numbers as a reader wants them, the same under every culture.</summary>
public static class NumberText
{
    /// <summary>
    /// A number with a given count of significant digits: <c>0.0213</c>, <c>1,240</c> as <c>1240</c>, and
    /// <c>1.24×10⁻⁶</c> where the magnitude is below 10⁻³ or at least 10⁶. Trailing zeros are kept, because they are
    /// digits too. NaN and the infinities become <c>NaN</c>, <c>∞</c> and <c>−∞</c>.
    /// </summary>
    /// <param name="value">The number.</param>
    /// <param name="digits">Significant digits, 1 to 15; default 3.</param>
    /// <returns>Text with a true minus sign (U+2212) and a point as the decimal separator.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is not within 1 to 15.</exception>
    public static string Short(double value, int digits = 3)
    {
        ArgumentOutOfRangeException.ThrowIf(digits is < 1 or > 15, nameof(digits), digits, "Significant digits must be within 1 to 15.");
        if (double.IsNaN(value))
        {
            return "NaN";
        }
        if (double.IsInfinity(value))
        {
            return value > 0 ? "∞" : "−∞";
        }
        if (value == 0)
        {
            return "0";
        }
        // "E" rounds first, so 9.996 with three digits is seen as 1.00e1 and gets one decimal less.
        string scientific = value.ToString("E" + (digits - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int at = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent is >= -3 and < 6
            ? Fixed(value, Math.Max(0, digits - 1 - exponent))
            : scientific[..at].Replace('-', '−') + "×10" + Superscript(exponent);
    }

    /// <summary>A number with a fixed count of decimals, a true minus sign (U+2212) and no negative zero.</summary>
    /// <param name="value">The number.</param>
    /// <param name="decimals">Decimals, 0 or more.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decimals"/> is negative.</exception>
    public static string Fixed(double value, int decimals)
    {
        ArgumentOutOfRangeException.ThrowIf(decimals < 0, nameof(decimals), decimals, "Decimals must be 0 or more.");
        string text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? (text.AsSpan().ContainsAnyInRange('1', '9') ? "−" + text[1..] : text[1..]) : text;
    }

    /// <summary>A coordinate for SVG: at most two decimals, an ASCII minus.</summary>
    internal static string Coordinate(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>An integer in raised digits.</summary>
    internal static string Superscript(int value)
    {
        const string Digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        var raised = new StringBuilder();
        foreach (char c in value.ToString(CultureInfo.InvariantCulture))
        {
            raised.Append(c == '-' ? '⁻' : Digits[c - '0']);
        }
        return raised.ToString();
    }
}
