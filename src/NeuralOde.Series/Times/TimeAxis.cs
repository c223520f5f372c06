using System.Text;

namespace NeuralOde.Series.Times;

/// <summary>What the times of series mean: plain numbers, or days since a first date.</summary>
/// <param name="Name">The name of the time column.</param>
/// <param name="Origin">The date of time 0, in UTC where times had an offset; null where times are plain numbers.</param>
/// <param name="Format">How the times were written; never <see cref="TimeFormat.Automatic"/>.</param>
public sealed record TimeAxis(string Name = "time", DateTime? Origin = null, TimeFormat Format = TimeFormat.Number)
{
    private static readonly string[] s_isoFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mmzzz", "yyyy-MM-ddTHH:mm:sszzz",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz",
    ];

    private static readonly string[] s_compactFormats = ["yyyyMMdd"];

    /// <summary>Whether times are dates.</summary>
    public bool IsDate => Origin is not null;

    /// <summary>The unit for people: <c>days since 1978-01-22</c>, or for numbers the column's name.</summary>
    public string Unit => Origin is null ? Name : $"days since {Text(0)}";

    /// <summary>
    /// Writes a time as its column would have it: the shortest number that parses to the same bits, or an ISO date (with the time of
    /// day, to the microsecond, where it is not midnight), which is also used for compact dates.
    /// </summary>
    /// <param name="time">A finite time, in the unit of this axis.</param>
    /// <returns>The text, culture-invariant.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is not finite, or outside the years 1 to 9999.</exception>
    public string Text(double time)
    {
        if (Origin is not { } origin)
        {
            return time.ToString("R", CultureInfo.InvariantCulture);
        }

        // A double holds a few thousand years of days to about a tick; microseconds are safely exact.
        double ticks = Math.Round(time * TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond;
        ArgumentOutOfRangeException.ThrowIf(
            !(Math.Abs(ticks) < long.MaxValue) || (DateTime.MinValue - origin).Ticks > ticks || (DateTime.MaxValue - origin).Ticks < ticks,
            nameof(time), time, $"The time is in {Unit}, and must lie in the years 1 to 9999.");
        DateTime date = origin.AddTicks((long)ticks);
        string format = date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFF";
        return date.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a time written in this axis's format (ISO dates also where the format is compact).</summary>
    /// <param name="text">A number, or a date.</param>
    /// <returns>The time, in the unit of this axis.</returns>
    /// <exception cref="TimeException">The text is not such a time.</exception>
    public double Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] utf8 = Encoding.UTF8.GetBytes(text.Trim());
        if (Origin is { } origin)
        {
            return TryDate(utf8, Format, out DateTime date) || TryDate(utf8, TimeFormat.IsoDate, out date)
                ? (date - origin).TotalDays
                : throw new TimeException(TimeReason.NotADate, $"'{text}' is not a date, and times are dates here.", $"Write {Example(Format)}.");
        }

        return CsvTable.TryNumber(utf8, out double number)
            ? number
            : throw new TimeException(TimeReason.NotANumber, $"'{text}' is not a number, and times are numbers here, in the unit of '{Name}'.", "Write a number such as 12.5.");
    }

    /// <summary>Reads a date in one of the two date formats.</summary>
    internal static bool TryDate(ReadOnlySpan<byte> utf8, TimeFormat format, out DateTime date)
    {
        const int Longest = 40;
        date = default;
        utf8 = utf8.Trim(" \t"u8);
        if (utf8.Length is < 8 or > Longest || !Ascii.IsValid(utf8))
        {
            return false;
        }

        Span<char> characters = stackalloc char[Longest];
        characters = characters[..Encoding.ASCII.GetChars(utf8, characters)];
        if (characters.Length > 10 && characters[10] is ' ' or 't')
        {
            characters[10] = 'T';
        }

        // 'zzz' knows offsets only; Z is the offset zero.
        if (characters[^1] == 'Z' && characters.Length + 5 <= Longest)
        {
            Span<char> spelled = stackalloc char[characters.Length + 5];
            characters[..^1].CopyTo(spelled);
            "+00:00".CopyTo(spelled[^6..]);
            return TryDate((ReadOnlySpan<char>)spelled, format, out date);
        }

        return TryDate((ReadOnlySpan<char>)characters, format, out date);
    }

    /// <summary>An example of a format, for messages.</summary>
    internal static string Example(TimeFormat format) => format switch
    {
        TimeFormat.CompactDate => "a date of eight digits such as 19780122",
        TimeFormat.IsoDate => "a date such as 1978-01-22 or 1978-01-22T14:30",
        _ => "a number, or a date such as 1978-01-22",
    };

    private static bool TryDate(ReadOnlySpan<char> text, TimeFormat format, out DateTime date)
    {
        bool parsed = DateTimeOffset.TryParseExact(
            text,
            format == TimeFormat.CompactDate ? s_compactFormats : s_isoFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset moment);
        date = moment.UtcDateTime;
        return parsed;
    }
}
