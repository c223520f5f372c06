using System.Text;

namespace NeuralOde.Series.Times;

/// <summary>A date as it was written.</summary>
/// <param name="Local">The date and the time of day, as written.</param>
/// <param name="Offset">The offset to UTC; null where none was written.</param>
internal readonly record struct WrittenDate(DateTime Local, TimeSpan? Offset)
{
    /// <summary>The date in UTC, or as written where there is no offset.</summary>
    public DateTime Utc => DateTime.SpecifyKind(Local - (Offset ?? TimeSpan.Zero), DateTimeKind.Utc);
}

/// <summary>Reads dates strictly, in one format.</summary>
internal static class DateText
{
    private const int Longest = 60;

    private static readonly string[] s_namedMonths =
    [
        "d MMM yyyy", "d MMMM yyyy", "d-MMM-yyyy", "d-MMMM-yyyy", "d. MMM yyyy", "d. MMMM yyyy", "MMM d, yyyy", "MMMM d, yyyy", "MMM d yyyy", "MMMM d yyyy",
        "MMM yyyy", "MMMM yyyy",
        "MMM-yyyy", "yyyy MMM", "yyyy-MMM", "yyyy-MMM-d",
    ];

    /// <summary>Whether a format is one of dates that are text.</summary>
    public static bool IsText(TimeFormat format) => format is TimeFormat.IsoDate or TimeFormat.CompactDate or TimeFormat.DayMonthYear or TimeFormat.MonthDayYear
        or TimeFormat.NamedMonth or TimeFormat.Month or TimeFormat.Quarter;

    /// <summary>Reads a date.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, TimeFormat format, out WrittenDate date)
    {
        date = default;
        utf8 = utf8.Trim(" \t"u8);
        if (utf8.Length is < 6 or > Longest || !Ascii.IsValid(utf8))
        {
            return false;
        }

        string text = Encoding.ASCII.GetString(utf8);
        int length = format switch
        {
            TimeFormat.CompactDate => 8,
            TimeFormat.Month or TimeFormat.Quarter => text.Length,
            TimeFormat.NamedMonth => text.IndexOf(':') is > 3 and var colon ? text.LastIndexOf(' ', colon - 1) : text.Length,
            _ => text.AsSpan().IndexOfAnyExcept("0123456789-/.") is >= 0 and var other ? other : text.Length,
        };
        return length > 0 && length <= text.Length && TryDay(text[..length], format, out DateTime day) && TryTimeOfDay(text[length..], day, out date);
    }

    /// <summary>The two numbers before the year, where a text is a date with the year last: which of them is the day is another question.</summary>
    public static (int First, int Second)? BeforeYear(ReadOnlySpan<byte> utf8)
    {
        foreach (TimeFormat format in (ReadOnlySpan<TimeFormat>)[TimeFormat.DayMonthYear, TimeFormat.MonthDayYear])
        {
            if (TryRead(utf8, format, out WrittenDate date))
            {
                return format == TimeFormat.DayMonthYear ? (date.Local.Day, date.Local.Month) : (date.Local.Month, date.Local.Day);
            }
        }

        return null;
    }

    private static bool TryDay(string text, TimeFormat format, out DateTime day)
    {
        day = default;
        switch (format)
        {
            case TimeFormat.CompactDate:
                return DateTime.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
            case TimeFormat.NamedMonth:
                return DateTime.TryParseExact(text, s_namedMonths, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
            case TimeFormat.Quarter:
                int q = text.IndexOf('Q', StringComparison.OrdinalIgnoreCase);
                string year = q < 0 ? "" : (q == 0 ? text[Math.Min(2, text.Length)..] : text[..q]).Trim(' ', '-', '/', '.');
                return q >= 0 && q + 1 < text.Length && text[q + 1] is >= '1' and <= '4' && (q == 0 || q + 2 == text.Length)
                    && TryDate(year, (text[q + 1] - '1') * 3 + 1, 1, out day);
            case TimeFormat.Month:
                return text is [_, _, _, _, '-' or '/' or 'M', _, _] && int.TryParse(text[5..], NumberStyles.None, CultureInfo.InvariantCulture, out int month)
                    && TryDate(text[..4], month, 1, out day);
        }

        string[] parts = text.Split('-', '/', '.');
        char separator = parts.Length == 3 ? text[parts[0].Length] : '\0';
        if (parts.Length != 3 || text.AsSpan().Count(separator) != 2 || (format == TimeFormat.IsoDate && separator == '.'))
        {
            return false;
        }

        (string y, string m, string d) = format switch
        {
            TimeFormat.IsoDate => (parts[0], parts[1], parts[2]),
            TimeFormat.DayMonthYear => (parts[2], parts[1], parts[0]),
            _ => (parts[2], parts[0], parts[1]),
        };
        return m.Length is 1 or 2 && d.Length is 1 or 2 && int.TryParse(m, NumberStyles.None, CultureInfo.InvariantCulture, out int monthOf)
            && int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out int dayOf) && TryDate(y, monthOf, dayOf, out day);
    }

    private static bool TryDate(string year, int month, int day, out DateTime date)
    {
        date = default;
        if (year.Length != 4 || !int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number == 0 || month is < 1 or > 12 || day < 1
            || day > DateTime.DaysInMonth(number, month))
        {
            return false;
        }

        date = new DateTime(number, month, day);
        return true;
    }

    /// <summary>Reads what stands behind the day: nothing, or T or a blank with a time of day and perhaps an offset.</summary>
    private static bool TryTimeOfDay(string text, DateTime day, out WrittenDate date)
    {
        date = new(day, null);
        if (text.Length == 0)
        {
            return true;
        }

        if (text[0] is not ('T' or 't' or ' '))
        {
            return false;
        }

        text = text[1..].Trim();
        int zone = text.AsSpan().IndexOfAny("Zz+-");
        TimeSpan? offset = null;
        if (zone >= 0)
        {
            if (!TryOffset(text[zone..], out TimeSpan read))
            {
                return false;
            }

            offset = read;
            text = text[..zone].TrimEnd();
        }

        string[] parts = text.Split(':');
        if (parts.Length is not (2 or 3) || !TryTwoDigits(parts[0], 24, out int hours) || !TryTwoDigits(parts[1], 60, out int minutes))
        {
            return false;
        }

        long ticks = 0;
        if (parts.Length == 3)
        {
            string fraction = parts[2].Length > 2 ? parts[2][3..] : "";
            if (!TryTwoDigits(parts[2][..Math.Min(2, parts[2].Length)], 60, out int seconds) || (parts[2].Length > 2 && (parts[2][2] != '.' || fraction.Length is 0 or > 9))
                || fraction.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            // Nine digits are nanoseconds; a tick is a hundred of them.
            long nanoseconds = long.Parse("0" + fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);
            ticks = (seconds * TimeSpan.TicksPerSecond) + ((nanoseconds + 50) / 100);
        }

        date = new(day.AddTicks((hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute) + ticks), offset);

        // The first and the last day have no room for every offset.
        return offset is null || (date.Local.Ticks - offset.Value.Ticks >= 0 && date.Local.Ticks - offset.Value.Ticks <= DateTime.MaxValue.Ticks);
    }

    private static bool TryTwoDigits(string text, int below, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length == 2 && number < below;

    /// <summary>Reads Z, ±HH, ±HHmm or ±HH:mm.</summary>
    private static bool TryOffset(string text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text is "Z" or "z")
        {
            return true;
        }

        string digits = text[1..].Replace(":", "", StringComparison.Ordinal);
        if (digits.Length is not (2 or 4) || !TryTwoDigits(digits[..2], 15, out int hours) || !TryTwoDigits((digits + "00")[2..4], 60, out int minutes))
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }
}
